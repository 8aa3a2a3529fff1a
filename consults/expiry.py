"""Expires requests that nobody answered by their reply time or their start, and tells the patient."""

import logging
from datetime import datetime

from django.db import DatabaseError

from . import booking
from .models import ConsultRequest

logger = logging.getLogger("clinic.worker")


def expire_overdue(*, now: datetime) -> int:
    """Expires what is overdue at the instant `now`; returns how many. A request that is answered meanwhile stays answered.

    One that cannot be expired, because no key opens it, stays first among those that wait on the desk.
    """
    expired = 0
    for request in list(ConsultRequest.objects.overdue(now=now).order_by("answer_by")):
        try:
            booking.expire_request(request, now=now)
        except booking.NotAllowed:
            continue
        except DatabaseError:
            raise
        except Exception:
            logger.exception("request %s cannot be expired", request.pk)
            continue
        expired += 1
    return expired
