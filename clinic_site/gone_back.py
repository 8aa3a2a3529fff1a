"""Notices a database that has gone back to an earlier state: a copy of it that something other than the site put in place.

The worker's signs of life are counted in the database, and a file beside it remembers the last number, and which restores the
database had told of by then. No clock is compared. Where the file goes back too, with all of DATA_DIR, nobody notices.
"""

from contextlib import suppress

from django.conf import settings

from clinic_site.models import Hold
from clinic_site.whole_files import replace_if_there_is_room
from consults.models import Event, WorkerHeartbeat

_NAME = "signs-of-life"


def has_gone_back() -> bool:
    """Whether the database counts fewer signs of life than it did, and no restore since then has said so already.

    One without requests belongs to a site that starts over.
    """
    # Before the database, where another worker may count on meanwhile.
    known = _read()
    if known is None:
        return False
    beats, told = known
    if WorkerHeartbeat.objects.beats() >= beats:
        return False
    return _told() <= told and Event.objects.exists()


def remember(beats: int) -> None:
    """Replaces what is known. A disk that is full leaves the earlier number, which is still true."""
    replace_if_there_is_room(settings.DATA_DIR / _NAME, " ".join([str(beats), *sorted(_told())]) + "\n")


def is_remembered() -> bool:
    """Whether a worker ran with this DATA_DIR, on whatever database."""
    return _read() is not None


def forget() -> None:
    """What was known is of the database before a restore by the site's own command, which says so itself."""
    with suppress(OSError):
        (settings.DATA_DIR / _NAME).unlink()


def _told() -> set[str]:
    """The restores that the database tells of, each by the numbers of its hold: its times may be of a wrong clock."""
    holds = Hold.objects.filter(reason=Hold.Reason.RESTORED)
    return {"-".join(map(str, numbers)) for numbers in holds.values_list("pk", "last_event", "last_message")}


def _read() -> tuple[int, set[str]] | None:
    try:
        beats, *told = (settings.DATA_DIR / _NAME).read_text().split()
        return int(beats), set(told)
    except (OSError, ValueError):
        return None
