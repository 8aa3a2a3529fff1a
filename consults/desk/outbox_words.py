"""A message as the desk shows it: to whom, and its words."""

from datetime import datetime

from consults.current_rules import Rules, read_rules
from consults.messages.compose import Letter
from consults.messages.kinds import REMINDER, tells
from consults.messages.reading import read_message
from consults.models import OutboxMessage
from guard import sealing

from .marking import is_too_late

_NOTHING_TO_OFFER = "Nothing to offer: the offered time can no longer be taken"
_NOTHING_TO_REMIND_OF = "Nothing to remind of: the visit has begun"
_A_COLLEAGUE, _CANNOT_OPEN = "(a colleague)", "(cannot be opened: its key is missing)"


def address_of(message: OutboxMessage) -> str:
    """The address or number that it goes to, or a placeholder as in `letter_of`."""
    if message.event_id is None:
        return _A_COLLEAGUE
    try:
        return message.opened.get("to", "")
    except sealing.CannotOpen:
        return _CANNOT_OPEN


def purpose_of(call: OutboxMessage, *, rules: Rules, now: datetime) -> dict:
    """What a waiting call is for, in the words of the lists; and whether nobody is to make it any more, and why."""
    late = call.state == OutboxMessage.State.WAITING and is_too_late(call, rules=rules, now=now)
    no_more = _NOTHING_TO_REMIND_OF if call.kind == REMINDER else _NOTHING_TO_OFFER
    return {"about": no_more if late else tells(call.kind).to_say or call.kind_in_words, "is_too_late": late}


def letter_of(message: OutboxMessage, *, now: datetime, for_person: bool = False) -> Letter:
    """The message in words; a placeholder when its key is missing, or when it is about no request."""
    if message.event_id is None:
        return Letter(_A_COLLEAGUE, text="(about an account or the site itself: not shown here)")
    try:
        return read_message(message, read_rules(now), now=now, for_desk=True, for_person=for_person)
    except sealing.CannotOpen:
        return Letter(_CANNOT_OPEN)
