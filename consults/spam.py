"""What looks like a machine and not a patient. Such a request is set aside for a person to look at, never refused."""

from datetime import datetime, timedelta

from django.db.models import Q

from guard.sealing import blind_indexes

from .contact import normalised_email, normalised_phone
from .models import ConsultRequest

# Nobody reads the page, chooses a time and types a name in less.
FASTEST = timedelta(seconds=2)
MOST_OPEN_PER_CONTACT = 3
MOST_SEATS_PER_ADDRESS = 3
# This many unanswered requests within an hour are a rush: the desk is told, and an address may hold only one seat a day until
# somebody answers. A machine with many addresses then runs out of addresses before the clinic runs out of times.
RUSH = 10
MOST_SEATS_IN_A_RUSH = 1
_DAY = timedelta(days=1)


def looks_like_spam(
    *, honeypot: str, read_at: datetime, email: str, phone: str, client: str, limits_addresses: bool, now: datetime
) -> bool:
    """`honeypot` is what the hidden field held; `read_at` when the form was first read; `client` the address's keyed hash.

    Without `limits_addresses` only the honeypot and the contact count.
    """
    if honeypot or _has_enough_open(email, phone):
        return True
    return limits_addresses and (now - read_at < FASTEST or _has_enough_seats(client, now))


def _has_enough_open(email: str, phone: str) -> bool:
    """One query by contact alone: held requests are many, those of one person few."""
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
    """How many requests of the last hour wait for an answer, set aside or not; counted up to a thousand."""
    recent = ConsultRequest.objects.awaiting_answer().filter(created_at__gt=now - timedelta(hours=1), erased_at=None)
    return recent[:1000].count()


def forget_clients(*, now: datetime) -> int:
    """Drops the addresses' hashes of requests older than a day. Returns how many."""
    return ConsultRequest.objects.filter(created_at__lte=now - _DAY).exclude(client="").update(client="")
