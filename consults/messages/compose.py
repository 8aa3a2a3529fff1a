"""Composes a message from the facts of its event. Subjects are neutral: none names a treatment."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from consults import dates, hours_text
from consults.models import ConsultRequest, Reason
from consults.scheduling import PostedHours
from pages.models import Clinic

from .calendar_file import CalendarChange
from .kinds import tells


class Payload(NamedTuple):
    """What a message carries, as it is sealed. Paragraphs of the text are not wrapped; `calendar` is empty without an entry."""

    to: str
    subject: str
    text: str
    calendar: str = ""


@dataclass(frozen=True)
class Facts:
    """The request and its surroundings, from which a message is composed."""

    request: ConsultRequest
    clinic: Clinic
    posted: PostedHours
    reason: Reason | None
    calendar: CalendarChange
    now: datetime

    @property
    def when(self) -> str:
        """The visit's time in full, or an empty text when no time was chosen."""
        visit, local = self.request.visit, self.posted.local
        return dates.visit_text(local(visit.start), local(visit.end), self.clinic.time_zone_label) if visit else ""

    @property
    def short_when(self) -> str:
        """Day and time for a subject, or an empty text."""
        visit = self.request.visit
        if visit is None:
            return ""
        start = self.posted.local(visit.start)
        return f"{dates.day_text(start)}, {dates.choice_text(start)}"

    @property
    def confirmed_when(self) -> str:
        """The time of the visit that stays confirmed while the patient's move waits for an answer; else empty."""
        visit = self.request.confirmed_visit if self.request.is_moving else None
        local = self.posted.local
        return dates.visit_text(local(visit.start), local(visit.end), self.clinic.time_zone_label) if visit else ""

    @property
    def answer_by(self) -> str:
        return dates.moment_text(self.posted.local(self.request.answer_by), self.clinic.time_zone_label)

    def context(self) -> dict:
        person = self.request.person
        return {
            "clinic": self.clinic,
            "name": _greeting_name(person.full_name),
            "reference": self.request.reference,
            "when": self.when,
            "confirmed_when": self.confirmed_when,
            "answer_by": self.answer_by,
            "hours": hours_text.weekly_hours(self.posted),
            "reason": self.reason.text if self.reason else "",
            "page": settings.PUBLIC_URL + reverse("consults:own_page", args=[self.request.token]),
            "book": settings.PUBLIC_URL + reverse("consults:request"),
            "voicemail_ok": person.voicemail_ok,
        }


# A name as a person has it: letters, with a point, an apostrophe or a hyphen where names have them.
_NAME = re.compile(r"[^\W\d_]+\.?(?:['’-][^\W\d_]+\.?| [^\W\d_]+\.?){0,5}")
_LONGEST_GREETED = 40


def _greeting_name(name: str) -> str:
    """The name for the greeting; empty when it is long, or holds more than letters: nobody writes to others through our mail."""
    letters = "".join(char for char in name if not unicodedata.category(char).startswith("M"))
    is_greeted = len(name) <= _LONGEST_GREETED and _NAME.fullmatch(letters) and "www" not in letters.lower()
    return name if is_greeted else ""


def compose_text(kind: str, facts: Facts, *, layout: str) -> str:
    """The text of this kind for the patient. `layout` is the channel's, which picks its block of the kind's template."""
    return render_to_string(f"consults/messages/{kind}.txt", facts.context() | {"layout": f"consults/messages/{layout}"})


def compose_notice(kind: str, facts: Facts) -> Payload:
    """The notice to staff, without personal data: a reference, a time and a link."""
    heading, request = tells(kind).to_staff, facts.request
    context = {
        "heading": heading,
        "reference": request.reference,
        "when": facts.when,
        "answer_by": facts.answer_by if request.status in ConsultRequest.AWAITING_ANSWER else "",
        "link": settings.PUBLIC_URL + reverse("admin:consults_consultrequest_change", args=[request.pk]),
    }
    text = render_to_string("consults/messages/_staff.txt", context)
    return Payload(settings.STAFF_INBOX, f"{heading}: {request.reference}", text)
