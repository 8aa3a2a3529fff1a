"""A mark that a restore has begun: with half of one, the site does not start.

In it, sealed, are the accounts of the database before, which half a restore may have replaced: the run that comes to the end
compares with them.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

from clinic_site.database_copy import BackupFailed
from clinic_site.restored_accounts import Before, read_accounts
from guard import sealing

_PURPOSE = {"table": "restore", "reference": "accounts"}


def _mark() -> Path:
    return settings.DATA_DIR / "restore-unfinished"


@contextmanager
def marked() -> Iterator[Before | None]:
    """The accounts before the restore, also in a run after one that was interrupted; None when nobody knows them.

    The mark stays when the block fails, or the machine does; not when BackupFailed says that nothing was changed. Raises that, or
    CommandError where there is no room, for example, in the middle.
    """
    was_there = is_marked()
    if not was_there:
        _make(read_accounts())
    try:
        yield _read()
    except BackupFailed:
        if not was_there:
            _mark().unlink(missing_ok=True)
        raise
    except (OSError, sqlite3.Error, DatabaseError) as error:
        raise CommandError(f"The restore stopped halfway: {error}. End what caused that, and run it again.") from error
    _mark().unlink(missing_ok=True)


def is_marked() -> bool:
    return _mark().exists()


def refuse_to_start() -> None:
    """Raises CommandError while the mark is there: before the hold is in place, the worker would send letters of long ago."""
    if is_marked():
        raise CommandError(
            "A restore did not come to its end. Run `manage.py restore FILE --yes` again; nothing is lost by that."
        )


def _make(before: Before | None) -> None:
    """Whole or not at all, for its owner alone, down to the disk. Raises BackupFailed."""
    making = _mark().with_name(f"{_mark().name}-making")
    try:
        with open(making, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(sealing.seal({"before": before and before.to_values()}, **_PURPOSE))
            file.flush()
            os.fsync(file.fileno())
        making.replace(_mark())
    except OSError as error:
        making.unlink(missing_ok=True)
        raise BackupFailed(f"the restore did not begin: {error}") from error


def _read() -> Before | None:
    """None also for the empty mark of an older version, and when the keys are others now."""
    try:
        values = sealing.unseal(_mark().read_bytes(), **_PURPOSE)["before"]
    except sealing.CannotOpen:
        return None
    return Before.from_values(values) if values else None
