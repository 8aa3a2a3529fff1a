"""The rate limit on posts: a number of tries per client and period."""

import math
from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import Greatest, Least

from .models import RateLimit

# Clocks of two machines may differ by less. Beyond it a row was counted by a clock that was ahead, and would not refill.
_MOST_AHEAD = 60


def take(client: str, *, limit: int, seconds: int, now: datetime) -> int:
    """Takes one of the client's `limit` tries per `seconds`.

    Returns 0 if one was left, otherwise the whole seconds until the next. One conditional UPDATE decides, so that two posts
    at the same moment cannot both take the last try.
    """
    instant = now.timestamp()
    per_second = limit / seconds
    refilled = Least(
        Value(float(limit)), F("tokens") + Greatest(Value(0.0), Value(instant) - F("counted_at")) * Value(per_second)
    )
    RateLimit.objects.bulk_create([RateLimit(client=client, tokens=float(limit), counted_at=instant)], ignore_conflicts=True)
    row = RateLimit.objects.filter(client=client)
    if row.alias(refilled=refilled).filter(refilled__gte=1).update(tokens=refilled - Value(1.0), counted_at=instant):
        return 0
    row.filter(counted_at__gt=instant + _MOST_AHEAD).update(counted_at=instant)
    left = row.annotate(refilled=refilled).values_list("refilled", flat=True).first() or 0.0
    return max(1, math.ceil((1 - left) / per_second))


def give_back(client: str, *, limit: int) -> None:
    """Gives back one try that was taken."""
    RateLimit.objects.filter(client=client).update(tokens=Least(Value(float(limit)), F("tokens") + Value(1.0)))


def wait_text(seconds: int) -> str:
    """`in a minute`, or `in 12 minutes`, rounded up."""
    minutes = max(1, -(-seconds // 60))
    return "in a minute" if minutes == 1 else f"in {minutes} minutes"


def forget_idle_clients(*, now: datetime) -> int:
    """Deletes rows after an idle day, which refills any bucket with a period of up to a day. Returns how many.

    The day of a row that was counted by a clock that was ahead begins now.
    """
    RateLimit.objects.filter(counted_at__gt=now.timestamp() + _MOST_AHEAD).update(counted_at=now.timestamp())
    return RateLimit.objects.filter(counted_at__lt=now.timestamp() - 86400).delete()[0]


def forget(client: str) -> None:
    """Gives the client all its tries again."""
    RateLimit.objects.filter(client=client).delete()
