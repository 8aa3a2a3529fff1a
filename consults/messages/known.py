"""What a person knows of their request: what they were told, or may have been, and what they were not.

Two questions that are not the same. Whether something of ours is at an address: `may_have_arrived`. Whether the person may know
what a message says: `may_be_known`, which a colleague who dealt with failed mail answers too.
"""

from datetime import datetime

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from consults.models import ConsultRequest, Event, OutboxMessage
from consults.models.outbox_message import OutboxMessageQuerySet

from .facts import Facts
from .kinds import CONFIRMING, ENTRY_DECLINED, OLD_ADDRESS, REMINDER

UNSENT = (OutboxMessage.State.WAITING, OutboxMessage.State.FAILED)


def was_written_to(request: ConsultRequest) -> bool:
    """Whether a letter has left for the patient's present address, or may have, or a call took its place and was made."""
    return any(message.may_have_arrived for message in to_present_address(request))


def address_has_letter(request: ConsultRequest) -> bool:
    """Whether a letter of ours is at the patient's present address, or may be. A call was for a number."""
    mail = to_present_address(request).filter(channel=OutboxMessage.Channel.MAIL)
    return any(letter.may_have_arrived for letter in mail)


def is_called(request: ConsultRequest) -> bool:
    """Whether the person is answered by phone: they chose so, or their present address is known to take no mail, because a
    letter to it became a call.
    """
    if request.person.contact_by == "phone":
        return True
    # Most were never called, and a correction does not undo that a number was.
    return bool(request.called_index) and to_present_address(request).filter(channel=OutboxMessage.Channel.CALL).exists()


def to_present_address(request: ConsultRequest) -> OutboxMessageQuerySet:
    """What was written to the patient since their address is what it is."""
    corrections = request.events.filter(kind=Event.Kind.READDRESSED).order_by("-number").values("number")
    since = Coalesce(Subquery(corrections[:1]), 1)
    return to_the_patient(request).filter(event__number__gte=since).exclude(kind=OLD_ADDRESS)


def may_know(request: ConsultRequest, kind: str) -> bool:
    """Whether the person was told the last message of this kind, or may have been."""
    told = OutboxMessage.objects.filter(event__request=request, kind=kind).order_by("pk").last()
    return told is not None and told.may_be_known


def address_left_unsaid(request: ConsultRequest) -> str:
    """The address that the last letter went to, if a correction left it and no letter said so there: the request was set aside
    then. Empty otherwise. Raises sealing.CannotOpen.
    """
    mail = to_the_patient(request).filter(channel=OutboxMessage.Channel.MAIL)
    last = next((letter for letter in _latest_first(mail) if letter.may_have_arrived and letter.sealed), None)
    if last is None or last.event is None:
        return ""
    later = {"event__number__gt": last.event.number}
    was_told = mail.filter(kind=OLD_ADDRESS, **later).exclude(state=OutboxMessage.State.DROPPED).exists()
    if was_told or not request.events.filter(kind=Event.Kind.READDRESSED, number__gt=last.event.number).exists():
        return ""
    to = Facts.from_json(last.opened).to
    return to if to != request.email else ""


def has_unsent_link(request: ConsultRequest) -> bool:
    """Whether their page has another link since a correction, and no letter with it has left."""
    return request.events.filter(kind=Event.Kind.READDRESSED).exists() and not address_has_letter(request)


def was_promised_earlier(request: ConsultRequest, *, now: datetime) -> bool:
    """Whether by the last that they may know we answer by an instant that is past. Raises sealing.CannotOpen."""
    told = next((message for message in _latest_first(to_the_patient(request)) if message.may_be_known and message.sealed), None)
    answer_by = Facts.from_json(told.opened).answer_by if told else None
    return answer_by is not None and answer_by <= now


def has_no_entry(request: ConsultRequest) -> bool:
    """Whether the letter that puts the confirmed visit in their calendar is known to be lost, and no reminder with it has left.
    Who was told by a colleague has no more of a file than before.
    """
    of_visit = to_the_patient(request).filter(
        channel=OutboxMessage.Channel.MAIL, kind__in=[REMINDER, *CONFIRMING], event__starts_at=request.confirmed_starts_at
    )
    letters = list(of_visit.order_by("event__number"))
    last = next((letter for letter in reversed(letters) if letter.kind != REMINDER), None)
    is_lost = last is not None and (last.state == OutboxMessage.State.FAILED or last.is_dealt_with)
    return is_lost and not any(letter.may_have_arrived for letter in letters)


def _latest_first(messages: OutboxMessageQuerySet) -> OutboxMessageQuerySet:
    """Those of them that were for the address of then."""
    return messages.exclude(kind=OLD_ADDRESS).select_related("event").order_by("-event__number", "-pk")


def owes_correction(request: ConsultRequest, *, now: datetime) -> bool:
    """Whether the patient may still expect another visit than the confirmed one, which lies ahead: the last that they know of,
    or one that they may have been told of since.

    The letter that moved it must reach them however late it is, for their calendar.
    """
    for message in _latest_first(to_the_patient(request).filter(kind__in=[REMINDER, *CONFIRMING])):
        expected = message.event.starts_at if message.event and message.may_be_known else None
        if expected and expected > now and expected != request.confirmed_starts_at:
            return True
        if message.is_known:
            break
    return False


def to_the_patient(request: ConsultRequest) -> OutboxMessageQuerySet:
    """Everything that was written to the patient, but for a question, which tells them nothing and is no answer by phone."""
    messages = OutboxMessage.objects.filter(event__request=request, recipient=OutboxMessage.Recipient.PATIENT)
    return messages.exclude(kind=ENTRY_DECLINED)
