"""Erasure: what a person gave is deleted some time after their request ended, or when they ask for it."""

from datetime import datetime, timedelta

from django.db import transaction

from . import booking
from .models import ConsultPolicy, ConsultRequest
from .transitions import has_begun

QUARANTINE_LASTS = timedelta(days=30)
_AT_ONCE = 500


def erase_due(*, now: datetime) -> int:
    """Erases what ended `erase_after_days` ago and what was set aside for 30 days. Returns how many, 0 when all is done."""
    after = timedelta(days=ConsultPolicy.objects.current().erase_after_days)
    due = ConsultRequest.objects.to_erase(now=now, after=after, quarantined_after=QUARANTINE_LASTS)
    erased = 0
    for request in due.order_by("pk")[:_AT_ONCE]:
        try:
            booking.erase_request(request, now=now, version=request.version)
        except (booking.NotAllowed, booking.Stale):
            # Staff were faster: a request they released or noted just now is looked at again.
            continue
        erased += 1
    return erased


def erase_at_once(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """An owner erases one person's request whatever its state. An open one is taken back first, which frees its seat.

    The person can be sent no message afterwards, so the colleague who erases tells them.
    """
    with transaction.atomic():
        if request.status in ConsultRequest.HOLDS_A_SEAT and not has_begun(request, now):
            request = booking.withdraw_request(request, now=now, by=by, version=version)
            version = request.version
        return booking.erase_request(request, by=by, now=now, version=version)
