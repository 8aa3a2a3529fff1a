"""What each action does, whom it tells and how: said under its button before the click, and of what was done after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consults.messages.channels import BY_CONTACT
from consults.messages.kinds import REMINDER, tells
from consults.messages.known import is_called, may_know
from consults.models import ConsultRequest, Event, OutboxMessage
from consults.transitions import Button
from guard import sealing

from .actions import KINDS_OF
from .display import person_of
from .outbox import address_of

Channel, State = OutboxMessage.Channel, OutboxMessage.State
NOBODY = "Nobody is told."
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
    "release": "For a real person: holds the time again if it is still free. You then owe an answer.",
    "release_without_time": "For a real person: you owe an answer, and no time is held.",
    "offer": "Holds the time you choose until this person answers. Until then nothing else changes.",
    "accept_offer": "For when they told you: confirms the offered time and gives up the other.",
    "refuse_offer": "For when they told you: frees the offered time. The request stays as it is.",
    "take_back_offer": "Frees the offered time. The request stays as it is.",
}


@dataclass(frozen=True)
class Choice:
    """A button as the page shows it. `writes`: there is a letter to read before, or, where it is `by_call`, words to say."""

    button: Button
    does: str
    told: str
    writes: bool
    by_call: bool = False


def choices_of(request: ConsultRequest, buttons: Iterable[Button]) -> list[Choice]:
    buttons = list(buttons)
    way = _way_to_tell(request) if any(tells(KINDS_OF[button.code]).subject for button in buttons) else None
    return [_choice(request, button, way) for button in buttons]


def _choice(request: ConsultRequest, button: Button, way: tuple[str, str] | None) -> Choice:
    says = tells(KINDS_OF[button.code])
    is_told = bool(says.subject) and (not says.only_after or may_know(request, says.only_after))
    if not is_told or way is None:
        return Choice(button, DOES[button.code], "" if is_told else NOBODY, writes=False)
    channel, to = way
    if channel == Channel.MAIL:
        return Choice(button, DOES[button.code], f"We write to {to}.", writes=True)
    if says.answers_a_call:
        return Choice(button, DOES[button.code], "No call is owed: they told you by phone.", writes=False)
    call = f"No email: it puts a call to {to} on the list of calls to make."
    return Choice(button, DOES[button.code], call, writes=True, by_call=True)


def _way_to_tell(request: ConsultRequest) -> tuple[str, str] | None:
    """(the channel's code, the address or number), or None when the row cannot be opened."""
    try:
        channel = BY_CONTACT["phone" if is_called(request) else "email"]
    except sealing.CannotOpen:
        return None
    return channel.CODE, getattr(person_of(request), channel.REACHES)


def outcome_of(event: Event, messages: Iterable[OutboxMessage]) -> str:
    """What was done, in the word of the history, and whom it tells. For the page alone: it may name an address."""
    done = f"{event.get_kind_display().capitalize()}."
    if event.kind == Event.Kind.NOTED:
        return done
    owed = [one for one in messages if one.event_id == event.pk and one.recipient == "patient" and one.kind != REMINDER]
    return f"{done} {' '.join(map(_told, owed)) or NOBODY}"


def _told(message: OutboxMessage) -> str:
    if message.state == State.DROPPED:
        return "What it was to tell is no longer needed."
    if message.channel == Channel.CALL:
        return "The call was made." if message.state == State.DONE else f"A call to {address_of(message)} is on the list."
    if message.state == State.FAILED:
        return f"The email to {address_of(message)} failed."
    return f"{'We wrote' if message.state == State.DONE else 'We are writing'} to {address_of(message)}."
