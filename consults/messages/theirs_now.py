"""What is a person's when a message is read: beside the visit that it is about, and by other requests of theirs.

A message may have waited. What it says of these is as true then as what it was written for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from consults.contact import limited_email, limited_phone, normalised_email, normalised_phone
from consults.current_rules import Rules
from consults.models import ConsultRequest, EarlierOffer, Event, OutboxMessage
from consults.names import folded
from consults.scheduling import ConsultTime
from consults.transitions import went_unanswered
from guard import sealing

Status, Channel = ConsultRequest.Status, OutboxMessage.Channel
_CONFIRMS = {Event.Kind.CONFIRMED, Event.Kind.RESCHEDULED, Event.Kind.OFFER_ACCEPTED}
_ASKS = {Event.Kind.REQUESTED, Event.Kind.QUARANTINED, Event.Kind.RELEASED, Event.Kind.MOVED}


class Times(NamedTuple):
    """What a request holds. `visit`: the confirmed one; `asked`: what waits for an answer; `offered`: what they may take."""

    visit: ConsultTime | None
    asked: ConsultTime | None
    offered: ConsultTime | None

    @property
    def held(self) -> set[ConsultTime]:
        return {time for time in self if time}


@dataclass(frozen=True)
class Other:
    """Another request that the owner of a mailbox or a number has, or is told of: nobody else may hear of it.

    `is_theirs`: it names the same person. Two people may share a mailbox, where either reads the letters of both. Of a number,
    who is called is told of their own alone.
    """

    reference: str
    is_theirs: bool
    times: Times


def other_requests(request: ConsultRequest, *, to: str, channel: str, rules: Rules, at: datetime) -> tuple[Other, ...]:
    """Those that hold a place for an answer, or a visit ahead, at the instant, for the contact `to`.

    Only the contact counts at which a request is answered (`spam.asked_enough`).
    """
    is_call = channel == Channel.CALL
    indexes = sealing.blind_indexes("contact", limited_phone(to) if is_call else limited_email(to))
    of_contact = ConsultRequest.objects.filter(Q(contact_index__in=indexes) | Q(called_index__in=indexes), created_at__lte=at)
    was_open = of_contact.filter(Q(ended_at=None) | Q(ended_at__gt=at)).exclude(pk=request.pk).order_by("created_at", "pk")
    others = (_as_of(other, like=request, to=to, rules=rules, at=at) for other in was_open)
    return tuple(filter(None, others))


def _as_of(other: ConsultRequest, *, like: ConsultRequest, to: str, rules: Rules, at: datetime) -> Other | None:
    is_theirs, same_contact = _is_same_name(other, like), _has_contact(other, to)
    if not (is_theirs or same_contact):
        return None
    times = times_of_request(other, rules=rules, at=at)
    if times is None:
        return None
    ahead = Times(*(time if time and at < time.start else None for time in times))
    # Without a time it waits all the same, as long as an answer is to come.
    waits = not any(times) and not went_unanswered(other, at)
    return Other(other.reference, is_theirs, ahead) if any(ahead) or waits else None


def times_of_request(request: ConsultRequest, *, rules: Rules, at: datetime) -> Times | None:
    """What it held at the instant; None if it had ended by then, or was set aside."""
    events = list(request.events.filter(at__lte=at).order_by("number").values_list("kind", "status", "starts_at"))
    status = events[-1][1] if events else ""
    if status not in ConsultRequest.HOLDS_A_SEAT:
        return None
    confirmed = next((start for kind, _, start in reversed(events) if kind in _CONFIRMS), None)
    asked = next((start for kind, _, start in reversed(events) if kind in _ASKS), None) if status == Status.REQUESTED else None
    visit = _interval(confirmed, request.confirmed_length_minutes or request.length_minutes)
    offer = offered_to(request, rules=rules, at=at)
    return Times(visit, _interval(asked, request.length_minutes), offer.visit if offer else None)


def offered_to(request: ConsultRequest, *, rules: Rules, at: datetime) -> EarlierOffer | None:
    """The offer that they may take at the instant, as their page shows it: in time, and its date not closed."""
    offer = EarlierOffer.objects.of(request, at=at)
    return offer if offer and at < offer.answer_by and rules.covers(offer.visit) else None


def _interval(start: datetime | None, minutes: int) -> ConsultTime | None:
    return ConsultTime(start, start + timedelta(minutes=minutes)) if start else None


def _has_contact(request: ConsultRequest, to: str) -> bool:
    """Whether it was given this very address or number. Limits take more spellings for one mailbox than any provider delivers
    to it; who is told of whose visit hangs on the one that was typed.
    """
    try:
        given = {normalised_email(request.email), normalised_phone(request.phone)} - {""}
    except sealing.CannotOpen:
        return False
    return not given.isdisjoint({normalised_email(to), normalised_phone(to)})


def _is_same_name(one: ConsultRequest, other: ConsultRequest) -> bool:
    try:
        return folded(one.full_name) == folded(other.full_name)
    except sealing.CannotOpen:
        return False


def asked_since(request: ConsultRequest, *, version: int, at: datetime) -> ConsultTime | None:
    """What they asked for beside the visit that this version confirmed, where it waits for an answer at the instant and
    lies ahead.
    """
    since = request.events.filter(number__gt=version, at__lte=at).order_by("number")
    last, moved = since.last(), since.filter(kind=Event.Kind.MOVED).last()
    is_waiting = last is not None and last.status == Status.REQUESTED
    asked = _interval(moved.starts_at, request.length_minutes) if moved and is_waiting else None
    return asked if asked and at < asked.start else None
