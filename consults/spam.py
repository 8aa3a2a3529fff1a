"""Recognizes requests that look like spam. They are quarantined for a person to check, never refused."""

from datetime import datetime, timedelta

from django.db.models import Q

from guard.sealing import blind_indexes

from .contact import normalised_email, normalised_phone
from .models import ConsultRequest

# No human fills in the form faster.
FASTEST = timedelta(seconds=2)
MOST_OPEN_PER_CONTACT = 3
MOST_SEATS_PER_ADDRESS = 3
# This many unanswered requests within an hour are a rush: the desk is warned, and each IP address may hold only one seat a day
# until someone answers. A bot with many addresses then runs out of addresses before the clinic runs out of times.
RUSH = 10
MOST_SEATS_IN_A_RUSH = 1
_DAY = timedelta(days=1)


def looks_like_spam(
    *, honeypot: str, read_at: datetime, email: str, phone: str, client: str, limits_addresses: bool, now: datetime
) -> bool:
    """`honeypot`: the value of the hidden field. `read_at`: when the form was first loaded. `client`: the keyed hash of the IP
    address. Without `limits_addresses` only the honeypot and the contact count.
    """
    if honeypot or _has_enough_open(email, phone):
        return True
    return limits_addresses and (now - read_at < FASTEST or _has_enough_seats(client, now))


def _has_enough_open(email: str, phone: str) -> bool:
    """One query by contact alone, because held requests are many and those of one person few."""
    own = {*blind_indexes("email", normalised_email(email)), *blind_indexes("phone", normalised_phone(phone))}
    found = ConsultRequest.objects.filter(Q(email_index__in=own) | Q(phone_index__in=own))
    rows = found.values_list("status", "email_index", "phone_index")
    held = [contacts for status, *contacts in rows if status in ConsultRequest.HOLDS_A_SEAT]
    return any(sum(index in own for index in column) >= MOST_OPEN_PER_CONTACT for column in zip(*held, strict=True))


def _has_enough_seats(client: str, now: datetime) -> bool:
    held = ConsultRequest.objects.filter(client=client, created_at__gt=now - _DAY, status__in=ConsultRequest.HOLDS_A_SEAT)
    seats = held.exclude(starts_at=None).count()
    return seats >= MOST_SEATS_PER_ADDRESS or (seats >= MOST_SEATS_IN_A_RUSH and recently_unanswered(now=now) >= RUSH)


def recently_unanswered(*, now: datetime) -> int:
    """The number of requests from the last hour that await an answer, quarantined or not, counted up to 1,000."""
    recent = ConsultRequest.objects.awaiting_answer().filter(created_at__gt=now - timedelta(hours=1), erased_at=None)
    return recent[:1000].count()


def forget_clients(*, now: datetime) -> int:
    """Deletes the hashes of IP addresses from requests older than a day. Returns how many."""
    return ConsultRequest.objects.filter(created_at__lte=now - _DAY).exclude(client="").update(client="")
