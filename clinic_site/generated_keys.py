"""Keys that are generated once in DATA_DIR, readable by their owner only; enough for a laptop.

Production names its keys in the environment; see the README's settings table.
"""

import base64
import os
import secrets
import tempfile
from pathlib import Path


def read_or_make(folder: Path, name: str) -> str:
    """The key kept in `folder`/`name`; made on first use, by whichever process comes first."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(path)
    return path.read_text().strip()


def _make(path: Path) -> None:
    # mkstemp is 0600 from the start, and link refuses to replace: two first starts agree on one key.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
