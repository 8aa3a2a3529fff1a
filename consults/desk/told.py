"""Whether what we decided has reached the person, from the messages of a request: said beside its status and of an offer."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from consults import dates
from consults.messages.kinds import CONFIRMING
from consults.models import ConsultRequest, Event, OutboxMessage

from .mail_stop import MailStop

Channel, State = OutboxMessage.Channel, OutboxMessage.State
Kind, Status = Event.Kind, ConsultRequest.Status
_MOVE_ENDED = (Kind.MOVE_DECLINED, Kind.MOVE_EXPIRED, Kind.MOVE_TAKEN_BACK)
# Status -> the decisions that gave a request it.
_ANSWERS: dict[str, tuple[str, ...]] = {
    Status.CONFIRMED: (*CONFIRMING, *_MOVE_ENDED),
    Status.DECLINED: (Kind.DECLINED,),
    Status.WITHDRAWN: (Kind.WITHDRAWN,),
    Status.CANCELLED: (Kind.CANCELLED,),
    Status.EXPIRED: (Kind.EXPIRED,),
}


def told_of_status(found: ConsultRequest, sent: Iterable[OutboxMessage], stop: MailStop | None) -> str:
    """Whether the person was told the decision that the status is of; empty where it told nobody, or is no longer needed."""
    kinds = _ANSWERS.get(found.status)
    answer = found.events.filter(kind__in=kinds).order_by("-number").first() if kinds else None
    told = [
        one for one in sent if answer and one.event_id == answer.pk and one.kind == answer.kind and one.recipient == "patient"
    ]
    return in_words(told[-1], stop) if told else ""


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
    if stop and held:
        return f"The letter has not gone out yet: {stop.why}."
    return "The letter goes out automatically, usually within a minute."


def _at(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{dates.day_text(local)}, {dates.choice_text(local)}"
