"""Deletes expired sign-in data."""

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from .models import KeptWords, StaffSession

# A machine with many addresses leaves one for each name and address; the limits of an account do not count by these.
MOST_FAILURES = 10_000


def delete_failed_sign_ins(*, now: datetime) -> int:
    """Deletes failed sign-ins after an hour, or beyond MOST_FAILURES. Returns how many rows.

    A failure that is yet to come is of a clock that was ahead, and would lock out until then.
    """
    is_over = Q(attempt_time__lte=now - settings.AXES_COOLOFF_TIME) | Q(attempt_time__gt=now + settings.AXES_COOLOFF_TIME)
    failed = AccessAttempt.objects.filter(is_over).delete()[0]
    newest_first = AccessAttempt.objects.order_by("-attempt_time", "-pk").values_list("pk", flat=True)
    for first_beyond in newest_first[MOST_FAILURES : MOST_FAILURES + 1]:
        failed += AccessAttempt.objects.filter(pk__lte=first_beyond).delete()[0]
    return failed


def delete_ended_sessions(*, now: datetime) -> int:
    """Returns how many rows."""
    ended = Session.objects.filter(expire_date__lt=now).delete()[0]
    return ended + StaffSession.objects.forgettable(now=now).delete()[0]


def delete_kept_words(*, now: datetime) -> int:
    """Deletes what was kept for somebody who did not come back to it within a day. Returns how many forms."""
    return KeptWords.objects.over(now=now).delete()[0]
