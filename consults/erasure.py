"""Erasure: personal data is deleted some time after a request ended, or when the person asks."""

from datetime import datetime, timedelta

from django.db import transaction

from . import booking
from .models import ConsultPolicy, ConsultRequest
from .one_by_one import decide_each
from .transitions import has_begun

QUARANTINE_LASTS = timedelta(days=30)
_AT_ONCE = 500


def erase_due(*, now: datetime) -> int:
    """Erases requests that ended `erase_after_days` ago or were quarantined for 30 days. Returns how many, 0 if none."""
    after = timedelta(days=ConsultPolicy.objects.current().erase_after_days)
    due = ConsultRequest.objects.to_erase(now=now, after=after, quarantined_after=QUARANTINE_LASTS)
    erased, _ = decide_each(
        lambda request: booking.erase_request(request, now=now, version=request.version), due.order_by("pk")[:_AT_ONCE]
    )
    return erased


def erase_at_once(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Erases a request in any state, for an owner. An open one is withdrawn first, which frees its seat.

    No message can be sent afterwards, so staff must tell the person themselves.
    """
    with transaction.atomic():
        if request.status in ConsultRequest.HOLDS_A_SEAT and not has_begun(request, now):
            request = booking.withdraw_request(request, now=now, by=by, version=version)
            version = request.version
        return booking.erase_request(request, by=by, now=now, version=version)
