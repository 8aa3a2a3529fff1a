"""Strict readers of environment variables that name a folder; see `env`."""

import os
import pwd
import stat
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
    _refuse_another_account(name, path)
    return path


def _refuse_another_account(name: str, path: Path) -> None:
    """What another account writes, root above all, the site could not read: uploads of a restore, files of the database."""
    owner = path.stat().st_uid
    if owner == os.geteuid():
        return
    try:
        user = pwd.getpwuid(owner).pw_name
    except KeyError:
        user = f"#{owner}"
    raise WrongSetting(
        name, f"must belong to the account that runs this, and {path} belongs to {user}. Run as {user}: sudo -u {user} …"
    )


def second_folder(name: str, first: Path) -> Path | None:
    """The directory for what is also in `first`; None if nothing is set.

    A share that is away, or full, is no wrong value: it is told while the site runs, and stops no start. So it is not made
    here either: `second_place_mark` says when it may be.
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
    if any(_is_no_folder(part) for part in (path, *path.parents)):
        raise WrongSetting(name, takes)
    return path


def _is_no_folder(path: Path) -> bool:
    try:
        return not stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False
