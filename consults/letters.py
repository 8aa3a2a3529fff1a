"""What the messages to patients and staff say. Neutral on the outside: subjects and senders name no treatment."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from pages.models import Clinic

from . import wording
from .calendar_file import calendar_file
from .letter_layout import paragraphs
from .models import ConsultRequest, Reason
from .scheduling import PostedHours


class Letter(NamedTuple):
    """`calendar` is empty when the letter has none."""

    to: str
    subject: str
    text: str
    calendar: str = ""


@dataclass(frozen=True)
class Facts:
    """What a letter is about."""

    request: ConsultRequest
    clinic: Clinic
    posted: PostedHours
    reason: Reason | None
    now: datetime

    @property
    def when(self) -> str:
        """The visit's time in full, or nothing when no time was chosen."""
        request, local = self.request, self.posted.local
        if request.starts_at is None:
            return ""
        return wording.visit_text(local(request.starts_at), local(request.ends_at), self.clinic.time_zone_label)

    def context(self) -> dict:
        return {
            "clinic": self.clinic,
            "name": _greeting_name(self.request.full_name),
            "reference": self.request.reference,
            "when": self.when,
            "answer_by": wording.moment_text(self.posted.local(self.request.answer_by), self.clinic.time_zone_label),
            "hours": wording.weekly_hours(self.posted),
            "reason": self.reason.text if self.reason else "",
            "page": settings.PUBLIC_URL + reverse("consults:own_page", args=[self.request.token]),
            "book": settings.PUBLIC_URL + reverse("consults:request"),
            "voicemail_ok": self.request.voicemail_ok,
        }


def _greeting_name(name: str) -> str:
    """The name to greet with; none when it holds an address, so that nobody sends links to others through our mail."""
    return "" if re.search(r"[/@\\]|\w\.\w|www\b", name, re.IGNORECASE) else name


# The subject carries day and time only: lock screens are public.
_SUBJECTS = {
    "requested": "Your request",
    "released": "Your request",
    "moved": "Your new time, not yet confirmed",
    "confirmed": "Confirmed",
    "rescheduled": "Confirmed at a new time",
    "declined": "About your request",
    "withdrawn": "You withdrew your request",
    "cancelled": "Cancelled",
    "expired": "We did not answer in time",
    "reminder": "Reminder",
}
_STAFF_SUBJECTS = {
    "requested": "New request",
    "moved": "Moved by the patient",
    "withdrawn": "Withdrawn by the patient",
    "expired": "Not answered in time",
}
_WITH_CALENDAR = {"confirmed": "PUBLISH", "rescheduled": "PUBLISH", "cancelled": "CANCEL"}


def to_patient(kind: str, facts: Facts) -> Letter:
    request = facts.request
    subject = _SUBJECTS[kind]
    if request.starts_at:
        start = facts.posted.local(request.starts_at)
        subject += f": {wording.day_text(start)}, {wording.choice_text(start)}"
    context = facts.context()
    text = render_to_string(f"consults/mail/{kind}.txt", context)
    calendar = ""
    if method := _WITH_CALENDAR.get(kind):
        calendar = calendar_file(request, facts.clinic, at=facts.now, method=method).decode()
    return Letter(request.email, subject, text, calendar)


def html_part(letter: dict) -> str:
    """The same words for mail programs that prefer HTML: made when the letter is sent, from the text that is kept."""
    return render_to_string("consults/mail/letter.html", letter | {"paragraphs": paragraphs(letter["text"])})


def call_notes(kind: str, facts: Facts) -> Letter:
    """What to say on the telephone to a patient who asked to be called."""
    text = render_to_string("consults/call.txt", facts.context() | {"kind": kind})
    return Letter(facts.request.phone, f"{_SUBJECTS[kind]} ({facts.request.reference})", text)


def to_staff(kind: str, facts: Facts) -> Letter:
    """A notice without any personal data: a reference, a time and a link."""
    link = settings.PUBLIC_URL + reverse("admin:consults_consultrequest_change", args=[facts.request.pk])
    subject = f"{_STAFF_SUBJECTS[kind]}: {facts.request.reference}"
    context = {"heading": _STAFF_SUBJECTS[kind], "kind": kind, "link": link}
    for name in ("reference", "when", "answer_by"):
        context[name] = facts.context()[name]
    return Letter(settings.STAFF_INBOX, subject, render_to_string("consults/mail/staff.txt", context))
