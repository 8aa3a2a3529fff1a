"""Sends the staff inbox a monthly reminder of what is due to be checked again."""

import logging
import smtplib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from .due import find_due
from .models import DueMail

logger = logging.getLogger("clinic.mail")

# Longer than one attempt. If a worker dies while sending, another one tries again after this long.
LEASE = timedelta(minutes=10)


def send_due_mail(*, now: datetime, zone: ZoneInfo) -> bool:
    """Sends this month's reminder unless it was sent, nothing is due or there is no inbox. Returns whether one was sent.

    One row per month records it across restarts. A conditional update claims the row, so that only one of two workers sends;
    after a crash, another attempt uses the same Message-ID.
    """
    if not settings.STAFF_INBOX:
        return False
    today = now.astimezone(zone).date()
    month, _ = DueMail.objects.get_or_create(month=today.replace(day=1), defaults={"not_before": now})
    if month.done_at is not None or not _claim(month, now):
        return False
    due = find_due(today=today)
    try:
        if due:
            _send(due, month.month)
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("the monthly reminder was not sent: %s; trying again", type(error).__name__)
        return False
    DueMail.objects.filter(pk=month.pk).update(done_at=now)
    return bool(due)


def _claim(month: DueMail, now: datetime) -> bool:
    unchanged = DueMail.objects.filter(pk=month.pk, attempts=month.attempts, not_before__lte=now, done_at=None)
    return bool(unchanged.update(attempts=F("attempts") + 1, not_before=now + LEASE))


def _send(due: list, month: date) -> None:
    origin = settings.PUBLIC_URL
    context = {"due": due, "origin": origin, "page": origin + reverse("admin:pages_clinic_prelaunch")}
    EmailMessage(
        subject=f"To check again: {len(due)} on the website",
        body=render_to_string("content/mail/due.txt", context),
        to=[settings.STAFF_INBOX],
        headers={"Message-ID": f"<due-{month:%Y-%m}@{settings.PUBLIC.host}>", "Auto-Submitted": "auto-generated"},
    ).send()
