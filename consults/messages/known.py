"""What a person knows of their request: what they were told, or may have been, and what they were not.

Two questions that are not the same. Whether something of ours is at an address: `may_have_arrived`. Whether the person may know
what a message says: `may_be_known`, which a colleague who dealt with failed mail answers too.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce

from consults.models import ConsultRequest, EarlierOffer, Event, OutboxMessage
from consults.models.outbox_message import OutboxMessageQuerySet
from consults.transitions import TRANSITIONS
from guard import sealing

from .facts import Before, Facts
from .kinds import ABOUT_OFFERS, CONFIRMING, LEAVE_THE_VISIT, OLD_ADDRESS, REMINDER

# Of an offer that is open, or that they answered, there is no end to hear of.
_HEARD = (EarlierOffer.Answer.OPEN, EarlierOffer.Answer.ACCEPTED, EarlierOffer.Answer.REFUSED)
_ENDS_A_VISIT = {Event.Kind.CANCELLED, Event.Kind.WITHDRAWN}
_ENDS_A_MOVE = {Event.Kind.MOVE_DECLINED, Event.Kind.MOVE_EXPIRED, Event.Kind.MOVE_TAKEN_BACK}
_ON_THEIR_PAGE = [Event.Kind.MOVED, Event.Kind.MOVE_TAKEN_BACK, Event.Kind.OFFER_REFUSED, Event.Kind.WITHDRAWN]
_NAME_WHAT_WAS_ASKED = [Event.Kind.REQUESTED, Event.Kind.MOVED, Event.Kind.READDRESSED, Event.Kind.RELEASED]
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


def _latest_first(messages: OutboxMessageQuerySet) -> OutboxMessageQuerySet:
    """Those of them that were for the address of then."""
    return messages.exclude(kind=OLD_ADDRESS).select_related("event").order_by("-event__number", "-pk")


class PlaceTold(NamedTuple):
    """Where a confirmed visit takes place, and how to join it by video; each is empty where no message said so."""

    place: str = ""
    way_to_join: str = ""


NO_PLACE_TOLD = PlaceTold()


def place_told(request: ConsultRequest, *, before: OutboxMessage | None = None) -> PlaceTold:
    """By the last message that told them, or of those that left before this one. Letters about a request name the place of its
    time too, and calls about it do not.
    """
    confirmed = request.events.confirming().order_by("number").values("number")[:1]
    of_visit = Q(event__number__gte=Subquery(confirmed), kind__in=[*CONFIRMING, *LEAVE_THE_VISIT])
    of_request = Q(kind__in=_NAME_WHAT_WAS_ASKED, channel=OutboxMessage.Channel.MAIL, event__starts_at__isnull=False)
    since = to_the_patient(request).filter(of_visit | of_request).exclude(place="")
    told = [message for message in since if message.may_be_known]
    if before is not None:
        is_sent = before.state == OutboxMessage.State.DONE
        told = [message for message in told if message.pk != before.pk and not (is_sent and _left(message) > _left(before))]
    # Not all that name the place say how to join.
    joining = [message for message in told if message.kind in {REMINDER, *CONFIRMING}]
    return PlaceTold(max(told, key=_left).place if told else "", max(joining, key=_left).way_to_join if joining else "")


def _left(message: OutboxMessage) -> tuple[datetime, int]:
    return message.done_at or message.not_before, message.pk


def owes_correction(request: ConsultRequest, *, now: datetime) -> bool:
    """Whether the patient may still expect another visit than the confirmed one, which lies ahead: the last that they know of,
    or one that they may have been told of since.

    The letter that moved it must reach them however late it is, for their calendar.
    """
    for message in _latest_first(to_the_patient(request).filter(kind__in=CONFIRMING)):
        expected = message.event.starts_at if message.event and message.may_be_known else None
        if expected and expected > now and expected != request.confirmed_starts_at:
            return True
        if message.is_known:
            break
    return False


def known_before(event: Event, before: Before) -> Before:
    """What the person knew before the event. After decisions of staff that no letter told yet, it is what was before the first.

    The times between them are no news to anybody. Patients who choose a time have read their own page; of a time that they asked
    for before and that no letter took back, their letter says so. Who withdraws a confirmed visit may have read none of it: a
    colleague may do it for them. The end of a visit that they never heard of is the end of their request.
    """
    known = _known_of_letters(event, before)
    if before.confirmed is None or event.kind not in _ENDS_A_VISIT:
        return known
    # It was theirs to lose, also if they were told of it by an offer alone.
    return known._replace(confirmed=(known.confirmed or before.confirmed) if _may_know_of_visit(event) else None)


def _known_of_letters(event: Event, before: Before) -> Before:
    moves = event.kind == Event.Kind.MOVED
    if event.number == 1 or (_is_by_patient(event.kind) and not moves and event.kind not in _ENDS_A_VISIT):
        return before
    letters = to_the_patient(event.request).exclude(kind__in=[REMINDER, OLD_ADDRESS, *ABOUT_OFFERS])
    last = letters.order_by("event__number").last()
    if last is None or last.state not in UNSENT or last.may_be_known:
        return before
    if last.kind not in _ENDS_A_MOVE if moves else _is_by_patient(last.kind):
        return before
    try:
        known = Facts.from_json(last.opened).before
    except sealing.CannotOpen:
        return before
    return before._replace(asked=known.asked) if moves else known


def _may_know_of_visit(event: Event) -> bool:
    """Whether the person heard that a visit is confirmed, or may have: a message left since, or they acted on their page."""
    confirmed = event.request.events.confirming().order_by("number").first()
    if confirmed is None:
        return False
    since = event.request.events.filter(number__gte=confirmed.number)
    acted = since.filter(kind__in=_ON_THEIR_PAGE, by=None) | since.filter(kind=Event.Kind.OFFER_ACCEPTED)
    letters = to_the_patient(event.request).filter(event__number__gte=confirmed.number).exclude(kind=OLD_ADDRESS)
    return acted.exists() or any(letter.may_be_known for letter in letters)


def to_the_patient(request: ConsultRequest) -> OutboxMessageQuerySet:
    """Everything that was written to the patient."""
    return OutboxMessage.objects.filter(event__request=request, recipient=OutboxMessage.Recipient.PATIENT)


def offer_ended_unsaid(event: Event) -> EarlierOffer | None:
    """The offer that the person was told of last, if it has ended and neither they nor a letter said so.

    What a letter says that still waits counts as said. Ask once those that the event replaces were dropped: an end that
    they would have told is then told by the event's own. Who is given the time is told that.
    """
    letters = to_the_patient(event.request).select_related("event").order_by("event__number", "pk")
    offered = [letter for letter in letters.filter(kind=Event.Kind.OFFERED) if letter.may_be_known]
    told = offered[-1].event if offered else None
    offer = event.request.offers.filter(offered_at=told.at).exclude(answer__in=_HEARD).last() if told else None
    if told is None or offer is None or offer.starts_at == event.starts_at:
        return None
    later = letters.filter(event__number__gt=told.number).exclude(kind__in=[REMINDER, OLD_ADDRESS])
    counted = [letter for letter in later if letter.may_be_known or letter.state == OutboxMessage.State.WAITING]
    return None if any(_says_end(letter, offer) for letter in counted) else offer


def _says_end(letter: OutboxMessage, offer: EarlierOffer) -> bool:
    """Whether it says that the offer has ended, or is about the very time."""
    try:
        ended = Facts.from_json(letter.opened).ended_offer
    except sealing.CannotOpen:
        return False
    return offer.visit == ended or (letter.event is not None and letter.event.starts_at == offer.starts_at)


def _is_by_patient(kind: str) -> bool:
    return kind not in TRANSITIONS or TRANSITIONS[kind].by_patient
