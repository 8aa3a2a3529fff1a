"""Writes to the staff inbox once a month what is due to be checked again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from consults.messages.outbox import write_to_staff
from content.due import find_due
from content.models import DueLetter

KIND = "due"


def write_due_letter(*, now: datetime, zone: ZoneInfo) -> bool:
    """Writes this month's letter unless that was done, nothing is due or there is no inbox. Returns whether it wrote one.

    A unique row for the month goes with the letter, so that of two workers only one writes it.
    """
    if not settings.STAFF_INBOX:
        return False
    today = now.astimezone(zone).date()
    with transaction.atomic():
        _, is_new = DueLetter.objects.get_or_create(month=today.replace(day=1))
        due = find_due(today=today) if is_new else []
        if due:
            origin = settings.PUBLIC_URL
            context = {"due": due, "origin": origin, "page": origin + reverse("admin:pages_clinic_prelaunch")}
            text = render_to_string("clinic_site/due_letter.txt", context)
            subject = f"To check again: {len(due)} on the website"
            write_to_staff(KIND, to=settings.STAFF_INBOX, subject=subject, text=text, now=now)
    return bool(due)
