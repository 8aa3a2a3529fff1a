"""The limit on booking posts per client address."""

import math
from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import Greatest, Least

from .models import ClientBudget


def spend(client: str, *, limit: int, seconds: int, now: datetime) -> int:
    """Takes one post from the client's budget of `limit` per `seconds`.

    0 when there was one; otherwise the whole seconds until the next. One conditional UPDATE decides, so that posts
    at the same moment cannot both take the last one.
    """
    instant = now.timestamp()
    per_second = limit / seconds
    refilled = Least(
        Value(float(limit)), F("tokens") + Greatest(Value(0.0), Value(instant) - F("counted_at")) * Value(per_second)
    )
    ClientBudget.objects.bulk_create(
        [ClientBudget(client=client, tokens=float(limit), counted_at=instant)], ignore_conflicts=True
    )
    budgets = ClientBudget.objects.filter(client=client)
    if budgets.alias(refilled=refilled).filter(refilled__gte=1).update(tokens=refilled - Value(1.0), counted_at=instant):
        return 0
    left = budgets.annotate(refilled=refilled).values_list("refilled", flat=True).first() or 0.0
    return max(1, math.ceil((1 - left) / per_second))


def forget_idle_clients(*, now: datetime) -> int:
    """Deletes budgets untouched for a day, when every rate up to a day has refilled them. Returns how many."""
    return ClientBudget.objects.filter(counted_at__lt=now.timestamp() - 86400).delete()[0]
