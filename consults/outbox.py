"""Messages, written in the same transaction as the event they tell of."""

from datetime import datetime

from django.conf import settings

from pages.models import Clinic

from . import letters
from .models import ConsultRequest, Event, OutboxMessage
from .scheduling import PostedHours

_MAIL, _CALL = OutboxMessage.Channel.MAIL, OutboxMessage.Channel.CALL


def tell_patient(event: Event, request: ConsultRequest, *, clinic: Clinic, posted: PostedHours, now: datetime) -> None:
    """By mail, or as a call for staff to make: the patient chose which."""
    if request.contact_by == "email":
        _write(event, "patient", _MAIL, request.email, letters.to_patient(event.kind, request, clinic, posted), now)
    else:
        _write(event, "patient", _CALL, request.phone, letters.call_notes(event.kind, request, clinic, posted), now)


def tell_staff(event: Event, request: ConsultRequest, *, clinic: Clinic, posted: PostedHours, now: datetime) -> None:
    """A notice to STAFF_INBOX, when one is set."""
    if settings.STAFF_INBOX:
        _write(event, "staff", _MAIL, settings.STAFF_INBOX, letters.to_staff(event.kind, request, clinic, posted), now)


def _write(event: Event, recipient: str, channel: str, to: str, letter: letters.Letter, now: datetime) -> None:
    message = OutboxMessage(event=event, kind=event.kind, recipient=recipient, channel=channel, created_at=now, not_before=now)
    message.seal_text(to=to, subject=letter.subject, text=letter.text)
    message.save(force_insert=True)
