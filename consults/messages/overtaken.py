"""What becomes of messages that were not sent once something else happens to their request: what waits is true, or is dropped."""

from collections.abc import Sequence
from datetime import datetime

from consults.models import ConsultRequest, Event, OutboxMessage
from consults.models.outbox_message import OutboxMessageQuerySet
from consults.transitions import TRANSITIONS
from guard import sealing
from pages.models import Clinic

from .facts import Facts
from .kinds import ABOUT_OFFERS, CONFIRMING, OLD_ADDRESS, REMINDER, TELL_A_LOST_TIME, tells
from .known import UNSENT, owes_correction

Channel, State = OutboxMessage.Channel, OutboxMessage.State


def unsent(request: ConsultRequest) -> OutboxMessageQuerySet:
    """Also what could not be sent: nobody sends it again once it is no longer true."""
    return OutboxMessage.objects.filter(event__request=request, state__in=UNSENT)


def drop_unsent(request: ConsultRequest) -> None:
    """Drops whatever was not sent about a request that was set aside: it tells nobody anything."""
    unsent(request).drop()


def drop_overtaken(event: Event, recipient: str, *, but: Sequence[str] = ()) -> None:
    """Drops what the event's own message takes the place of, except these kinds."""
    if event.number > 1:
        unsent(event.request).filter(recipient=recipient).exclude(kind__in=[REMINDER, OLD_ADDRESS, *but]).drop()


def drop_useless(event: Event, *, now: datetime) -> None:
    """Drops what the patient need not hear any more. Who may still come at a time that is not theirs has to."""
    but = CONFIRMING if owes_correction(event.request, now=now) else ()
    of_patient = unsent(event.request).filter(recipient=OutboxMessage.Recipient.PATIENT)
    waiting = of_patient.exclude(kind__in=[REMINDER, OLD_ADDRESS, *but])
    stays = [letter.pk for letter in waiting.filter(kind__in=TELL_A_LOST_TIME) if _tells_a_time_ahead(letter, now)]
    waiting.exclude(pk__in=stays).drop()


def end_unsent_offer(event: Event, *, now: datetime) -> None:
    """Drops the letter or the call about an offer that is over: nobody is offered what they cannot have. Who records the answer
    of somebody who is called has made that call.
    """
    waiting = unsent(event.request).filter(kind=Event.Kind.OFFERED)
    if event.by and event.kind in {Event.Kind.OFFER_ACCEPTED, Event.Kind.OFFER_REFUSED}:
        clinic = Clinic.objects.current()
        said = {"place": clinic.consult_place, "way_to_join": clinic.way_to_join}
        made = {"state": State.DONE, "done_at": now, "call_again_at": None, "marked_by": event.by, "marked_at": now}
        waiting.filter(channel=Channel.CALL).update(**made, **said)
    waiting.drop()


def is_still_true(letter: OutboxMessage) -> bool:
    """Whether a letter about a request that was sent would still wait if it had not been: no later event would have dropped it.

    A letter to an address that was wrong is never missed.
    """
    if letter.event is None or letter.kind == OLD_ADDRESS:
        return False
    later = letter.event.request.events.filter(number__gt=letter.event.number)
    if letter.recipient == OutboxMessage.Recipient.STAFF:
        return not later.exists()
    return not any(_drops(event, letter) for event in later)


def _drops(event: Event, letter: OutboxMessage) -> bool:
    says, kind = tells(event.kind), letter.kind
    if event.status == ConsultRequest.Status.QUARANTINED:
        return True
    if kind == Event.Kind.OFFERED:
        return not TRANSITIONS[event.kind].leaves_offer
    if says.is_about_offer:
        return kind in ABOUT_OFFERS and bool(says.subject)
    if kind == REMINDER or (kind in CONFIRMING and says.keeps_reminder):
        return not says.keeps_reminder
    if says.is_over and kind in TELL_A_LOST_TIME:
        return not _tells_a_time_ahead(letter, event.at)
    return bool(says.subject) or says.is_over


def _tells_a_time_ahead(letter: OutboxMessage, now: datetime) -> bool:
    """Whether the time that it says they do not get lies ahead: they may come then."""
    try:
        asked = Facts.from_json(letter.opened).before.asked if letter.sealed else None
    except sealing.CannotOpen:
        return False
    return asked is not None and asked.start > now
