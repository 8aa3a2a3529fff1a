"""What is in the folder of uploads, all of it or an error: what is passed over in silence is in no backup."""

import os
import stat
from pathlib import Path

from django.conf import settings

from pages import pictures
from pages.models import Picture

_MOST_NAMED = 3


class Unreadable(OSError):
    """Something in the folder can be in no backup; the message says what, and what to do."""


def walk() -> list[tuple[Path, os.stat_result]]:
    """Every file below the folder, in order. None where there is no folder. Raises Unreadable, also for a link.

    The folder itself may be a link. One inside could lead anywhere, and a restore would not bring it back.
    """
    found: list[tuple[Path, os.stat_result]] = []
    if settings.MEDIA_ROOT.exists():
        for place, folders, files in os.walk(settings.MEDIA_ROOT, onerror=_refuse):
            for name in (*folders, *files):
                path = Path(place, name)
                try:
                    status = path.lstat()
                except FileNotFoundError:
                    # Another process has just put the last piece of a file in its place.
                    continue
                if stat.S_ISREG(status.st_mode):
                    found.append((path, status))
                elif not stat.S_ISDIR(status.st_mode):
                    raise Unreadable(
                        f"{path} is a link or no file, and would be in no backup: put what it leads to there instead. If the "
                        "disk is too small, move all of DATA_DIR to a larger one"
                    )
    return sorted(found)


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise Unreadable(f"{error.filename} cannot be read ({error.strerror}): does it belong to another account?") from error


def picture_files() -> set[str]:
    """The names of the files that the rows of pictures need."""
    return {picture.file_name(width) for picture in Picture.objects.all() for width in picture.widths}


def present(names: set[str]) -> set[str]:
    """Those of the names whose file is there."""
    return {name for name in names if (pictures.folder() / name).is_file()}


def missing(names: set[str], *, below: Path) -> str:
    """Which of the files of pictures are not in the uploads `below`, as a sentence; empty when all are."""
    kept = below / pictures.folder().relative_to(settings.MEDIA_ROOT)
    gone = sorted(name for name in names if not (kept / name).is_file())
    if not gone:
        return ""
    named = ", ".join(gone[:_MOST_NAMED]) + (" and more" if len(gone) > _MOST_NAMED else "")
    return (
        f"{len(gone)} of the {len(names)} files of pictures are missing ({named}): put them back into uploads/pictures, "
        "from an older backup perhaps, or delete these pictures in the admin"
    )


def problem() -> str:
    """Why a backup would fail, or not hold all uploads; empty when it would."""
    try:
        for path, _ in walk():
            if not os.access(path, os.R_OK):
                return f"{path} cannot be read: does it belong to another account?"
        return missing(picture_files(), below=settings.MEDIA_ROOT)
    except OSError as error:
        return str(error)
