"""The starts that are offered now, from the rules in force and the seats that are held."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from .current_rules import Rules, read_rules
from .models import ConsultRequest
from .scheduling import Offers
from .seating import held_seats


def current_offers(*, now: datetime, rules: Rules | None = None) -> Offers:
    """The rules in force at the instant `now`, before any held seat is counted. `rules`: as they were just read."""
    rules = rules or read_rules(now)
    return Offers(rules.posted, rules.policy, now)


def with_held_seats(offers: Offers, first: date, last: date, *, moving: ConsultRequest | None = None) -> Offers:
    """The same rules, with the seats held on the local dates `first` to `last` counted. One query.

    `moving` is a request being rescheduled by the patient: its own seats count as free.
    """
    zone = offers.posted.zone
    start = datetime.combine(first, time.min, zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC) + offers.policy.length
    held = held_seats(start, end)
    for cell in moving.seats.values_list("cell", flat=True) if moving else ():
        held[cell] = held.get(cell, 1) - 1
    return replace(offers, held=held)


def without_notice(offers: Offers) -> Offers:
    """The same rules without the notice, for staff."""
    return replace(offers, policy=replace(offers.policy, notice=timedelta(0)))
