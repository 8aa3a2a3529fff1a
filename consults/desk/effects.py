"""What each action does, whom it tells and how: said under its button before the click, and of what was done after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from consults.messages.channels import BY_CONTACT
from consults.messages.kinds import REMINDER, tells
from consults.messages.known import is_called, may_know
from consults.messages.meeting import was_told_otherwise
from consults.models import ConsultRequest, EarlierOffer, Event, OutboxMessage
from consults.transitions import Button
from guard import sealing
from pages.models import Clinic

from .actions import KINDS_OF
from .display import person_of, staff_notes_of
from .mail_stop import MailStop
from .outbox_words import address_of
from .restoring import NOT_POSSIBLE, what_restoring_does
from .timeline import what_happened

Channel, State = OutboxMessage.Channel, OutboxMessage.State
NOBODY = "Nobody is told."
NOTE_TOLD = (
    "Colleagues read it at the top of this page, and the desk marks the request “has a note”. The site tells nobody of it: "
    "tell who is to act, or hand the request to them below."
)
SAME_LETTER = "They were sent the same letter when they asked."
_PERHAPS_SAME_LETTER = "They may have had the same letter when they asked."
_ASK_ABOUT_CALENDAR = " If it is in their calendar, ask them to change it there too."
# The page of the person shows an offer as soon as it is made, whatever became of the letter.
OFFER_NOT_TOLD = (
    "We write nothing: no letter or call about it has reached them. Their own page showed it, so call if they may have read it."
)
DOES: Mapping[str, str] = {
    "confirm": "The visit takes place at this time.",
    "reschedule": "Confirms the time you choose without asking first, and frees any other of theirs. They can still move it.",
    "decline": "Ends the request with the reason you choose. The time becomes free.",
    "decline_move": "Frees the time they asked for. The confirmed visit stays as it is.",
    "cancel": "Ends the visit with the reason you choose. The time becomes free.",
    "keep": "Leaves the time as it is, although it does not fit, and takes it off the list of conflicts.",
    "answer": (
        "Ends the request for good, for when you have reached this person yourself. No letter goes out; "
        "their own page says “This request is complete.” To end it with a letter, use Decline."
    ),
    "complete": "Records that the visit took place, and ends the request.",
    "miss": "Records that the person did not come, and ends the request.",
    "quarantine": "Taken for spam: frees the time. You can restore it for 30 days; then it is erased.",
    # With a time, `restoring` says whether it is still free.
    "release": "For a real person: you then owe an answer.",
    "release_without_time": "For a real person: you owe an answer, and no time is held.",
    "offer": "Holds the time you choose until this person answers. Until then nothing else changes.",
    "accept_offer": "For when they told you: confirms the offered time and gives up the other.",
    "refuse_offer": "For when they told you: frees the offered time. The request stays as it is.",
    "take_back_offer": "Frees the offered time. The request stays as it is.",
}
# The same of a request that has no time.
DOES_WITHOUT_TIME: Mapping[str, str] = {
    "reschedule": "Confirms the time you choose without asking first. They can still move it.",
    "accept_offer": "For when they told you: confirms the offered time.",
    "quarantine": "Taken for spam: leaves the list. You can restore it for 30 days; then it is erased.",
}


@dataclass(frozen=True)
class Choice:
    """A button as the page shows it. `writes`: there is a letter to read before, or, where it is `by_call`, words to say.
    `is_folded`: it is in a drawer.
    """

    button: Button
    label: str
    does: str
    told: str
    writes: bool
    by_call: bool = False
    is_folded: bool = False


def choices_of(
    request: ConsultRequest, buttons: Iterable[Button], *, now: datetime, stop: MailStop | None = None
) -> list[Choice]:
    """`stop`: why email does not leave now."""
    buttons = list(buttons)
    way = _way_to_tell(request) if any(tells(KINDS_OF[button.code]).subject for button in buttons) else None
    return [_choice(request, button, _Teller(way, stop, now)) for button in buttons]


@dataclass(frozen=True)
class _Teller:
    """`way`: the channel's code, and the address or number; None when the row cannot be opened."""

    way: tuple[str, str] | None
    stop: MailStop | None
    now: datetime

    def says_of_mail(self, to: str) -> str:
        plain = f"We write to {to}."
        return self.stop.of_a_letter(to, due=self.now, otherwise=plain) if self.stop else plain


