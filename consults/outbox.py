"""Messages, written in the same transaction as the event they tell of: one per (event, kind, recipient)."""

from datetime import datetime, time, timedelta

from django.conf import settings

from pages.models import Clinic

from . import letters
from .models import ConsultRequest, Event, OutboxMessage, Reason
from .scheduling import PostedHours

Kind = Event.Kind
_TELLS_PATIENT = {
    *(Kind.REQUESTED, Kind.RELEASED, Kind.CONFIRMED, Kind.MOVED, Kind.RESCHEDULED),
    *(Kind.DECLINED, Kind.WITHDRAWN, Kind.CANCELLED, Kind.EXPIRED),
}
_TELLS_STAFF = {Kind.REQUESTED, Kind.MOVED, Kind.WITHDRAWN, Kind.EXPIRED}
_IS_A_VISIT = {Kind.CONFIRMED, Kind.RESCHEDULED}
REMINDER = "reminder"
_REMINDER_AT = time(10)


def write_messages(
    event: Event, request: ConsultRequest, *, clinic: Clinic, posted: PostedHours, reason: Reason | None, now: datetime
) -> None:
    """What this event owes the patient (a mail, or a call for staff to make: the patient chose which) and the staff.

    A reminder that waits for an earlier state of the request is dropped; a visit that is confirmed gets its own. One that is
    kept as it stands keeps its reminder too.
    """
    if event.kind in {Kind.KEPT, Kind.NOTED}:
        return
    if event.number > 1:
        _waiting_reminders(request).update(state=OutboxMessage.State.DROPPED)
    facts = letters.Facts(request, clinic, posted, reason, now)
    if event.kind in _TELLS_PATIENT:
        _to_patient(event, event.kind, facts, now, not_before=now)
    if event.kind in _IS_A_VISIT:
        at = _reminder_time(request, posted)
        if at > now:
            _to_patient(event, REMINDER, facts, now, not_before=at)
    if event.kind in _TELLS_STAFF and settings.STAFF_INBOX and event.by is None:
        _write(event, event.kind, "staff", OutboxMessage.Channel.MAIL, letters.to_staff(event.kind, facts), now, now)


def forget_letters(request: ConsultRequest) -> None:
    """Empties every message about the request; what waits is not sent any more."""
    letters_of = OutboxMessage.objects.filter(event__request=request)
    letters_of.filter(state=OutboxMessage.State.WAITING).update(state=OutboxMessage.State.DROPPED)
    letters_of.update(sealed=b"")


def _waiting_reminders(request: ConsultRequest):
    return OutboxMessage.objects.filter(event__request=request, kind=REMINDER, state=OutboxMessage.State.WAITING)


def _reminder_time(request: ConsultRequest, posted: PostedHours) -> datetime:
    """Ten in the morning, local time, of the day before the visit."""
    day_before = posted.local(request.starts_at).date() - timedelta(days=1)
    return datetime.combine(day_before, _REMINDER_AT, posted.zone)


def _to_patient(event: Event, kind: str, facts: letters.Facts, now: datetime, *, not_before: datetime) -> None:
    if facts.request.contact_by == "email":
        channel, letter = OutboxMessage.Channel.MAIL, letters.to_patient(kind, facts)
    else:
        channel, letter = OutboxMessage.Channel.CALL, letters.call_notes(kind, facts)
    _write(event, kind, "patient", channel, letter, now, not_before)


def _write(
    event: Event, kind: str, recipient: str, channel: str, letter: letters.Letter, now: datetime, not_before: datetime
) -> None:
    message = OutboxMessage(event=event, kind=kind, recipient=recipient, channel=channel, created_at=now, not_before=not_before)
    message.seal_letter(letter._asdict())
    message.save(force_insert=True)
