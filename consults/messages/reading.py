"""Reads a message: opens what is sealed, and puts its words together."""

from dataclasses import replace
from datetime import datetime

from consults.current_rules import Rules
from consults.models import Event, OutboxMessage

from .channels import CHANNELS
from .compose import Composition, Letter
from .facts import NOTHING_TOLD, Facts
from .kinds import ASKING, CONFIRMING, ENTRY_DECLINED, LEAVE_THE_VISIT, OF_A_VISIT_AHEAD, OLD_ADDRESS, REMINDER
from .known import has_no_entry, owes_correction
from .place_told import NO_PLACE_TOLD, place_told
from .taken_back import told_until
from .theirs_now import other_requests

# The problem of what was not told any more.
TOO_LATE = "too_late"
# Of an offer only a call does.
_NAME_A_PLACE = {Event.Kind.OFFERED, *ASKING, *LEAVE_THE_VISIT, *CONFIRMING}


def read_message(
    message: OutboxMessage, rules: Rules, *, now: datetime, for_desk: bool = False, for_person: bool = False
) -> Letter:
    """The words as they would be sent under these rules at the instant `now`, or as they were sent. Raises sealing.CannotOpen.

    `for_desk` leaves out the link to the patient's own page: who has it acts as the patient. `for_person` leaves out of a call
    what is for the colleague alone.

    All are empty once the person's data was erased, or a letter about no request was sent.
    """
    opened = message.opened
    if not opened:
        return Letter()
    if message.event is None:
        return Letter(**opened)
    facts = Facts.from_json(opened)
    sent_at = message.done_at if message.state == OutboxMessage.State.DONE else None
    facts = _with_unconfirmed(message, facts, at=sent_at or now)
    if for_desk:
        facts = replace(facts, token="")
    request = message.event.request
    told = place_told(request, clinic=rules.clinic, before=message) if message.kind in _NAME_A_PLACE else NO_PLACE_TOLD
    is_to_staff, at = message.recipient == OutboxMessage.Recipient.STAFF, max(sent_at or now, facts.at)
    is_to_them = not is_to_staff and message.kind != OLD_ADDRESS
    others = other_requests(request, to=facts.to, channel=message.channel, rules=rules, at=at) if is_to_them else ()
    is_call = message.channel == OutboxMessage.Channel.CALL
    composition = Composition(
        *(message.kind, request, facts, rules, sent_at or now),
        is_first=message.is_first,
        place_told=told,
        enters_visit=message.kind in LEAVE_THE_VISIT and message.kind != REMINDER and has_no_entry(request),
        others=tuple(other for other in others if other.is_theirs or not is_call),
        of_number=tuple(other for other in others if is_call and not other.is_theirs and not for_person),
        is_too_late=is_call and sent_at is None and comes_too_late(message, rules=rules, now=now),
    )
    if is_to_staff:
        return composition.notice()
    return CHANNELS[OutboxMessage.Channel(message.channel)].compose(composition)


def _with_unconfirmed(message: OutboxMessage, facts: Facts, *, at: datetime) -> Facts:
    """Of a reminder: with all that the confirmation of its visit was to tell, where that did not arrive before it, and with
    the times that were told since and that no later message certainly took back. A repetition does no harm; a time that
    replaces another one without a word does.
    """
    if message.kind != REMINDER or message.event is None:
        return facts
    if not (message.state == OutboxMessage.State.WAITING and message.attempts == 0 and at < message.not_before):
        facts = replace(facts, told=told_until(message, at=at))
    letter = message.event.messages.filter(recipient=OutboxMessage.Recipient.PATIENT, kind__in=CONFIRMING).first()
    if letter is None or not letter.sealed or _arrives_before(letter, message, at=at):
        return facts
    told = facts.told if facts.told != NOTHING_TOLD else Facts.from_json(letter.opened).told
    return replace(Facts.from_json(letter.opened), to=facts.to, token=facts.token, told=told)


def _arrives_before(letter: OutboxMessage, reminder: OutboxMessage, *, at: datetime) -> bool:
    if letter.state == OutboxMessage.State.DONE:
        return letter.done_at is None or letter.done_at <= at
    return letter.state == OutboxMessage.State.WAITING and at < reminder.not_before


def comes_too_late(message: OutboxMessage, *, rules: Rules, now: datetime) -> bool:
    """Whether it is about what is over for the patient, so that nobody is told it: it reminds of a visit that has begun, offers a
    time that they cannot have any more, or says to who expects no other that a visit that has begun is confirmed. Such a letter
    does not leave; a call of the last kind waits, because it asks whether they came. Raises sealing.CannotOpen.
    """
    if message.event is None or message.recipient == OutboxMessage.Recipient.STAFF:
        return False
    if message.kind == Event.Kind.OFFERED:
        return offer_is_over(message, rules=rules, now=now)
    if message.kind not in OF_A_VISIT_AHEAD or not visit_has_begun(message, now=now):
        return False
    is_call = message.channel == OutboxMessage.Channel.CALL
    return message.kind in {REMINDER, ENTRY_DECLINED} or not (is_call or owes_correction(message.event.request, now=now))


def visit_has_begun(message: OutboxMessage, *, now: datetime) -> bool:
    """Whether the visit that a message about a request tells of is no longer ahead. Raises sealing.CannotOpen."""
    visit = Facts.from_json(message.opened).visit
    return visit is not None and visit.start <= now


def offer_is_over(message: OutboxMessage, *, rules: Rules, now: datetime) -> bool:
    """Whether the time that the message offers is no longer held, or its date was closed since. Raises sealing.CannotOpen."""
    facts = Facts.from_json(message.opened)
    if facts.offered is None or facts.offered_until is None:
        return False
    return facts.offered_until <= now or not rules.covers(facts.offered)
