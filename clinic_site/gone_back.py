"""Notices a database that has gone back to an earlier state: a copy of it that something other than the site put in place.

The worker's signs of life are counted in the database, and a file beside it remembers the last number, and which restores the
database had told of by then. No clock is compared. Where the file goes back too, with all of DATA_DIR, nobody notices.
"""

from contextlib import suppress
from typing import NamedTuple

from django.conf import settings

from clinic_site.models import Hold
from clinic_site.whole_files import replace_if_there_is_room
from consults.models import Event, WorkerHeartbeat

_NAME = "signs-of-life"
_OF_FILE = "file:"


class Remembered(NamedTuple):
    """The signs of life of the database, and those that its file alone counted; `told`: its restores."""

    beats: int
    of_file: int | None
    told: set[str]


def has_gone_back() -> bool:
    """Whether the database counts fewer signs of life than it did, and no restore since then has said so already.

    One without requests belongs to a site that starts over.
    """
    # Before the database, where another worker may count on meanwhile.
    known = remembered()
    if known is None or WorkerHeartbeat.objects.beats() >= known.beats:
        return False
    return _told() <= known.told and Event.objects.exists()


def remember(beats: int, *, of_file: int | None = None) -> None:
    """Replaces what is known. A disk that is full leaves the earlier numbers, which are still true.

    `of_file`: see `stale_journal`.
    """
    words = [str(beats), *([] if of_file is None else [f"{_OF_FILE}{of_file}"]), *sorted(_told())]
    replace_if_there_is_room(settings.DATA_DIR / _NAME, " ".join(words) + "\n")


def is_remembered() -> bool:
    """Whether a worker ran with this DATA_DIR, on whatever database."""
    return remembered() is not None


def forget() -> None:
    """What was known is of the database before a restore by the site's own command, which says so itself."""
    with suppress(OSError):
        (settings.DATA_DIR / _NAME).unlink()


def _told() -> set[str]:
    """The restores that the database tells of, each by the numbers of its hold: its times may be of a wrong clock."""
    holds = Hold.objects.filter(reason=Hold.Reason.RESTORED)
    return {"-".join(map(str, numbers)) for numbers in holds.values_list("pk", "last_event", "last_message")}


def remembered() -> Remembered | None:
    """None where nobody can read it."""
    try:
        beats, *words = (settings.DATA_DIR / _NAME).read_text().split()
        of_file = next((int(word.removeprefix(_OF_FILE)) for word in words if word.startswith(_OF_FILE)), None)
        return Remembered(int(beats), of_file, {word for word in words if not word.startswith(_OF_FILE)})
    except (OSError, ValueError):
        return None
