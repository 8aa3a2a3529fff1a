"""Small files of our own that are replaced whole or not at all: to empty one first loses what it said where the disk is full."""

import os
from contextlib import suppress
from pathlib import Path


def replace_if_there_is_room(path: Path, text: str) -> None:
    """For its owner alone. A disk that is full, or fails, leaves what was there."""
    written = path.with_name(f".{path.name}")
    with suppress(OSError):
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        written.replace(path)
