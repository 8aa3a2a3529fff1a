"""Strict readers of environment variables that name a folder; see `env`."""

import os
from pathlib import Path

from clinic_site.env import WrongSetting, text


def folder(name: str, default: str) -> Path:
    """The directory, created if it is missing."""
    path = Path(text(name, default)).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise WrongSetting(name, f"must be a directory that can be created and written to, got {str(path)!r}") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise WrongSetting(name, f"must be a writable directory, got {str(path)!r}")
    return path


def second_folder(name: str, first: Path) -> Path | None:
    """The directory for what is also in `first`, created if it can be; None if nothing is set.

    A share that is away, or full, is no wrong value: it is told while the site runs, and stops no start.
    """
    value = text(name)
    if not value:
        return None
    path = Path(value).expanduser()
    takes = f"must be the absolute path of a directory outside {first} and not above it, or empty, got {value!r}"
    if not path.is_absolute():
        raise WrongSetting(name, takes)
    path = path.resolve()
    if path == first or path in first.parents or first in path.parents:
        raise WrongSetting(name, takes)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise WrongSetting(name, takes) from None
    except OSError:
        pass
    return path
