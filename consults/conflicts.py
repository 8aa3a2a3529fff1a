"""Held requests that no longer fit the posted hours or the capacity. Nothing moves them automatically: a person decides.

What a person accepted of a visit is stored with it: the hours of its date (`closed`), the capacity (`full`). Other hours, or a
lower capacity, that it does not fit either, are a conflict again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from .current_rules import Rules, read_rules
from .models import ConsultRequest, Seat
from .scheduling import Interval
from .scheduling.cells import cells_of

_IN_WORDS = {"closed": "outside the posted hours", "full": "over capacity"}


@dataclass(frozen=True)
class Conflict:
    """`misfits`: what the visit does not fit, by reason: `closed` (the open intervals of its date) and `full` (the capacity).
    `reasons`: those of them that nobody accepted.
    """

    request: ConsultRequest
    visit: Interval
    misfits: dict[str, Any]
    reasons: tuple[str, ...]

    @property
    def key(self) -> tuple[int, datetime]:
        return self.request.pk, self.visit.start

    @property
    def in_words(self) -> str:
        return " and ".join(_IN_WORDS[reason] for reason in self.reasons)


def find_conflicts(*, now: datetime) -> list[Conflict]:
    """The conflicts among held visits that begin after `now`, earliest start first.

    What staff accepted of a visit is not listed. A request that is moving holds two, and may be listed twice. The number of
    queries does not grow with the requests.
    """
    return _conflicts_among(ConsultRequest.objects.holding_from(now), read_rules(now), now)


def conflicts_of(request: ConsultRequest, *, rules: Rules, now: datetime) -> list[Conflict]:
    """The conflicts of one request."""
    return _conflicts_among([request], rules, now)


def _conflicts_among(requests: Iterable[ConsultRequest], rules: Rules, now: datetime) -> list[Conflict]:
    held = [(request, *held) for request in requests for held in request.held_visits if held[0].start > now]
    if not held:
        return []
    held.sort(key=lambda one: (one[1].start, one[0].pk))
    crowded = _crowded_cells(held[0][1].start, rules.policy.capacity)
    found = []
    for request, visit, despite in held:
        misfits = _misfits(visit, rules, crowded)
        if reasons := tuple(reason for reason in misfits if not _is_accepted(reason, misfits, despite)):
            found.append(Conflict(request, visit, misfits, reasons))
    return found


def _misfits(visit: Interval, rules: Rules, crowded: set[int]) -> dict[str, Any]:
    posted = rules.posted
    found: dict[str, Any] = {}
    if not posted.covers(visit.start, visit.end):
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
