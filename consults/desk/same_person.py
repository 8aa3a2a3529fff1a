"""Whether a caller has a request on the same day already, which the booking form cannot tell them and a colleague can."""

from datetime import datetime

from consults.models import ConsultRequest, Person

from .display import local_date, person_of
from .names import folded
from .search import starting_in


def requests_of_the_same_day(person: Person, start: datetime | None, *, but: str) -> list[ConsultRequest]:
    """Open requests of this name, with this phone number or email address, on the local date of `start`; without one, those
    without a time. `but`: the key of the form itself, which may have been sent before.
    """
    found = ConsultRequest.objects.none()
    for contact in filter(None, (person.phone, person.email)):
        found |= ConsultRequest.objects.by_contact(contact)
    if start is None:
        day = ConsultRequest.objects.filter(starts_at=None)
    else:
        first = local_date(start)
        day = ConsultRequest.objects.filter(starting_in(first, 1) | starting_in(first, 1, column="confirmed_starts_at"))
    near = found.open().exclude(submission_key=but).filter(pk__in=day.values("pk")).order_by("pk")
    return [one for one in near if folded(person_of(one).full_name) == folded(person.full_name)]
