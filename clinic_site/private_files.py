"""Takes a folder from everybody but its owner, for what was written before `manage.py` set its umask."""

import os
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def make_private(folder: Path) -> None:
    """Takes every right of the group and of others from the folder and all that is in it. Symbolic links are not followed."""
    for place, folders, files in os.walk(folder):
        for path in (Path(place), *(Path(place, name) for name in (*folders, *files))):
            # A file of another process can be gone by now.
            with suppress(FileNotFoundError):
                mode = path.lstat().st_mode
                if mode & _OTHERS and not path.is_symlink():
                    path.chmod(mode & 0o7700)
