"""What else the owner of a contact has open here, which the site does not tell them and a colleague can."""

from datetime import datetime

from consults.models import ConsultRequest, Person
from consults.models.request_queryset import ConsultRequestQuerySet
from consults.names import folded

from .display import local_date, person_of, visit_text
from .search import starting_in


def requests_of_the_same_day(person: Person, start: datetime | None, *, but: str) -> list[ConsultRequest]:
    """Open requests of this name, with this phone number or email address, on the local date of `start`; without one, those
    without a time. `but`: the key of the form itself, which may have been sent before.
    """
    found = _of_contacts(person)
    if start is None:
        day = ConsultRequest.objects.filter(starts_at=None)
    else:
        first = local_date(start)
        day = ConsultRequest.objects.filter(starting_in(first, 1) | starting_in(first, 1, column="confirmed_starts_at"))
    near = found.open().exclude(submission_key=but).filter(pk__in=day.values("pk")).order_by("pk")
    return [one for one in near if folded(person_of(one).full_name) == folded(person.full_name)]


def other_open_requests(found: ConsultRequest, *, now: datetime) -> list[dict]:
    """Requests with the same phone number or email address that still need a person, or hold a visit ahead. The name tells two
    people of one household apart.
    """
    others = _of_contacts(person_of(found)).open().exclude(pk=found.pk).order_by("pk")
    ahead = [one for one in others if one.starts_at is None or max(filter(None, (one.starts_at, one.confirmed_starts_at))) > now]
    return [{"request": one, "name": person_of(one).full_name, "visit": visit_text(one, now)} for one in ahead]


def _of_contacts(person: Person) -> ConsultRequestQuerySet:
    found = ConsultRequest.objects.none()
    for contact in filter(None, (person.phone, person.email)):
        found |= ConsultRequest.objects.by_contact(contact)
    return found
