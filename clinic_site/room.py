"""Makes room for a backup that is about to be made: an old one goes rather than that no new one can come."""

import logging
import shutil
from datetime import datetime, tzinfo
from pathlib import Path

from django.conf import settings
from django.db import connection

from clinic_site import backups
from clinic_site.thinning import LEAST_KEPT, night_of, surplus

logger = logging.getLogger("clinic.worker")

# The copy of the database, what VACUUM writes beside it, and the copy that is opened again.
_COPIES = 3


def for_a_backup(*, now: datetime, zone: tzinfo) -> None:
    """In the first place, as much as the next backup takes while it is made."""
    last = sum(size(path) for _, path in backups.existing(now=now)[-1:])
    make(backups.folder(), _COPIES * max(_database_size(), last) + 2 * last, now=now, zone=zone)


def make(place: Path, needed: int, *, now: datetime, zone: tzinfo, ours_since: datetime | None = None) -> None:
    """Deletes backups in `place` until `needed` bytes are free, never one of the newest three: first what thinning would delete,
    then those of one day, and those that close a night last; of each the oldest first. No machine's night closes that of another.
    """
    try:
        copies = dict(backups.existing(now=now, place=place))
        if len(copies) <= LEAST_KEPT or _free(place) >= needed:  # the first backup makes the folder
            return
        unneeded, nights = surplus(copies, now=now, zone=zone, ours_since=ours_since), {}
        for at in sorted(copies):
            nights[night_of(at, zone), ours_since is not None and at < ours_since] = at
        closing = set(nights.values())
        for at in sorted(
            sorted(copies)[:-LEAST_KEPT], key=lambda at: (at not in unneeded, at not in unneeded and at in closing, at)
        ):
            copies[at].unlink(missing_ok=True)
            logger.warning("the backup %s was deleted, to make room for a new one", copies[at].name)
            if _free(place) >= needed:
                return
    except OSError as error:
        logger.error("no room can be made for a backup: %s", error.strerror or error)


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free


def _database_size() -> int:
    """0 where another server has it."""
    return size(Path(settings.DATABASES["default"]["NAME"])) if connection.vendor == "sqlite" else 0


def size(path: Path) -> int:
    """0 of what cannot be read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
