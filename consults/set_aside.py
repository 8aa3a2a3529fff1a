"""How many requests may lie set aside: a machine with many addresses could otherwise fill the disk, and every backup, with them.

Only what looks like spam is counted and bounded. A request that is let in never is.
"""

from datetime import datetime, timedelta

from .models import Event

# More than a person looks through in a day, and little for a disk.
MOST_IN_A_DAY = 500
# Each is kept for 30 days, unless somebody decides about it.
MOST_IN_ALL = 3000
KEPT = timedelta(days=30)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


class TooManySetAside(Exception):
    """It looks like spam, and as many as may be are set aside already: it is not stored, and its sender is told."""


def refuse_too_many(*, now: datetime) -> None:
    """To be asked before one more is set aside on its arrival. Raises TooManySetAside."""
    if are_too_many(now=now):
        raise TooManySetAside


def are_too_many(*, now: datetime) -> bool:
    """Counted by their first events: who withdraws one on its page makes no room for the next."""
    in_all = _on_arrival(now, KEPT).filter(request__erased_at=None)
    return (
        len(_on_arrival(now, _DAY).values_list("pk")[:MOST_IN_A_DAY]) >= MOST_IN_A_DAY
        or len(in_all.values_list("pk")[:MOST_IN_ALL]) >= MOST_IN_ALL
    )


def count_lately(*, now: datetime) -> tuple[int, int]:
    """How many were set aside on arrival within the hour, and within the day."""
    return _on_arrival(now, _HOUR).count(), _on_arrival(now, _DAY).count()


def _on_arrival(now: datetime, lately: timedelta):
    return Event.objects.filter(kind=Event.Kind.QUARANTINED, number=1, at__gt=now - lately)
