"""Held requests that no longer fit the posted hours or the capacity. Nothing moves them automatically: a person decides."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from .current_rules import read_rules
from .models import ConsultRequest, Seat
from .scheduling import Interval
from .scheduling.cells import cells_of


@dataclass(frozen=True)
class Conflict:
    """`reason`: `closed` (outside the posted hours) or `full` (over capacity)."""

    request: ConsultRequest
    visit: Interval
    reason: str

    @property
    def key(self) -> tuple[int, datetime]:
        return self.request.pk, self.visit.start


def find_conflicts(*, now: datetime) -> list[Conflict]:
    """The conflicts among held visits that begin after `now`, earliest start first.

    Visits that staff chose to keep anyway are not listed. A request that is moving holds two, and may be listed twice. The number
    of queries does not grow with the requests.
    """
    held = [
        (request, visit)
        for request in ConsultRequest.objects.holding_from(now)
        for visit, is_kept in request.held_visits
        if visit.start > now and not is_kept
    ]
    if not held:
        return []
    held.sort(key=lambda pair: (pair[1].start, pair[0].pk))
    rules = read_rules(now)
    crowded = _crowded_cells(held[0][1].start, rules.policy.capacity)
    found = []
    for request, visit in held:
        if not rules.posted.covers(visit.start, visit.end):
            found.append(Conflict(request, visit, "closed"))
        elif not crowded.isdisjoint(cells_of(visit.start, visit.end - visit.start)):
            found.append(Conflict(request, visit, "full"))
    return found


def _crowded_cells(first_start: datetime, capacity: int) -> set[int]:
    first_cell = cells_of(first_start, ConsultRequest.SHORTEST).start
    counts = Seat.objects.filter(cell__gte=first_cell).order_by().values("cell").annotate(held=Count("id"))
    return set(counts.filter(held__gt=capacity).values_list("cell", flat=True))
