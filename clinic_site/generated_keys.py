"""Keys that are generated once in DATA_DIR, readable only by their owner, for use on a laptop.

Production sets its keys in the environment; see the README's settings table.
"""

import base64
import os
import secrets
import tempfile
from pathlib import Path


def read_or_make(folder: Path, name: str) -> str:
    """The key stored in `folder`/`name`, created on first use by the first process that needs it."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(path)
    return path.read_text().strip()


def _make(path: Path) -> None:
    # mkstemp creates the file with mode 0600, and link never replaces, so two first starts agree on one key.
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
