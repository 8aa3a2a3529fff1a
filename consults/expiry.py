"""Every request ends: what nobody answered by its reply time, or by its start, expires and the patient is told."""

from datetime import datetime

from . import booking
from .models import ConsultRequest


def expire_overdue(*, now: datetime) -> int:
    """Expires what is overdue at the instant `now`; returns how many. One that is answered meanwhile stays answered."""
    expired = 0
    for request in ConsultRequest.objects.overdue(now=now).order_by("answer_by")[:100]:
        try:
            booking.expire_request(request, now=now)
        except booking.NotAllowed:
            continue
        expired += 1
    return expired
