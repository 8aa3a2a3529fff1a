"""Deletes expired sign-in data."""

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from .models import StaffSession

# A machine with many addresses leaves one for each name and address; the limits of an account do not count by these.
MOST_FAILURES = 10_000


def delete_expired(*, now: datetime) -> int:
    """Deletes failed sign-ins after an hour, or beyond MOST_FAILURES, and ended sessions. Returns how many rows.

    A failure that is yet to come is of a clock that was ahead, and would lock out until then.
    """
    is_over = Q(attempt_time__lte=now - settings.AXES_COOLOFF_TIME) | Q(attempt_time__gt=now + settings.AXES_COOLOFF_TIME)
    failed = AccessAttempt.objects.filter(is_over).delete()[0]
    beyond = AccessAttempt.objects.order_by("-attempt_time", "-pk").values_list("pk", flat=True)[
        MOST_FAILURES : MOST_FAILURES + 1
    ]
    for oldest in beyond:
        failed += AccessAttempt.objects.filter(pk__lte=oldest).delete()[0]
    ended = Session.objects.filter(expire_date__lt=now).delete()[0]
    ended += StaffSession.objects.over(now=now).delete()[0]
    return failed + ended
