"""Deletes expired sign-in data."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django_otp.plugins.otp_totp.models import TOTPDevice


def delete_expired(*, now: datetime) -> int:
    """Deletes failed sign-ins after an hour, ended sessions, and unfinished set-ups of phones. Returns how many rows."""
    failed = AccessAttempt.objects.filter(attempt_time__lte=now - settings.AXES_COOLOFF_TIME).delete()[0]
    ended = Session.objects.filter(expire_date__lt=now).delete()[0]
    unfinished = TOTPDevice.objects.filter(confirmed=False, created_at__lt=now - timedelta(days=1)).delete()[0]
    return failed + ended + unfinished
