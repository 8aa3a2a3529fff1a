"""Forgetting: what a person gave is erased some time after their request ended."""

from datetime import datetime, timedelta

from . import booking
from .models import ConsultPolicy, ConsultRequest

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
