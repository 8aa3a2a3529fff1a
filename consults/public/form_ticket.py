"""The form ticket: one hidden, signed field that identifies a booking form and says when it was first loaded.

Resubmitting the same form yields the same request. There is no maximum age. A ticket alone says nothing about who sends it: on a
shared computer it may still lie in the page. So a copy also has to carry the answers.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.core import signing

from consults.contact import normalised_email, normalised_phone
from consults.models import ConsultRequest, Event, Person

from .form import ConsultRequestForm

_SALT = "consults.ticket"


class BadTicket(Exception):
    """The ticket is missing, unreadable or tampered with."""


@dataclass(frozen=True)
class Ticket:
    key: str
    read_at: datetime

    def __str__(self) -> str:
        return signing.dumps([self.key, int(self.read_at.timestamp() * 1000)], salt=_SALT)


def renewed(ticket: Ticket) -> Ticket:
    """The ticket of another request with the same form, which was not read any later."""
    return new_ticket(now=ticket.read_at)


def new_ticket(*, now: datetime) -> Ticket:
    return Ticket(secrets.token_urlsafe(24), now)


def read_ticket(text: str) -> Ticket:
    try:
        key, milliseconds = signing.loads(text, salt=_SALT)
        return Ticket(str(key), datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (signing.BadSignature, ValueError, TypeError, OverflowError):
        raise BadTicket from None


def is_same_form(made: ConsultRequest, form: ConsultRequestForm) -> bool | None:
    """Whether the form has all the answers with which the request was made. Contacts count as they are compared, not as spelled.

    None when that can no longer be told: the address was corrected, and nothing else differs. Not when the person was erased:
    no double click comes so late, and what was sent would be nowhere.
    """
    if made.erased_at is not None or not form.is_valid():
        return False
    if made.wants_earlier != form.cleaned_data["earlier"]:
        return False
    # A request that was moved since has another start.
    first_start = made.events.order_by("number").values_list("starts_at", flat=True).first()
    asked, sent = _compared(made.person), _compared(form.person)
    if first_start != form.cleaned_data["starts_at"] or replace(asked, email=sent.email) != sent:
        return False
    if asked.email == sent.email:
        return True
    return None if made.events.filter(kind=Event.Kind.READDRESSED).exists() else False


def _compared(person: Person) -> Person:
    return replace(person, email=normalised_email(person.email), phone=normalised_phone(person.phone))
