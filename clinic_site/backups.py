"""Backups of the database and the uploads, and the way back. `thinning` says which are kept, and for how long.

What patients typed is sealed in a backup as it is in the database. The keys are not in it: keep them elsewhere.
"""

import logging
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection

from clinic_site import archive, database_copy, left_behind, room, told_beside, uploads
from clinic_site.database_copy import BackupFailed
from clinic_site.thinning import night_of, surplus

logger = logging.getLogger("clinic.worker")

# One night may pass without a backup before somebody is told.
LATE_AFTER = timedelta(hours=30)
_NAME = "%Y-%m-%dT%H%M%SZ"
_SUFFIX = ".tar.gz"
# Folders of unfinished backups.
_MAKING = ".making-"


def folder() -> Path:
    return told_beside.folder()


def made_at(path: Path) -> datetime | None:
    """When a backup was made (UTC), from its name; None for any other name."""
    try:
        return datetime.strptime(path.name.removesuffix(_SUFFIX), _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def existing(*, now: datetime, place: Path | None = None) -> list[tuple[datetime, Path]]:
    """The time (UTC) and path of each backup in `place`, by default the first, oldest first.

    Not one of ours: other names, and times that are yet to come.
    """
    found = ((made_at(path), path) for path in (place or folder()).glob(f"*{_SUFFIX}") if not path.is_dir())
    return sorted((at, path) for at, path in found if at and at <= now)


def last_made(*, now: datetime) -> datetime | None:
    """When the newest backup was made (UTC); None when there is none."""
    copies = existing(now=now)
    return copies[-1][0] if copies else None


def is_late(*, now: datetime) -> bool:
    newest = last_made(now=now)
    return newest is None or now - newest > LATE_AFTER


def back_up(*, now: datetime) -> Path:
    """Writes a backup while the site keeps running, and opens it again before it counts: it is signed by us, and has the file of
    every picture that has one. Raises BackupFailed.

    An unfinished or unreadable one never gets the final name.
    """
    with _making(now=now) as making:
        database = database_copy.write(making)
        return _keep(making, database, archive.content_digest(database), now=now)


def back_up_if_due(*, now: datetime, zone: tzinfo, thin: bool = True) -> Path | None:
    """A backup for tonight, from 3 AM local time on, and one of each change since the last. To `thin`, room is made before one
    that is made, and afterward the surplus goes.

    Asked every quarter of an hour. Changes count on SQLite: PostgreSQL's own archive is better at it (docs/operations.md).
    Raises BackupFailed.
    """
    copies = existing(now=now)
    make_room = partial(room.for_a_backup, folder(), dict(copies), now=now, zone=zone) if thin else lambda: False
    if not copies or night_of(copies[-1][0], zone) != night_of(now, zone):
        # The first backup makes the folder.
        if copies:
            make_room()
        made: Path | None = back_up(now=now)
    elif connection.vendor == "sqlite":
        room.look_again(folder(), dict(copies))
        made = _back_up_if_changed(copies[-1][1], make_room, now=now)
    else:
        made = None
    if made and thin:
        delete_surplus(folder(), now=now, zone=zone)
    return made


def delete_surplus(place: Path, *, now: datetime, zone: tzinfo, ours_since: datetime | None = None) -> None:
    """Deletes what `thinning` says from `place`, to be asked only after the newest has arrived there.

    One that cannot be deleted is told in the log and keeps no other.
    """
    copies = dict(existing(now=now, place=place))
    for at in surplus(copies, now=now, zone=zone, ours_since=ours_since):
        try:
            copies[at].unlink(missing_ok=True)
        except OSError as error:
            logger.error("the old backup %s cannot be deleted: %s", copies[at].name, error.strerror)


def restore(backup: Path, *, unsigned: bool = False) -> None:
    """Restores database and uploads. Raises BackupFailed and changes nothing when the backup is corrupt, or is signed by no key
    of this site and may not be `unsigned`. Another error comes halfway: run again, it brings the rest.
    """
    try:
        scratch = tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=left_behind.RESTORING, ignore_cleanup_errors=True)
    except OSError as error:
        raise BackupFailed(str(error)) from error
    with scratch as place:
        opened = Path(place)
        if not archive.unpack(backup, opened) and not unsigned:
            raise BackupFailed(
                f"{backup} is signed by none of FIELD_KEYS: somebody else may have made it. If you know where it comes from, as "
                "from an older version of the site, or from before the keys were changed, run this again with --unsigned."
            )
        database_copy.put_in_place(database_copy.find(opened))
        if (uploads := opened / archive.UPLOADS).is_dir():
            # Renaming needs no room, and there is no moment with half of them.
            with suppress(FileNotFoundError):
                settings.MEDIA_ROOT.rename(opened / "replaced")
            uploads.rename(settings.MEDIA_ROOT)


@contextmanager
def _making(*, now: datetime):
    """A folder to make a backup in. Whatever goes wrong there with the disk or SQLite becomes a BackupFailed."""
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        left_behind.delete_old(folder(), _MAKING, now=now)
        with tempfile.TemporaryDirectory(dir=folder(), prefix=_MAKING) as making:
            yield Path(making)
    except (OSError, sqlite3.Error) as error:
        raise database_copy.failed(error) from error


def _back_up_if_changed(newest: Path, make_room: Callable[[], bool], *, now: datetime) -> Path | None:
    """Compares a fresh copy with the newest backup: no count of changes leaves out the worker's own sign of life.

    What there is no room to compare counts as changed, if there can be room.
    """
    if not room.is_enough_to_compare(folder()) and make_room():
        return back_up(now=now)
    with _making(now=now) as making:
        database = database_copy.write(making)
        digest = archive.content_digest(database)
        if digest == archive.read_digest(newest):
            return None
        make_room()
        return _keep(making, database, digest, now=now)


def _keep(making: Path, database: Path, digest: str, *, now: datetime) -> Path:
    made = making / "archive"
    # A file that is gone is told on the desk, and stops no backup of the rest.
    needed = uploads.present(uploads.picture_files())
    archive.write(made, database, digest)
    database.unlink()
    opened = making / "opened"
    if not archive.unpack(made, opened):
        raise BackupFailed("what was written does not open with its own signature")
    database_copy.find(opened)
    # A picture that is deleted meanwhile need not be in it, nor one that came later.
    if problem := uploads.missing(needed & uploads.picture_files(), below=opened / archive.UPLOADS):
        raise BackupFailed(problem)
    return made.replace(folder() / (now.astimezone(UTC).strftime(_NAME) + _SUFFIX))
