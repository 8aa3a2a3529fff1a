"""Reads a message: opens what is sealed, and puts its words together."""

from consults.current_rules import Rules
from consults.models import OutboxMessage

from .channels import CHANNELS
from .compose import Composition, Letter
from .facts import Facts


def read_message(message: OutboxMessage, rules: Rules) -> Letter:
    """The words as they would be sent under these rules. Raises sealing.CannotOpen.

    All are empty once the person's data was erased, or a letter about no request was sent.
    """
    opened = message.opened
    if not opened:
        return Letter()
    if message.event is None:
        return Letter(**opened)
    composition = Composition(message.kind, message.event.request, Facts.from_json(opened), rules)
    if message.recipient == OutboxMessage.Recipient.STAFF:
        return composition.notice()
    return CHANNELS[OutboxMessage.Channel(message.channel)].compose(composition)
