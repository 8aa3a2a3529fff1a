"""The form ticket: one hidden, signed field that identifies a booking form and says when it was first loaded.

Resubmitting the same form yields the same request. There is no maximum age.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core import signing

_SALT = "consults.ticket"


class BadTicket(Exception):
    """The ticket is missing, unreadable or tampered with."""


@dataclass(frozen=True)
class Ticket:
    key: str
    read_at: datetime

    def __str__(self) -> str:
        return signing.dumps([self.key, int(self.read_at.timestamp() * 1000)], salt=_SALT)


def new_ticket(*, now: datetime) -> Ticket:
    return Ticket(secrets.token_urlsafe(24), now)


def read_ticket(text: str) -> Ticket:
    try:
        key, milliseconds = signing.loads(text, salt=_SALT)
        return Ticket(str(key), datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (signing.BadSignature, ValueError, TypeError, OverflowError):
        raise BadTicket from None
