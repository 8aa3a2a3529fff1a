"""Recognizes requests that look like spam. They are quarantined for a person to check, never refused."""

from datetime import datetime, timedelta

from django.db.models import Q

from guard.sealing import blind_indexes

from .contact import normalised_email, normalised_phone
from .models import ConsultRequest

# No human fills in the form faster.
FASTEST = timedelta(seconds=2)
MOST_OPEN_PER_CONTACT = 3
# In a day, whatever became of them: each was a letter to somebody who may not have asked for it.
MOST_PER_CONTACT = MOST_PER_ADDRESS = 6
MOST_WITHOUT_TIME_PER_ADDRESS = 3
# This many unanswered requests within an hour are a rush: the desk is warned, and each IP address may send only one a day
# until someone answers. A bot with many addresses then runs out of addresses before the clinic runs out of times.
RUSH = 10
MOST_IN_A_RUSH = 1
_DAY = timedelta(days=1)
Status = ConsultRequest.Status


def looks_like_spam(
    *, honeypot: str, read_at: datetime, email: str, phone: str, client: str, limits_addresses: bool, now: datetime
) -> bool:
    """`honeypot`: the value of the hidden field. `read_at`: when the form was first loaded. `client`: the keyed hash of the IP
    address. Without `limits_addresses` only the honeypot and the contact count.
    """
    if honeypot or _asked_enough(email, phone, now):
        return True
    return limits_addresses and (now - read_at < FASTEST or _sent_enough(client, now))


def _asked_enough(email: str, phone: str, now: datetime) -> bool:
    """One query by contact alone, because held requests are many and those of one person few."""
    own = {*blind_indexes("email", normalised_email(email)), *blind_indexes("phone", normalised_phone(phone))}
    found = ConsultRequest.objects.filter(Q(email_index__in=own) | Q(phone_index__in=own)).exclude(status=Status.QUARANTINED)
    rows = list(found.values_list("status", "created_at", "email_index", "phone_index"))
    held = [contacts for status, _, *contacts in rows if status in ConsultRequest.HOLDS_A_SEAT]
    today = [contacts for _, created_at, *contacts in rows if created_at > now - _DAY]
    return _most_of_one(own, held) >= MOST_OPEN_PER_CONTACT or _most_of_one(own, today) >= MOST_PER_CONTACT


def _most_of_one(own: set[str], contacts: list[list[str]]) -> int:
    """How many rows have the same one of the person's contacts, at most."""
    return max((sum(index in own for index in column) for column in zip(*contacts, strict=True)), default=0)


def _sent_enough(client: str, now: datetime) -> bool:
    sent = ConsultRequest.objects.filter(client=client, created_at__gt=now - _DAY).exclude(status=Status.QUARANTINED)
    starts = list(sent.values_list("starts_at", flat=True))
    return (
        len(starts) >= MOST_PER_ADDRESS
        or starts.count(None) >= MOST_WITHOUT_TIME_PER_ADDRESS
        or (len(starts) >= MOST_IN_A_RUSH and recently_unanswered(now=now) >= RUSH)
    )


def recently_unanswered(*, now: datetime) -> int:
    """The number of requests from the last hour that await an answer, quarantined or not, counted up to 1,000."""
    recent = ConsultRequest.objects.awaiting_answer().filter(created_at__gt=now - timedelta(hours=1), erased_at=None)
    return recent[:1000].count()


def forget_clients(*, now: datetime) -> int:
    """Deletes the hashes of IP addresses from requests older than a day. Returns how many."""
    return ConsultRequest.objects.filter(created_at__lte=now - _DAY).exclude(client="").update(client="")
