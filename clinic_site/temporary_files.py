"""Keeps temporary files within DATA_DIR: SQLite writes all of the database into one while it makes a copy of it."""

import os
import tempfile
from pathlib import Path


def keep_within(data: Path) -> None:
    """For this process and what it starts."""
    folder = data / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    # SQLite asks for its own variable first.
    os.environ.update(TMPDIR=str(folder), SQLITE_TMPDIR=str(folder))
    # Read again where something has asked already.
    tempfile.tempdir = None
