"""What a killed process leaves behind of a backup, a copy, a restore or a drill: all of the database, or a part of it."""

import re
import shutil
import stat
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

RESTORING, DRILL = ".restoring-", ".drill-"
_SCRATCH = re.compile(r"clinic_drill_([0-9]{1,12})_[0-9a-f]{8}")
# Nothing of ours takes that long.
_AFTER = timedelta(hours=6)


def scratch_name(suffix: str, *, now: datetime) -> str:
    """The name of a database for a drill, which tells its age."""
    return f"clinic_drill_{now.timestamp():.0f}_{suffix}"


def delete_left_behind(*, now: datetime) -> None:
    """Deletes folders and scratch databases that are older than any restore or drill takes."""
    for prefix in (RESTORING, DRILL):
        delete_old(settings.DATA_DIR, prefix, now=now)
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        _drop_scratch_databases((now - _AFTER).timestamp())


def delete_old(folder: Path, prefix: str, *, now: datetime) -> None:
    """Deletes the files and folders in `folder` whose names begin so and that nobody can still be writing. Raises OSError."""
    until = (now - _AFTER).timestamp()
    for left in folder.glob(f"{prefix}*"):
        # Another process may delete it too.
        with suppress(FileNotFoundError):
            status = left.lstat()
            if status.st_mtime >= until:
                continue
            # Of a link it is the link that goes.
            if stat.S_ISDIR(status.st_mode):
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()


def _drop_scratch_databases(until: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'clinic_drill_%'")
        for (name,) in cursor.fetchall():
            if (found := _SCRATCH.fullmatch(name)) and int(found[1]) < until:
                # One that somebody looks at, or another role's, stays.
                with suppress(DatabaseError):
                    cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)}")
