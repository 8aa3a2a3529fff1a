"""Makes room for a backup that is about to be made: an old one goes rather than that no new one can come.

Where everything that may go would not be enough, nothing goes. Either is told beside the backups of the first place.
"""

import logging
import shutil
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

from django.conf import settings
from django.db import connection

from clinic_site import told_beside
from clinic_site.thinning import LEAST_KEPT, night_of, surplus

logger = logging.getLogger("clinic.worker")

# Whatever room is short: three backups of the last hour are no way back to yesterday.
NIGHTS_KEPT = 3
# For as long as it is told what was deleted.
TOLD_FOR = timedelta(days=1)
# The copy of the database, what VACUUM writes beside it, and the copy that is opened again.
_COPIES = 3
_NO_ROOM, _DELETED = "no-room.txt", "deleted-for-room.txt"
_SECOND = "second-place-"
_MOST_NAMED = 3

Backups = Mapping[datetime, Path]


def for_a_backup(place: Path, copies: Backups, *, now: datetime, zone: tzinfo) -> bool:
    """In the first place, as much as the next backup takes while it is made. Returns whether that is free now."""
    return make(place, copies, _needed(copies), now=now, zone=zone)


def is_enough_to_compare(place: Path) -> bool:
    """Whether a fresh copy of the database has room beside the newest backup, which tells whether anything changed."""
    return _free(place) >= _COPIES * _database_size()


def look_again(place: Path, copies: Backups) -> None:
    """Somebody may have made room since it was told that there is none."""
    if told_beside.told(_NO_ROOM) and _free(place) >= _needed(copies):
        told_beside.forget(_NO_ROOM)


def forget_second_place() -> None:
    """Everything has arrived there."""
    told_beside.forget(_SECOND + _NO_ROOM)


def problems(*, now: datetime) -> list[str]:
    """That there is no room for a backup, and which were deleted within a day to make some, in the one place and the other."""
    found = []
    for prefix, where in (("", "DATA_DIR"), (_SECOND, "BACKUP_DIR")):
        if prefix and not settings.BACKUP_DIR:
            continue
        told = [told_beside.told(prefix + _NO_ROOM), told_beside.told_since(prefix + _DELETED, now=now, lasts=TOLD_FOR)]
        found += [f"{where}: {problem}" for problem in told if problem]
    return found


def make(place: Path, copies: Backups, needed: int, *, now: datetime, zone: tzinfo, ours_since: datetime | None = None) -> bool:
    """Deletes backups in `place` until `needed` bytes are free; none where all that may go would not be enough.

    Returns whether they are free. Kept are the newest three, and the last one of each of the three last nights that have one.
    Of the others goes first what thinning would delete, then those of one day, and those that close a night last; of each the
    oldest first. No machine's night closes that of another.
    """
    prefix = "" if place == told_beside.folder() else _SECOND
    try:
        free = _free(place)
        if free >= needed:
            told_beside.forget(prefix + _NO_ROOM)
            return True
        may_go = _in_order(copies, now=now, zone=zone, ours_since=ours_since)
        freed = sum(size(copies[at]) for at in may_go)
        if free + freed < needed:
            _tell_no_room(prefix, needed, free, freed, now=now)
            return False
        _delete(place, [copies[at] for at in may_go], needed, tell=prefix + _DELETED, now=now)
        if is_free := _free(place) >= needed:
            told_beside.forget(prefix + _NO_ROOM)
        else:
            # Somebody else fills the disk meanwhile, or keeps what was deleted, as snapshots do.
            _tell_no_room(prefix, needed, _free(place), 0, now=now)
        return is_free
    except OSError as error:
        logger.error("no room can be made for a backup: %s", error.strerror or error)
        return False


def size(path: Path) -> int:
    """0 of what cannot be read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _delete(place: Path, may_go: list[Path], needed: int, *, tell: str, now: datetime) -> None:
    deleted: list[str] = []
    try:
        for path in may_go:
            path.unlink(missing_ok=True)
            deleted.append(path.name)
            logger.warning("the backup %s was deleted, to make room for a new one", path.name)
            if _free(place) >= needed:
                return
    finally:
        if deleted:
            more = f" and {len(deleted) - _MOST_NAMED} more" if len(deleted) > _MOST_NAMED else ""
            happened = f"deleted, to make room for a new backup: {', '.join(deleted[:_MOST_NAMED])}{more}"
            told_beside.add(tell, happened, now=now, lasts=TOLD_FOR)


def _in_order(copies: Backups, *, now: datetime, zone: tzinfo, ours_since: datetime | None) -> list[datetime]:
    """What may go, the first to go first."""
    nights: dict[bool, dict[date, datetime]] = defaultdict(dict)
    for at in sorted(copies):
        nights[ours_since is not None and at < ours_since][night_of(at, zone)] = at
    closing = {at for of_one in nights.values() for at in of_one.values()}
    kept = {at for of_one in nights.values() for at in sorted(of_one.values())[-NIGHTS_KEPT:]} | set(sorted(copies)[-LEAST_KEPT:])
    unneeded = surplus(copies, now=now, zone=zone, ours_since=ours_since)
    return sorted(set(copies) - kept, key=lambda at: (at not in unneeded, at not in unneeded and at in closing, at))


def _tell_no_room(prefix: str, needed: int, free: int, freed: int, *, now: datetime) -> None:
    problem = (
        f"there is no room for a backup. It takes {_mb(needed)}, {_mb(free)} are free, and the old backups that may go would "
        f"give {_mb(freed)}"
    )
    logger.error("%s", problem)
    told_beside.tell(prefix + _NO_ROOM, problem, now=now)


def _mb(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"


def _needed(copies: Backups) -> int:
    last = size(copies[max(copies)]) if copies else 0
    return _COPIES * max(_database_size(), last) + 2 * last


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free


def _database_size() -> int:
    """0 where another server has it."""
    return size(Path(settings.DATABASES["default"]["NAME"])) if connection.vendor == "sqlite" else 0
