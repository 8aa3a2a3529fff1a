"""What the patient's page takes from the letters: the page and the letter of one thing never say two."""

from datetime import datetime

from consults.models import ConsultRequest, Event, OutboxMessage
from guard import sealing
from pages.models import Clinic

from .calendar_file import CalendarChange
from .facts import Facts
from .kinds import REMINDER
from .known import to_present_address, to_the_patient
from .place_told import place_told

Status = ConsultRequest.Status
_ANSWERS_OF_AN_END = (Event.Kind.DECLINED, Event.Kind.CANCELLED, Event.Kind.WITHDRAWN)
# Over without having taken place.
_OVER = {Status.CANCELLED, Status.WITHDRAWN, Status.EXPIRED, Status.DECLINED}


def end_as_told(request: ConsultRequest) -> Facts | None:
    """What the letter, or the call, is made of that tells them how it ended, whether it has left yet or not.

    Its `before` says whether they lost a visit or a request, which is all they knew of. None where none was written, or no key
    opens it.
    """
    letter = _end(request)
    if letter is None or not letter.sealed:
        return None
    try:
        return Facts.from_json(letter.opened)
    except sealing.CannotOpen:
        return None


def end_was_told(request: ConsultRequest) -> bool:
    """Whether they were told how it ended, or may have been."""
    letter = _end(request)
    return letter is not None and letter.may_be_known


def _end(request: ConsultRequest) -> OutboxMessage | None:
    return to_the_patient(request).filter(kind__in=_ANSWERS_OF_AN_END).order_by("event__number").last()


def did_not_reach_them(request: ConsultRequest) -> bool:
    """Whether the last letter to their present address is known not to have arrived, and no call took its place, nor the reminder
    of the visit that it confirmed. Who was told by a colleague has no more of a letter than before.
    """
    letters = to_present_address(request).exclude(state=OutboxMessage.State.DROPPED, is_dealt_with=False)
    last = letters.exclude(kind=REMINDER).order_by("event__number", "pk").last()
    if last is None or last.may_have_arrived:
        return False
    if last.state != OutboxMessage.State.FAILED and not last.is_dealt_with:
        return False
    return not any(reminder.may_have_arrived for reminder in letters.filter(kind=REMINDER, event=last.event_id))


def place_before(request: ConsultRequest, *, clinic: Clinic, now: datetime) -> str:
    """Where they were told that it takes place, if that has changed since: of a confirmed visit ahead."""
    visit = request.confirmed_visit if request.status in ConsultRequest.OPEN else None
    told = place_told(request, clinic=clinic).place if visit and visit.start > now else ""
    return told if told != clinic.consult_place else ""


def change_for_page(request: ConsultRequest) -> CalendarChange:
    """What the file on the patient's own page does to a calendar: it enters the confirmed visit (PUBLISH), takes out one that
    is over by decision (CANCEL), at the time that its letter names, or there is no file. The page asks it too, for the link.
    """
    if request.confirmed_visit:
        return CalendarChange("PUBLISH", request.confirmed_visit)
    if request.status in _OVER and request.visit and request.events.confirming().exists():
        told = end_as_told(request)
        return told.calendar if told and told.calendar.method == "CANCEL" else CalendarChange("CANCEL", request.visit)
    return CalendarChange()