def _choice(request: ConsultRequest, button: Button, teller: _Teller) -> Choice:
    says, has_time = tells(KINDS_OF[button.code]), request.starts_at is not None
    has_visit = request.confirmed_starts_at is not None
    label = button.label if has_time or not button.label_without_time else button.label_without_time
    does = DOES[button.code] if has_time else DOES_WITHOUT_TIME.get(button.code, DOES[button.code])
    if button.code == "release":
        does = what_restoring_does(request, now=teller.now) or does
    # A slip of the mouse beside the filled button must not set aside a person.
    is_folded = bool(button.needs) or button.asks_once or button.code == "quarantine"
    shown = Choice(button, label, does, NOBODY, writes=False, is_folded=is_folded)
    if does.startswith(NOT_POSSIBLE):
        return replace(shown, told="")
    is_told = bool(says.subject) and (not says.only_after or may_know(request, says.only_after))
    if not is_told:
        unsaid = says.only_after == Event.Kind.OFFERED and button.code == "take_back_offer"
        return replace(shown, told=OFFER_NOT_TOLD if unsaid else NOBODY)
    if teller.way is None:
        return replace(shown, told="")
    channel, to = teller.way
    if channel == Channel.MAIL:
        again = _same_letter(request) if KINDS_OF[button.code] == Event.Kind.RELEASED else ""
        return replace(shown, told=f"{teller.says_of_mail(to)} {again}".rstrip(), writes=True)
    why = "No email."
    if says.answers_a_call:
        if not _was_offered_elsewhere(request):
            return replace(shown, told=f"No call is owed: they told you by phone.{_ASK_ABOUT_CALENDAR if has_visit else ''}")
        why = "The place, or how to join, has changed since the call that offered it."
    told = f"{why} Unless you tell them now, it puts a call to {to} on the list of calls to make."
    return replace(shown, told=told, writes=True, by_call=True)


def _was_offered_elsewhere(request: ConsultRequest) -> bool:
    """Whether the call that offered a time was made, and where it takes place has changed since. One that was not made yet is
    made with the answer.
    """
    offer = EarlierOffer.objects.of(request)
    waits = {"kind": Event.Kind.OFFERED, "state": State.WAITING, "event__request": request}
    if offer is None or OutboxMessage.objects.filter(**waits).exists():
        return False
    return was_told_otherwise(request, clinic=Clinic.objects.current(), taking=offer.starts_at)


def _same_letter(request: ConsultRequest) -> str:
    """Whether who is to be restored had that letter when they asked; empty where they had none."""
    if not may_know(request, Event.Kind.REQUESTED):
        return ""
    sent = {"kind": Event.Kind.REQUESTED, "state": State.DONE, "recipient": OutboxMessage.Recipient.PATIENT}
    was_sent = OutboxMessage.objects.filter(event__request=request, **sent)
    return SAME_LETTER if was_sent.exists() else _PERHAPS_SAME_LETTER


def _way_to_tell(request: ConsultRequest) -> tuple[str, str] | None:
    """(the channel's code, the address or number), or None when the row cannot be opened."""
    try:
        channel = BY_CONTACT["phone" if is_called(request) else "email"]
    except sealing.CannotOpen:
        return None
    return channel.CODE, getattr(person_of(request), channel.REACHES)


def outcome_of(event: Event, messages: Iterable[OutboxMessage], *, stop: MailStop | None = None) -> str:
    """What was done, in the word of the history, and whom it tells. For the page alone: it may name an address."""
    done = f"{what_happened(event, event.request.events.filter(number__lt=event.number))}."
    if event.kind == Event.Kind.NOTED:
        return f"{done} {NOTE_TOLD}" if staff_notes_of(event.request) else done
    owed = [one for one in messages if one.event_id == event.pk and one.recipient == "patient" and one.kind != REMINDER]
    return f"{done} {' '.join(_told(one, stop) for one in owed) or NOBODY}"


def _told(message: OutboxMessage, stop: MailStop | None) -> str:
    if message.state == State.DROPPED:
        return "What it was to tell is no longer needed."
    to = address_of(message)
    if message.channel == Channel.CALL:
        return "The call was made." if message.state == State.DONE else f"A call to {to} is on the list."
    if message.state == State.FAILED:
        return f"The email to {to} failed."
    if message.state == State.DONE:
        return f"We wrote to {to}."
    writing = f"We are writing to {to}."
    return stop.of_a_letter(to, due=message.not_before, otherwise=writing) if stop else writing
