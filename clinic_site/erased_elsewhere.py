"""The list of erased requests in BACKUP_DIR, which a restore needs on a new machine.

A share that is not mounted looks like one without a list, and everybody on it would come back. So a restore goes on without the
list only where somebody says so, and the running site then reads it as soon as it can.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from clinic_site import erased_list, second_place_mark
from consults.models import Event

logger = logging.getLogger("clinic.worker")

# A backup's name has no more than that.
_SECOND = timedelta(seconds=1)


def read(*, made_at: datetime | None) -> set[str]:
    """The lines of the list, for a restore of a backup that was made then (None: nobody knows). Raises OSError.

    No lines where there is no second place, or none yet: one that was never used tells a database of before the backup nothing.
    """
    place = settings.BACKUP_DIR
    if place is None:
        return set()
    if second_place_mark.is_there(place):
        return erased_list.lines_in(place)
    if not second_place_mark.is_known(place) and not is_to_be_read() and made_at and _knows_what_was_erased_since(made_at):
        return set()
    raise OSError(
        f"{place} is not mounted, or is not what was used before: its file {second_place_mark.MARK} is missing, or another"
    )


def read_later() -> None:
    """To be told before anything is replaced. Raises OSError."""
    _mark().touch()


def is_to_be_read() -> bool:
    """Whether a restore went on without the list, and nothing has read it since."""
    return _mark().exists()


def catch_up() -> None:
    """Takes over what a restore left out, once; the worker erases it again in its next turn. Raises OSError."""
    if settings.BACKUP_DIR is None or not is_to_be_read():
        return
    if left := erased_list.take_over(erased_list.lines_in(settings.BACKUP_DIR), unsigned=False):
        logger.warning("%s lines of the list of erased requests in BACKUP_DIR are signed by none of FIELD_KEYS", left)
    _mark().unlink(missing_ok=True)


def _mark() -> Path:
    return settings.DATA_DIR / "erased-list-unread"


def _knows_what_was_erased_since(instant: datetime) -> bool:
    """Whether the database that is about to go was there then: what it knows of is in the list already."""
    try:
        return Event.objects.filter(at__lt=instant + _SECOND).exists()
    except DatabaseError:
        return False
