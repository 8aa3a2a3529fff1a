"""How many requests may lie set aside: a machine with many addresses could otherwise fill the disk, and every backup, with them.

Only what looks like spam is counted and bounded. A request that is let in never is.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, Subquery

from .models import ConsultRequest, Event

# More than a person looks through in a day, and little for a disk.
MOST_IN_A_DAY = 500
# Each is kept for 30 days, unless somebody decides about it.
MOST_IN_ALL = 3000
KEPT = timedelta(days=30)


class TooManySetAside(Exception):
    """It looks like spam, and as many as may be are set aside already: it is not stored, and its sender is told."""


def refuse_too_many(*, now: datetime) -> None:
    """To be asked before one more is set aside on its arrival. Raises TooManySetAside."""
    if count_set_aside(now=now).are_too_many:
        raise TooManySetAside


class SetAside(NamedTuple):
    """How many were set aside on arrival within the hour and the day, and how many of them are kept."""

    in_an_hour: int
    in_a_day: int
    in_all: int

    @property
    def are_too_many(self) -> bool:
        return self.in_a_day >= MOST_IN_A_DAY or self.in_all >= MOST_IN_ALL


def count_set_aside(*, now: datetime) -> SetAside:
    """By their first events: who withdraws one on its page makes no room for the next."""
    return SetAside(**_since(now - KEPT).aggregate(**{name: Count("pk", filter=one) for name, one in _groups(now).items()}))


def counted_beside(*, now: datetime) -> dict[str, Subquery]:
    """The same as columns of a query for requests, which the desk's front page asks anyway: see `counts_of`."""
    # Grouped by what is the same of all: a count alone.
    found = _since(now - KEPT).order_by().values("kind")
    return {
        f"aside_{name}": Subquery(found.annotate(n=Count("pk", filter=one)).values("n")) for name, one in _groups(now).items()
    }


def counts_of(request: ConsultRequest) -> SetAside:
    """Of one that was read with the columns of `counted_beside`."""
    return SetAside(**{name: getattr(request, f"aside_{name}") or 0 for name in SetAside._fields})


def _since(instant: datetime):
    return Event.objects.filter(kind=Event.Kind.QUARANTINED, number=1, at__gt=instant)


def _groups(now: datetime) -> dict[str, Q]:
    return {
        "in_an_hour": Q(at__gt=now - timedelta(hours=1)),
        "in_a_day": Q(at__gt=now - timedelta(days=1)),
        "in_all": Q(request__erased_at=None),
    }
