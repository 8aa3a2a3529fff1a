"""How a request is shown at the desk: the person, the visit, the reply time. All times are in the active (the clinic's) zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from consults import dates
from consults.models import ConsultRequest, Person
from consults.promised_answers import is_open_until
from consults.scheduling import Interval, PostedHours
from guard import sealing

_URGENT = timedelta(hours=4)
_NEAR = ("Today", "Tomorrow", "Yesterday")
UNREADABLE = "(cannot be opened)"


def person_of(request: ConsultRequest) -> Person:
    """The person, or a placeholder when the row was erased or its key is missing."""
    if request.erased_at is not None:
        return Person(full_name="(erased)")
    try:
        return request.person
    except sealing.CannotOpen:
        return Person(full_name=UNREADABLE)


def name_of(user) -> str:
    """A colleague's, as others call them."""
    return user.get_short_name() or user.get_username()


def staff_notes_of(request: ConsultRequest) -> str:
    try:
        return request.staff_notes
    except sealing.CannotOpen:
        return ""


def local_date(instant: datetime) -> date:
    """The date in the active zone, which at the desk is the clinic's."""
    return timezone.localtime(instant).date()


def near_day(day: date, today: date) -> str:
    """`Today`, `Tomorrow`, or `Monday, December 7`."""
    return dict(zip((0, 1, -1), _NEAR, strict=True)).get((day - today).days) or dates.day_text(day)


def near_moment(value: datetime, now: datetime) -> str:
    """`Today, 8:00 PM`."""
    return f"{near_day(local_date(value), local_date(now))}, {dates.choice_text(timezone.localtime(value))}"


def moment_in_sentence(value: datetime, now: datetime) -> str:
    """`today, 8:00 PM`: the same inside a sentence."""
    text = near_moment(value, now)
    return text[0].lower() + text[1:] if text.startswith(_NEAR) else text


def visit_text(request: ConsultRequest, now: datetime, *, is_offered: bool = False) -> str:
    """`is_offered`: a first time is offered, so nobody has to get in touch."""
    if request.starts_at is None:
        return "No time yet" if is_offered else "No time yet: get in touch"
    text = near_moment(request.starts_at, now)
    confirmed = request.confirmed_starts_at if request.is_moving else None
    return f"{text}, instead of {near_moment(confirmed, now)}" if confirmed else text


def whole_visit_text(request: ConsultRequest, zone_label: str) -> str:
    """The visit's time with date, year, end and zone."""
    if request.visit is None:
        return "None of the listed times: get in touch"
    text = _interval_text(request.visit, zone_label)
    return f"{text}, instead of {confirmed_visit_text(request, zone_label)}" if request.is_moving else text


def confirmed_visit_text(request: ConsultRequest, zone_label: str) -> str:
    """The confirmed visit's time in the same words; empty when none is confirmed."""
    return _interval_text(request.confirmed_visit, zone_label) if request.confirmed_visit else ""


def _interval_text(visit: Interval, zone_label: str) -> str:
    return dates.visit_text(timezone.localtime(visit.start), timezone.localtime(visit.end), zone_label)


@dataclass(frozen=True)
class Line:
    """A request in a list of the dashboard. `offered`: which time is offered, and until when it is held. `has_note`: colleagues
    left a note.
    """

    request: ConsultRequest
    name: str
    visit: str
    due: str
    is_urgent: bool
    is_closed_then: bool = False
    offered: str = ""
    has_note: bool = False


def line(
    request: ConsultRequest,
    now: datetime,
    *,
    posted: PostedHours | None = None,
    offered: tuple[datetime | None, datetime | None] = (None, None),
) -> Line:
    """With the hours in `posted`, the line says whether the clinic is closed at the reply time. `offered`: an offered start, and
    until when it is held.
    """
    start, until = offered
    return Line(
        request=request,
        name=person_of(request).full_name,
        visit=visit_text(request, now, is_offered=start is not None),
        due=moment_in_sentence(request.answer_by, now),
        is_urgent=request.answer_by - now < _URGENT,
        has_note=bool(staff_notes_of(request)),
        # The hours that were in force leave out special days that are over.
        is_closed_then=posted is not None and request.answer_by > now and not is_open_until(posted, request.answer_by),
        offered=(
            f"offered {moment_in_sentence(start, now)}; waiting for their yes until {moment_in_sentence(until, now)}"
            if start and until
            else ""
        ),
    )
