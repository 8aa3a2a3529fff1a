"""The form ticket: one hidden, signed field that identifies a booking form and says when it was first loaded.

Resubmitting the same form yields the same request. There is no maximum age. A ticket alone says nothing about who sends it: on a
shared computer it may still lie in the page. So a copy also has to carry the answers.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core import signing

from consults.contact import normalised_email, normalised_phone
from consults.models import ConsultRequest
from guard.readers import read_instant
from guard.sealing import blind_indexes

from .form import NONE

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


def is_same_form(made: ConsultRequest, answers: Mapping[str, str]) -> bool:
    """Whether these answers, as they were posted, name the contact and the start with which the request was made.

    Contacts are compared by their blind indexes; False once the person was erased.
    """
    if not made.email_index and not made.phone_index:
        return False
    email, phone, start = (answers.get(name, "").strip() for name in ("email", "phone", "starts_at"))
    emails, phones = blind_indexes("email", normalised_email(email)), blind_indexes("phone", normalised_phone(phone))
    if made.email_index not in (emails or [""]) or made.phone_index not in (phones or [""]):
        return False
    # A request that was moved since has another start.
    first_start = made.events.order_by("number").values_list("starts_at", flat=True).first()
    return start == NONE if first_start is None else read_instant(start) == first_start
