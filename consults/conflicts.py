"""Held requests that no longer fit the posted hours or the capacity. Nothing moves them automatically: a person decides.

What a person accepted of a visit is stored with it: the hours of its date (`closed`), the capacity (`full`). Other hours, or a
lower capacity, that it does not fit either, are a conflict again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count

from .current_rules import Rules, read_rules
from .models import ConsultRequest, EarlierOffer, Seat
from .scheduling import ConsultTime
from .scheduling.cells import cells_of

_IN_WORDS = {"closed": "outside the posted hours", "full": "over capacity"}


@dataclass(frozen=True)
class Conflict:
    """`misfits`: what the visit does not fit, by reason: `closed` (the open intervals of its date) and `full` (the capacity).
    `reasons`: those of them that nobody accepted. `is_offered`: `visit` is an earlier time that is only offered.
    """

    request: ConsultRequest
    visit: ConsultTime
    misfits: dict[str, Any]
    reasons: tuple[str, ...]
    is_offered: bool = False

    @property
    def key(self) -> tuple[int, datetime]:
        return self.request.pk, self.visit.start

    @property
    def in_words(self) -> str:
        return " and ".join(_IN_WORDS[reason] for reason in self.reasons)

    @property
    def fingerprints(self) -> set[str]:
        """One for each reason, of all that staff read of it and would accept."""
        state = "offered" if self.is_offered else self.request.status
        whole = ([*map(str, self.key), state, reason, self.misfits[reason]] for reason in self.reasons)
        return {hashlib.sha256(json.dumps(one).encode()).hexdigest()[:16] for one in whole}


def shown_in_form(conflicts: Iterable[Conflict]) -> str:
    """The value of the hidden field that tells what the page showed. One field, because forms have a limit of fields."""
    return " ".join(sorted(set[str]().union(*(conflict.fingerprints for conflict in conflicts))))


def were_shown(conflicts: Iterable[Conflict], shown: str) -> bool:
    """Whether a form that was sent with this hidden field showed all of them, each for the same reasons."""
    return set(shown_in_form(conflicts).split()) <= set(shown.split())


def find_conflicts(
    *,
    now: datetime,
    rules: Rules | None = None,
    holding: Iterable[ConsultRequest] | None = None,
    offers: Iterable[EarlierOffer] | None = None,
    seats: Mapping[int, int] | None = None,
) -> list[Conflict]:
    """The conflicts among held visits that begin after `now`, earliest start first.

    What staff accepted of a visit is not listed. A request that is moving, or that is offered an earlier time, holds two, and may
    be listed twice. The number of queries does not grow with the requests. `rules`, the requests `holding` a seat from `now` on,
    the open `offers` of times ahead and the number of held `seats` by cell are not read again where they are given.
    """
    holding = ConsultRequest.objects.holding_from(now) if holding is None else holding
    offers = EarlierOffer.objects.ahead(now=now) if offers is None else offers
    held = [_Held(request, *one) for request in holding for one in request.held_visits]
    return _conflicts_among([*held, *map(_held_by, offers)], rules or read_rules(now), now, seats=seats)


def conflicts_of(request: ConsultRequest, *, rules: Rules, now: datetime) -> list[Conflict]:
    """The conflicts of one request's own visits."""
    return _conflicts_among([_Held(request, *one) for one in request.held_visits], rules, now)


def offer_misfits(offer: EarlierOffer, *, rules: Rules, now: datetime) -> bool:
    """Whether the offered time is in conflict."""
    return bool(_conflicts_among([_held_by(offer)], rules, now))


class _Held(NamedTuple):
    request: ConsultRequest
    visit: ConsultTime
    despite: dict[str, Any]
    is_offered: bool = False


def _held_by(offer: EarlierOffer) -> _Held:
    """An offer is kept despite nothing: staff take it back."""
    return _Held(offer.request, offer.visit, {}, is_offered=True)


def _conflicts_among(
    every: Iterable[_Held], rules: Rules, now: datetime, *, seats: Mapping[int, int] | None = None
) -> list[Conflict]:
    held = sorted((one for one in every if one.visit.start > now), key=lambda one: (one.visit.start, one.request.pk))
    if not held:
        return []
    if seats is None:
        crowded = _crowded_cells(held[0].visit.start, rules.policy.capacity)
    else:
        crowded = {cell for cell, count in seats.items() if count > rules.policy.capacity}
    found = []
    for one in held:
        misfits = _misfits(one.visit, rules, crowded)
        if reasons := tuple(reason for reason in misfits if not _is_accepted(reason, misfits, one.despite)):
            found.append(Conflict(one.request, one.visit, misfits, reasons, one.is_offered))
    return found


def _misfits(visit: ConsultTime, rules: Rules, crowded: set[int]) -> dict[str, Any]:
    posted = rules.posted
    found: dict[str, Any] = {}
    if not rules.covers(visit):
        intervals = posted.open_intervals(posted.local_date(visit.start))
        found["closed"] = [f"{interval.start.isoformat()}/{interval.end.isoformat()}" for interval in intervals]
    if not crowded.isdisjoint(cells_of(visit.start, visit.end - visit.start)):
        found["full"] = rules.policy.capacity
    return found


def _is_accepted(reason: str, misfits: dict[str, Any], despite: dict[str, Any]) -> bool:
    if reason not in despite:
        return False
    return despite[reason] <= misfits[reason] if reason == "full" else despite[reason] == misfits[reason]


def _crowded_cells(first_start: datetime, capacity: int) -> set[int]:
    first_cell = cells_of(first_start, ConsultRequest.SHORTEST).start
    counts = Seat.objects.filter(cell__gte=first_cell).order_by().values("cell").annotate(held=Count("id"))
    return set(counts.filter(held__gt=capacity).values_list("cell", flat=True))
