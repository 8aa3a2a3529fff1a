"""Whether what we decided has reached the person, from the messages of a request: said beside its status and of an offer."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from consults import dates
from consults.messages.kinds import ABOUT_OFFERS, OLD_ADDRESS, REMINDER
from consults.models import ConsultRequest, Event, OutboxMessage

from .mail_stop import MailStop

Channel, State, Status = OutboxMessage.Channel, OutboxMessage.State, ConsultRequest.Status
_ANSWERED = (Status.CONFIRMED, Status.DECLINED, Status.WITHDRAWN, Status.CANCELLED, Status.EXPIRED)


def told_of_status(found: ConsultRequest, sent: Iterable[OutboxMessage], stop: MailStop | None) -> str:
    """Whether the person was told the answer; empty where the status tells nobody, or what told it is no longer needed."""
    letters = [one for one in sent if one.recipient == "patient" and one.kind not in {REMINDER, OLD_ADDRESS, *ABOUT_OFFERS}]
    return in_words(letters[-1], stop) if letters and found.status in _ANSWERED else ""


def told_of_offer(sent: Iterable[OutboxMessage], stop: MailStop | None) -> str:
    offers = [one for one in sent if one.kind == Event.Kind.OFFERED and one.recipient == "patient"]
    return in_words(offers[-1], stop) if offers else ""


def in_words(message: OutboxMessage, stop: MailStop | None) -> str:
    if message.is_dealt_with:
        return "The letter failed, and a colleague dealt with it."
    if message.state == State.DROPPED:
        return ""
    if message.channel == Channel.CALL:
        return f"Call made {_at(message.done_at)}." if message.state == State.DONE else "The call has not been made yet."
    if message.state == State.FAILED:
        return "The letter could not be delivered."
    if message.state == State.DONE:
        return f"Letter sent {_at(message.done_at)}."
    held = stop is not None and stop.holds(message.not_before)
    return f"The letter has not gone out yet{f': {stop.why}' if stop and held else ''}."


def _at(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{dates.day_text(local)}, {dates.choice_text(local)}"
