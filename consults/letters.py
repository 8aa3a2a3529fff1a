"""What the messages to patients and staff say. Neutral on the outside: subjects and senders name no treatment."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from pages.models import Clinic

from . import wording
from .models import ConsultRequest
from .scheduling import PostedHours


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def _facts(request: ConsultRequest, clinic: Clinic, posted: PostedHours) -> dict:
    when, start = "", None
    if request.starts_at:
        start = posted.local(request.starts_at)
        end = posted.local(request.starts_at + timedelta(minutes=request.length_minutes))
        when = wording.visit_text(start, end, clinic.time_zone_label)
    return {
        "clinic": clinic,
        "reference": request.reference,
        "when": when,
        "start": start,
        "answer_by": wording.moment_text(posted.local(request.answer_by), clinic.time_zone_label),
        "hours": wording.weekly_hours(posted),
    }


def to_patient(kind: str, request: ConsultRequest, clinic: Clinic, posted: PostedHours) -> Letter:
    facts = _facts(request, clinic, posted)
    start = facts["start"]
    when = f": {wording.day_text(start)}, {wording.start_text(start)}" if start else ""
    text = render_to_string(f"consults/mail/{kind}.txt", facts | {"name": request.full_name})
    return Letter(f"Your request{when}", text)


def call_notes(kind: str, request: ConsultRequest, clinic: Clinic, posted: PostedHours) -> Letter:
    """What to say on the telephone to a patient who asked to be called."""
    text = render_to_string(f"consults/call/{kind}.txt", _facts(request, clinic, posted) | {"voicemail_ok": request.voicemail_ok})
    return Letter(f"Call about {request.reference}", text)


def to_staff(kind: str, request: ConsultRequest, clinic: Clinic, posted: PostedHours) -> Letter:
    """A notice without any personal data: a reference, a time and a link."""
    link = settings.PUBLIC_URL + reverse("admin:consults_consultrequest_change", args=[request.pk])
    text = render_to_string(f"consults/mail/staff_{kind}.txt", _facts(request, clinic, posted) | {"link": link})
    return Letter(f"New request {request.reference}", text)
