"""Expires requests that nobody answered by their reply time or their start, and tells the patient."""

from datetime import datetime
from functools import partial

from django.db.models import QuerySet

from . import booking
from .models import ConsultRequest
from .one_by_one import decide_each

_AT_ONCE = 100


def expire_overdue(
    *,
    now: datetime,
    failed: set[int] | None = None,
    after: datetime | None = None,
    but: QuerySet[ConsultRequest] | None = None,
) -> int:
    """Expires what is overdue at the instant `now`; returns how many. A request that is answered meanwhile stays answered.

    One that cannot be expired, because no key opens it, stays first among those that wait on the desk. Its id is added to
    `failed`, and those in `failed` are left out. With `after`, what was overdue at that instant waits. Those in `but` are
    left to a person.
    """
    failed = set() if failed is None else failed
    overdue = ConsultRequest.objects.overdue(now=now).exclude(pk__in=failed)
    if after is not None:
        overdue = overdue.exclude(pk__in=ConsultRequest.objects.overdue(now=after).values("pk"))
    if but is not None:
        overdue = overdue.exclude(pk__in=but.order_by().values("pk"))
    expired, failed_now = decide_each(partial(booking.expire_request, now=now), overdue.order_by("answer_by")[:_AT_ONCE])
    failed |= failed_now
    return expired
