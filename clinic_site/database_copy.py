"""The database as one file of a backup, and back: SQLite's file or PostgreSQL's dump.

Without sessions, signs of life, rate limits, and what was typed at a sign-in that failed or is not saved yet.
"""

import hashlib
import sqlite3
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import connection

from clinic_site import postgresql_dump
from clinic_site.models import BY_HAND
from clinic_site.postgresql_dump import BackupFailed

_SQLITE, _POSTGRESQL = "clinic.sqlite3", "clinic.dump"
NAMES = {_SQLITE, _POSTGRESQL}
# Nobody who reads a copy may go on where a member of staff was signed in, and no copy tells that the site is running. People type
# passwords into the field for the name, and a copy is kept for longer than the hour that such a row is.
_SIGN_INS = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accessfailurelog", "axes_accesslog")
# Limits begin again; a machine with many addresses leaves a row for each, of which none is worth a backup.
# What staff typed and have not saved is theirs, and gone in a day. A link that made the first owner must not work once more.
_EMPTIED = (
    *("django_session", "consults_workerheartbeat", "guard_ratelimit", "staff_keptwords", "staff_firstownerlink"),
    *_SIGN_INS,
)
# What differs between the site and a copy of it that lost nothing: see `_hold`.
LEFT_OUT = (*_EMPTIED, "clinic_site_hold")
# What each writing of a SQLite file counts up in its header, whatever it wrote.
_COUNTERS = (slice(24, 28), slice(40, 44), slice(92, 100))
# What SQLite says of a file that is no database, or half of one.
_RUINED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# How long a database is waited for that another process has locked.
_LOCKED_SECONDS = 30


class DatabaseDamaged(BackupFailed):
    """What was copied is no whole database, so the one that it is a copy of is none."""


def failed(error: OSError | sqlite3.Error) -> BackupFailed:
    """What a failure of the disk or of SQLite means for a backup."""
    is_damage = getattr(error, "sqlite_errorcode", 0) & 0xFF in _RUINED
    return DatabaseDamaged(str(error)) if is_damage else BackupFailed(str(error))


def write(folder: Path) -> Path:
    """Writes the database, while the site keeps running, to a new file in `folder`. Raises BackupFailed."""
    if connection.vendor == "sqlite":
        return _write_sqlite(folder / _SQLITE)
    dump = folder / _POSTGRESQL
    postgresql_dump.write(dump, left_out=_EMPTIED)
    return dump


def find(folder: Path) -> Path:
    """The database in the folder of an opened backup. Raises BackupFailed when it is missing, DatabaseDamaged when it is that."""
    path = folder / (_SQLITE if connection.vendor == "sqlite" else _POSTGRESQL)
    if not path.is_file():
        raise BackupFailed(f"the backup contains no {path.name}: it was made from another kind of database")
    if connection.vendor == "sqlite":
        _check_sqlite(path)
    else:
        postgresql_dump.read_to_the_end(path)
    return path


def digest(path: Path) -> str:
    """The same for two files of `write` with the same rows; no row is missed. SQLite writes equal rows as equal pages."""
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        header = bytearray(file.read(100))
        if connection.vendor == "sqlite":
            for counter in _COUNTERS:
                header[counter] = bytes(len(header[counter]))
        sha.update(header)
        while chunk := file.read(1 << 20):
            sha.update(chunk)
    return sha.hexdigest()


def put_in_place(path: Path) -> None:
    """Replaces the site's database with the one in `path`, whole or not at all. Raises BackupFailed: it is as it was.

    Another sqlite3.Error comes only after a ruined file was put aside: then there is no database yet.
    """
    connection.close()
    if connection.vendor != "sqlite":
        postgresql_dump.restore(path, postgresql_dump.conninfo())
        return
    try:
        _fill_sqlite(path)
    except sqlite3.Error as error:
        # No room, a disk that fails or a file of another user say nothing against the database that is there.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _RUINED:
            raise BackupFailed(f"the database was left as it is, because it could not be replaced: {error}") from error
        _put_ruins_aside()
        _fill_sqlite(path)


def _fill_sqlite(path: Path) -> None:
    """In one transaction of SQLite's, which a crash leaves undone."""
    with closing(sqlite3.connect(path)) as source, closing(_connect_to_live()) as target:
        source.backup(target, progress=_stop_if_locked)


def copy_live(target: sqlite3.Connection) -> None:
    """Copies the site's SQLite file, as it is at one moment, while the site keeps running. Raises sqlite3.Error."""
    with closing(_connect_to_live()) as source:
        source.backup(target, progress=_stop_if_locked)


def _connect_to_live() -> sqlite3.Connection:
    return sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=_LOCKED_SECONDS)


def _stop_if_locked(status: int, *_pages: int) -> None:
    """Called after each step of a copy. Without this, Python would repeat without end a step that has waited for its time."""
    if status & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise sqlite3.OperationalError("another process has locked it")


def _put_ruins_aside() -> None:
    """What is no database any more is kept under a name of its own; a journal left beside it would ruin the next one."""
    ruined = Path(settings.DATABASES["default"]["NAME"])
    number = next(number for number in count(1) if not any(ruined.parent.glob(f"ruined-{number}-*")))
    # The file itself last: as long as it is there, the next run goes on with this.
    for suffix in ("-wal", "-shm", "-journal", ""):
        with suppress(FileNotFoundError):
            ruined.with_name(ruined.name + suffix).rename(ruined.with_name(f"ruined-{number}-{ruined.name}{suffix}"))


def _write_sqlite(path: Path) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        copy_live(target)
        for table in _EMPTIED:
            target.execute(f"DELETE FROM {table}")  # noqa: S608
        _hold(target)
        # What was deleted is still in the file until VACUUM rewrites it.
        target.execute("VACUUM")
    return path


def _hold(target: sqlite3.Connection) -> None:
    """Puts the hold of a restore into a copy with requests, so that one which is put in place by hand holds as well.

    Everything in the copy is of before the restore. It is as old as the newest event, so that equal rows have equal copies.
    A dump of PostgreSQL cannot be changed; see `holds.was_put_in_place`.
    """
    newest, last_event = target.execute("SELECT max(at), max(id) FROM consults_event").fetchone()
    if last_event is None:
        return
    (last_message,) = target.execute("SELECT coalesce(max(id), 0) FROM consults_outboxmessage").fetchone()
    held = target.execute(
        "UPDATE clinic_site_hold SET last_event = ?, last_message = ? WHERE reason = 'restored' AND ended_at IS NULL",
        [last_event, last_message],
    )
    if not held.rowcount:
        target.execute(
            "INSERT INTO clinic_site_hold (reason, began_at, last_event, last_message, report, without_letters) "
            "VALUES ('restored', ?, ?, ?, ?, 0)",
            [newest, last_event, last_message, BY_HAND],
        )


def _check_sqlite(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise DatabaseDamaged(f"the backup is damaged: {found}")
