"""What the person knew before an event, as far as the message about it has to take that back.

One rule: a message names every time that was told as theirs and is theirs no longer, unless a message that certainly reached
them did so. What it replaces, and what it is about, is `Before`; any other such time is among `told_times`. The sentences are
chosen in `changes.py`.
"""

from datetime import datetime
from typing import NamedTuple

from consults.models import ConsultRequest, EarlierOffer, Event, OutboxMessage
from consults.models.outbox_message import OutboxMessageQuerySet
from consults.transitions import TRANSITIONS
from guard import sealing

from .facts import NOTHING_TOLD, Before, Facts, ToldTimes
from .kinds import ABOUT_OFFERS, ASKING, CONFIRMING, OLD_ADDRESS, REMINDER
from .known import UNSENT, to_the_patient

# Of an offer that is open, or that they answered, there is no end to hear of.
_HEARD = (EarlierOffer.Answer.OPEN, EarlierOffer.Answer.ACCEPTED, EarlierOffer.Answer.REFUSED)
_ENDS_A_VISIT = {Event.Kind.CANCELLED, Event.Kind.WITHDRAWN}
_ENDS_A_MOVE = {Event.Kind.MOVE_DECLINED, Event.Kind.MOVE_EXPIRED, Event.Kind.MOVE_TAKEN_BACK}
_ON_THEIR_PAGE = [Event.Kind.MOVED, Event.Kind.MOVE_TAKEN_BACK, Event.Kind.OFFER_REFUSED, Event.Kind.WITHDRAWN]


class Known(NamedTuple):
    """`untold_since`: when the visit that they know was first taken back, where no message has told that yet."""

    before: Before
    untold_since: datetime | None = None


def known_before(event: Event, before: Before) -> Known:
    """What the person knew before the event. After decisions of staff that no letter told yet, it is what was before the first.

    The times between them are no news to anybody. Patients who choose a time have read their own page; of a time that they asked
    for before and that no letter took back, their letter says so. Who withdraws a confirmed visit may have read none of it: a
    colleague may do it for them. The end of a visit that they never heard of is the end of their request.
    """
    known = _known_of_letters(event, before)
    if before.confirmed is None or event.kind not in _ENDS_A_VISIT:
        return known
    # It was theirs to lose, also if they were told of it by an offer alone.
    visit = (known.before.confirmed or before.confirmed) if _may_know_of_visit(event) else None
    return known._replace(before=known.before._replace(confirmed=visit))


def _known_of_letters(event: Event, before: Before) -> Known:
    moves = event.kind == Event.Kind.MOVED
    if event.number == 1 or (_is_by_patient(event.kind) and not moves and event.kind not in _ENDS_A_VISIT):
        return Known(before)
    letters = to_the_patient(event.request).exclude(kind__in=[REMINDER, OLD_ADDRESS, *ABOUT_OFFERS])
    last = letters.order_by("event__number").last()
    if last is None or last.state not in UNSENT or _may_be_known(last):
        return Known(before)
    if last.kind not in _ENDS_A_MOVE if moves else _is_by_patient(last.kind):
        return Known(before)
    try:
        facts = Facts.from_json(last.opened)
    except sealing.CannotOpen:
        return Known(before)
    if moves:
        return Known(before._replace(asked=facts.before.asked))
    is_taken = facts.calendar.method and facts.before.confirmed != facts.visit
    return Known(facts.before, (facts.untold_since or facts.at) if is_taken else None)


def _may_be_known(letter: OutboxMessage) -> bool:
    """Whether the person may know what it says. A reminder takes the part of a confirmation that did not arrive."""
    if letter.may_be_known or letter.kind not in CONFIRMING:
        return letter.may_be_known
    reminders = OutboxMessage.objects.filter(event=letter.event_id, kind=REMINDER)
    return any(reminder.may_be_known for reminder in reminders)


def _may_know_of_visit(event: Event) -> bool:
    """Whether the person heard that a visit is confirmed, or may have: a message left since, or they acted on their page."""
    confirmed = event.request.events.confirming().order_by("number").first()
    if confirmed is None:
        return False
    since = event.request.events.filter(number__gte=confirmed.number)
    acted = since.filter(kind__in=_ON_THEIR_PAGE, by=None) | since.filter(kind=Event.Kind.OFFER_ACCEPTED)
    letters = to_the_patient(event.request).filter(event__number__gte=confirmed.number).exclude(kind=OLD_ADDRESS)
    return acted.exists() or any(letter.may_be_known for letter in letters)


def told_times(event: Event) -> ToldTimes:
    """The times that messages before the event told as theirs, from the last one that certainly reached them on: that one took
    back what was told before it. One about an offer says what stays otherwise, and may have known less than what waits beside
    it, so it ends nothing. Who took an offered time on the phone knows of no other.
    """
    if event.number == 1:
        return NOTHING_TOLD
    letters = to_the_patient(event.request).exclude(kind=OLD_ADDRESS)
    return _told_by(letters.filter(event__number__lt=event.number), event.request)


def told_until(reminder: OutboxMessage, *, at: datetime) -> ToldTimes:
    """The same of what had left when the reminder does, at the instant `at`: it is written long before, and what was decided
    meanwhile leaves its visit as it is.
    """
    request = reminder.event.request  # type: ignore[union-attr]  # every reminder is about a request
    letters = to_the_patient(request).exclude(kind=OLD_ADDRESS).exclude(pk=reminder.pk)
    return _told_by(letters.filter(event__at__lte=at).exclude(done_at__gt=at), request)


def _told_by(letters: OutboxMessageQuerySet, request: ConsultRequest) -> ToldTimes:
    taken = request.events.taken_on_the_phone().order_by("number").values_list("number", flat=True).last()
    since = letters.filter(event__number__gte=taken or 1)
    asked, confirmed = [], []
    for letter in since.order_by("-event__number", "-pk"):
        if not letter.may_be_known or not letter.sealed:
            continue
        try:
            facts = Facts.from_json(letter.opened)
        except sealing.CannotOpen:
            break
        is_about_offer = letter.kind in ABOUT_OFFERS
        is_asked = letter.kind in ASKING or (is_about_offer and facts.answer_by is not None)
        asked += [facts.visit] if is_asked else []
        confirmed += [facts.confirmed if is_asked else facts.visit]
        if letter.is_known and not is_about_offer:
            break
    return ToldTimes(tuple(filter(None, asked)), tuple(filter(None, confirmed)))


def offer_ended_unsaid(event: Event) -> EarlierOffer | None:
    """The offer that the person was told of last, if it has ended and neither they nor a letter said so.

    What a letter says that still waits counts as said, and what one said that may be lost does not. Ask once those that the
    event replaces were dropped: an end that they would have told is then told by the event's own. Who is given the time is told
    that.
    """
    letters = to_the_patient(event.request).select_related("event").order_by("event__number", "pk")
    offered = [letter for letter in letters.filter(kind=Event.Kind.OFFERED) if letter.may_be_known]
    told = offered[-1].event if offered else None
    if told is None or told.starts_at in {None, event.starts_at}:
        return None
    # Two offers of one instant are told apart by their start.
    ended = event.request.offers.filter(offered_at=told.at).exclude(answer__in=_HEARD)
    offer = next((offer for offer in ended if offer.starts_at == told.starts_at), None)
    if offer is None:
        return None
    later = letters.filter(event__number__gt=told.number).exclude(kind__in=[REMINDER, OLD_ADDRESS])
    counted = [letter for letter in later if letter.is_known or letter.state == OutboxMessage.State.WAITING]
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
