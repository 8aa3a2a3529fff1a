"""Once a month the staff inbox hears what has to be read again."""

import logging
import smtplib
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from .models import Clinic, StaleMail
from .review import stale_content

logger = logging.getLogger("clinic.mail")

# Longer than one attempt; a worker that died with the mail half sent is followed by another after this.
LEASE = timedelta(minutes=10)


def mail_stale_content(*, now: datetime) -> bool:
    """Sends this month's mail if it was not sent yet; none when nothing is due or there is no inbox. Was one sent?

    One row a month says that it is done, whatever is restarted. The row is claimed by a conditional update, so that of two
    workers one sends; a crash in between is followed by another attempt under the same Message-ID.
    """
    if not settings.STAFF_INBOX:
        return False
    today = now.astimezone(Clinic.objects.current().zone).date()
    month, _ = StaleMail.objects.get_or_create(month=today.replace(day=1), defaults={"not_before": now})
    if month.done_at is not None or not _claim(month, now):
        return False
    stale = stale_content(today=today)
    try:
        if stale:
            _send(stale, month.month)
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("the monthly list was not sent: %s; trying again", type(error).__name__)
        return False
    StaleMail.objects.filter(pk=month.pk).update(done_at=now)
    return bool(stale)


def _claim(month: StaleMail, now: datetime) -> bool:
    unchanged = StaleMail.objects.filter(pk=month.pk, attempts=month.attempts, not_before__lte=now, done_at=None)
    return bool(unchanged.update(attempts=F("attempts") + 1, not_before=now + LEASE))


def _send(stale: list, month: date) -> None:
    origin = settings.PUBLIC_URL
    context = {"stale": stale, "origin": origin, "page": origin + reverse("admin:pages_clinic_launch")}
    EmailMessage(
        subject=f"To read again: {len(stale)} on the website",
        body=render_to_string("pages/mail/stale.txt", context),
        to=[settings.STAFF_INBOX],
        headers={"Message-ID": f"<stale-{month:%Y-%m}@{settings.PUBLIC.host}>", "Auto-Submitted": "auto-generated"},
    ).send()
