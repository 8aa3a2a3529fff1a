"""Expires requests that nobody answered by their reply time or their start, and tells the patient."""

from datetime import datetime

from . import booking
from .models import ConsultRequest


def expire_overdue(*, now: datetime) -> int:
    """Expires what is overdue at the instant `now`; returns how many. A request that is answered meanwhile stays answered."""
    expired = 0
    for request in ConsultRequest.objects.overdue(now=now).order_by("answer_by")[:100]:
        try:
            booking.expire_request(request, now=now)
        except booking.NotAllowed:
            continue
        expired += 1
    return expired
