"""Nightly backups of the database and the uploads, kept for 14 nights, as the privacy policy promises.

What patients typed is sealed in a backup as it is in the database. The keys are not in it: keep them elsewhere.
"""

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

KEPT = timedelta(days=14)
_AT = time(3)
_NAME = "%Y-%m-%dT%H%M%SZ"
_SUFFIX = ".tar.gz"
# Folders of unfinished backups. A killed process leaves one behind, which is deleted after this many seconds.
_MAKING, _LEFT_BEHIND = ".making-", 6 * 3600
_SQLITE, _POSTGRESQL, _UPLOADS = "clinic.sqlite3", "clinic.dump", "uploads"


class BackupFailed(Exception):
    """The backup could not be made or read; the message says why."""


def folder() -> Path:
    return settings.DATA_DIR / "backups"


def existing() -> list[tuple[datetime, Path]]:
    """The time (UTC) and path of each backup, oldest first."""
    return sorted((_made_at(path), path) for path in folder().glob(f"*{_SUFFIX}"))


def back_up(*, now: datetime) -> Path:
    """Writes a backup while the site keeps running. Raises BackupFailed; an unfinished backup never gets the final name."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder().glob(f"{_MAKING}*"):
        if now.timestamp() - left.stat().st_mtime > _LEFT_BEHIND:
            shutil.rmtree(left, ignore_errors=True)
    target = folder() / (now.astimezone(UTC).strftime(_NAME) + _SUFFIX)
    with tempfile.TemporaryDirectory(dir=folder(), prefix=_MAKING) as making:
        database = _copy_sqlite(Path(making)) if connection.vendor == "sqlite" else _dump_postgresql(Path(making))
        archive = Path(making) / "archive"
        with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
            tar.add(database, database.name)
            if settings.MEDIA_ROOT.is_dir():
                tar.add(settings.MEDIA_ROOT, _UPLOADS)
        archive.chmod(0o600)
        archive.replace(target)
    return target


def back_up_if_due(*, now: datetime, zone) -> Path | None:
    """Tonight's backup, made once after 3 AM local time; backups older than 14 nights are deleted."""
    for made_at, path in existing():
        if now - made_at > KEPT:
            path.unlink(missing_ok=True)
    local = now.astimezone(zone)
    night = datetime.combine(local.date() - timedelta(days=local.time() < _AT), _AT, zone)
    copies = existing()
    if copies and copies[-1][0] >= night:
        return None
    return back_up(now=now)


def restore(backup: Path) -> None:
    """Restores database and uploads. Raises BackupFailed and changes nothing when the backup is corrupt."""
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restoring-") as opened:
        try:
            with tarfile.open(backup) as tar:
                tar.extractall(opened, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise BackupFailed(f"{backup} is not a backup of this site: {error}") from error
        _restore_database(Path(opened))
        if (uploads := Path(opened) / _UPLOADS).is_dir():
            shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
            shutil.copytree(uploads, settings.MEDIA_ROOT)


def _made_at(path: Path) -> datetime:
    try:
        return datetime.strptime(path.name.removesuffix(_SUFFIX), _NAME).replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def _copy_sqlite(making: Path) -> Path:
    copy = making / _SQLITE
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _dump_postgresql(making: Path) -> Path:
    dump = making / _POSTGRESQL
    _run(["pg_dump", "--format=custom", "--no-owner", f"--file={dump}"])
    return dump


def _restore_database(opened: Path) -> None:
    name = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    if not (opened / name).is_file():
        raise BackupFailed(f"the backup contains no {name}: it was made from another kind of database")
    connection.close()
    if connection.vendor != "sqlite":
        _run(["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname=", str(opened / name)])
        return
    with closing(sqlite3.connect(opened / name)) as source:
        if (sound := source.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupFailed(f"the backup is damaged: {sound}")
        with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as target:
            source.backup(target)


def _run(command: list[str]) -> None:
    database = settings.DATABASES["default"]
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    own = {variable: str(database[name]) for name, variable in names.items() if database.get(name)}
    command = [part if part != "--dbname=" else f"--dbname={database['NAME']}" for part in command]
    try:
        done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise BackupFailed(f"{command[0]} was not found: install PostgreSQL's client programs") from None
    if done.returncode:
        raise BackupFailed(f"{command[0]}: {done.stderr.strip()}")
