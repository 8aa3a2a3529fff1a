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


def find_conflicts(*, now: datetime) -> list[Conflict]:
    """The conflicts among held requests that begin after `now`, earliest start first.

    Requests that staff chose to keep anyway are not listed. The number of queries does not grow with the requests.
    """
    requests = ConsultRequest.objects.holding_from(now).filter(kept_outside_hours=False)
    held = [(request, visit) for request in requests if (visit := request.visit) is not None]
    if not held:
        return []
    rules = read_rules(now)
    crowded = _requests_in_crowded_cells(held[0][1].start, rules.policy.capacity)
    found = []
    for request, visit in held:
        if not rules.posted.covers(visit.start, visit.end):
            found.append(Conflict(request, visit, "closed"))
        elif request.pk in crowded:
            found.append(Conflict(request, visit, "full"))
    return found


def _requests_in_crowded_cells(first_start: datetime, capacity: int) -> set[int]:
    first_cell = cells_of(first_start, ConsultRequest.SHORTEST).start
    counts = Seat.objects.filter(cell__gte=first_cell).order_by().values("cell").annotate(held=Count("id"))
    crowded = counts.filter(held__gt=capacity).values("cell")
    return set(Seat.objects.filter(cell__in=crowded).values_list("request_id", flat=True))
