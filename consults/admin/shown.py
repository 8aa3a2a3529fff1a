"""How a request reads at the desk: who asks, when, by when it wants an answer. All times in the active (the clinic's) zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from consults import wording
from consults.models import ConsultRequest
from guard import sealing

_URGENT = timedelta(hours=4)
_NOBODY = {"full_name": "", "email": "", "phone": "", "contact_by": "", "voicemail_ok": False, "note": "", "staff_notes": ""}
UNREADABLE = "(cannot be opened)"


def person_of(request: ConsultRequest) -> dict:
    """Who asks; without a word of it when the row was erased or its key is missing."""
    if request.erased_at is not None:
        return _NOBODY | {"full_name": "(erased)"}
    try:
        return _NOBODY | request.person
    except sealing.CannotOpen:
        return _NOBODY | {"full_name": UNREADABLE}


def near_day(day, today) -> str:
    """`Today`, `Tomorrow`, or `Monday, December 7`."""
    return {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((day - today).days) or wording.day_text(day)


def near_moment(value: datetime, now: datetime) -> str:
    """`Today, 8:00 PM`."""
    local, today = timezone.localtime(value), timezone.localtime(now).date()
    return f"{near_day(local.date(), today)}, {wording.choice_text(local)}"


def visit_text(request: ConsultRequest, now: datetime) -> str:
    return near_moment(request.starts_at, now) if request.starts_at else "No time yet: get in touch"


def whole_visit_text(request: ConsultRequest, zone_label: str) -> str:
    """With date, year, end and zone."""
    if request.starts_at is None:
        return "None of the listed times: get in touch"
    return wording.visit_text(timezone.localtime(request.starts_at), timezone.localtime(request.ends_at), zone_label)


@dataclass(frozen=True)
class Line:
    """A request in a list of the front page."""

    request: ConsultRequest
    name: str
    visit: str
    due: str
    is_urgent: bool


def line(request: ConsultRequest, now: datetime) -> Line:
    return Line(
        request=request,
        name=person_of(request)["full_name"],
        visit=visit_text(request, now),
        due=near_moment(request.answer_by, now),
        is_urgent=request.answer_by - now < _URGENT,
    )
