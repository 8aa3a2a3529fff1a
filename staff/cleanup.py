"""Deletes expired sign-in data."""

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session

from .models import StaffSession


def delete_expired(*, now: datetime) -> int:
    """Deletes failed sign-ins after an hour and ended sessions. Returns how many rows."""
    failed = AccessAttempt.objects.filter(attempt_time__lte=now - settings.AXES_COOLOFF_TIME).delete()[0]
    ended = Session.objects.filter(expire_date__lt=now).delete()[0]
    ended += StaffSession.objects.over(now=now).delete()[0]
    return failed + ended
