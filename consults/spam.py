"""Recognizes requests that look like spam. They are quarantined for a person to check, never refused."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from .models import ConsultPolicy, ConsultRequest, Event, OutboxMessage, Person
from .models.event import status_when_addressed, was_let_in
from .models.person import called_indexes, contact_indexes
from .set_aside import refuse_too_many
from .unanswered import RUSH, HeldUnanswered, read_held_unanswered, recently_unanswered

# No human fills in the form faster.
FASTEST = timedelta(seconds=2)
MOST_OPEN_PER_CONTACT = 3
# Addressed to it in a day, whatever became of them: each was a letter to somebody who may not have asked for it.
MOST_PER_CONTACT = MOST_PER_ADDRESS = 6
MOST_WITHOUT_TIME_PER_ADDRESS = 3
# In a rush, or while unanswered requests hold most of the next two weeks, the desk is warned, and each IP address may send only
# one a day until someone answers. A bot with many addresses then runs out of addresses before the clinic runs out of times.
MOST_IN_A_RUSH = 1
_DAY = timedelta(days=1)
Status = ConsultRequest.Status


def looks_like_spam(
    *,
    honeypot: str,
    read_at: datetime,
    person: Person,
    starts_at: datetime | None,
    client: str,
    limits_addresses: bool,
    now: datetime,
) -> bool:
    """`honeypot`: the value of the hidden field. `read_at`: when the form was first loaded; in the future if a clock was ahead
    then. `client`: the keyed hash of the IP
    address. Without `limits_addresses` only the honeypot and the contact count.

    Raises TooManySetAside where it does, and no more may be set aside.
    """
    found = bool(honeypot) or asked_enough(person, now=now)
    found = found or (limits_addresses and _is_too_much(read_at, starts_at, client, now))
    if found:
        refuse_too_many(now=now)
    return found


def _is_too_much(read_at: datetime, starts_at: datetime | None, client: str, now: datetime) -> bool:
    """Whether it comes faster than a person fills in the form, or takes more than its address may."""
    held = read_held_unanswered(now=now)
    # What asks for no time takes none away.
    takes_the_last = starts_at is not None and held.are_nearly_all
    return takes_the_last or abs(now - read_at) < FASTEST or _sent_enough(client, held, now)


def asked_enough(person: Person, *, now: datetime) -> bool:
    """Whether what one contact is sent has reached its limit.

    Only the contact that is answered counts, or called because the address takes no mail: who counted the other one, or found
    out that it was counted, would have sent a letter or a call to its owner. What counts for a day does so from when its contact
    became that one, however old the request is: a correction is a letter to each of the two addresses.
    """
    indexes = contact_indexes(person)
    # Nearly always the contact is new. Then this is all, and plain SQL, because what follows costs ten times as much.
    if sum(_count_rows(index, since=now - _DAY) for index in indexes) < MOST_OPEN_PER_CONTACT:
        return False
    written_to = Q(contact_index__in=indexes)
    others = Q(called_index__in=indexes)
    for index in indexes:
        # Only those that were written to are kept there.
        others |= Q(addressed_at__gt=now - _DAY, former_contacts__contains=index)
    found = ConsultRequest.objects.alias(addressed=status_when_addressed())
    found = found.filter(Q(written_to, addressed=Status.REQUESTED) | others)
    rows = list(found.values_list("status", "confirmed_starts_at", "addressed_at"))
    # A visit that is over and that nobody marked yet is nothing open.
    is_open = [status in ConsultRequest.HOLDS_A_SEAT and (visit is None or visit > now) for status, visit, _ in rows]
    return sum(is_open) >= MOST_OPEN_PER_CONTACT or sum(at > now - _DAY for *_, at in rows) >= MOST_PER_CONTACT


def _count_rows(index: str, *, since: datetime) -> int:
    """How many requests may count for the contact with this hash, counted up to where they can be too many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM consults_consultrequest WHERE contact_index = %s OR called_index = %s"
            " OR (addressed_at > %s AND former_contacts LIKE %s) LIMIT %s",
            [index, index, connection.ops.adapt_datetimefield_value(since), f"%{index}%", MOST_OPEN_PER_CONTACT],
        )
        return len(cursor.fetchall())


def leaves_no_time(request: ConsultRequest, *, limits_addresses: bool, now: datetime) -> bool:
    """Whether a request that asked for no time has to wait until staff find one, because a move would take a further time.

    Otherwise asking for none and moving would be the way round the limits of a rush and of what unanswered requests hold. One
    that staff restored, or entered for a caller, was seen by a person.
    """
    if not limits_addresses or request.starts_at is not None or request.confirmed_starts_at is not None:
        return False
    if request.events.filter(Q(kind=Event.Kind.RELEASED) | Q(number=1, by__isnull=False)).exists():
        return False
    held = read_held_unanswered(now=now)
    return held.are_nearly_all or held.are_most_soon or recently_unanswered(now=now) >= RUSH


def count_call(request: ConsultRequest, *, now: datetime) -> bool:
    """Counts the request for its phone number, which is to be called because its address takes no mail.

    False, and not counted, when there is no number or it was called enough: anybody may give an address that takes no mail and
    somebody else's number. Where a corrected address takes none either, the number is called once a day about the request.
    """
    person = replace(request.person, contact_by="phone")
    indexes = called_indexes(person)
    with transaction.atomic():
        ConsultPolicy.objects.lock()
        row = ConsultRequest.objects.filter(pk=request.pk, erased_at=None)
        if row.filter(called_index__in=indexes).exists():
            return not OutboxMessage.objects.calls_about(request, since=now - _DAY, until=now).exists()
        return bool(indexes) and not asked_enough(person, now=now) and bool(row.update(called_index=indexes[0], addressed_at=now))


def _sent_enough(client: str, held: HeldUnanswered, now: datetime) -> bool:
    sent = ConsultRequest.objects.filter(was_let_in(), client=client, created_at__gt=now - _DAY)
    starts = list(sent.values_list("starts_at", flat=True))
    return (
        len(starts) >= MOST_PER_ADDRESS
        or starts.count(None) >= MOST_WITHOUT_TIME_PER_ADDRESS
        or (len(starts) >= MOST_IN_A_RUSH and (held.are_most_soon or recently_unanswered(now=now) >= RUSH))
    )


def forget_clients(*, now: datetime) -> int:
    """Deletes the hashes of IP addresses from requests older than a day. Returns how many."""
    return ConsultRequest.objects.filter(created_at__lte=now - _DAY).exclude(client="").update(client="")


def forget_former_contacts(*, now: datetime) -> int:
    """Deletes the hashes of addresses that a correction left more than a day ago: no limit asks for them any more, and a change
    of the field key does not make them again, because the request holds its present address alone. Returns how many had any.
    """
    return ConsultRequest.objects.filter(addressed_at__lte=now - _DAY).exclude(former_contacts="").update(former_contacts="")
