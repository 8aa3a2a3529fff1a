"""How the clinic answers, by month: counts from requests and their events, which hold no person and stay after erasure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from pages.models import Clinic

from .models import ConsultRequest, Event
from .models.event import was_let_in

MONTHS = 12
Kind = Event.Kind
_ANSWERS = {Kind.CONFIRMED, Kind.RESCHEDULED, Kind.OFFER_ACCEPTED, Kind.DECLINED, Kind.ANSWERED}
# Counted in the month in which they happen.
_COLUMNS = {
    Kind.EXPIRED: "expired",
    Kind.MISSED: "no_shows",
    Kind.MOVED: "moved_by_patients",
    Kind.RESCHEDULED: "moved_by_staff",
}
_FIRST = {Kind.REQUESTED, Kind.QUARANTINED}


@dataclass
class Month:
    """`first`: its first date. `requests`, `answered_in_time` and `median_answer` are about the requests that came in it, the
    others about what happened in it.
    """

    first: date
    requests: int = 0
    answered_in_time: int = 0
    expired: int = 0
    no_shows: int = 0
    moved_by_patients: int = 0
    moved_by_staff: int = 0
    waits: list[timedelta] = field(default_factory=list)

    @property
    def median_answer(self) -> timedelta | None:
        """Half of the first answers came within this time; None without an answer."""
        return timedelta(seconds=median(wait.total_seconds() for wait in self.waits)) if self.waits else None


@dataclass(frozen=True)
class Figures:
    """`months`: oldest first. `hours_asked`: requests by (weekday, 0 is Monday; hour) of the start first asked for, in the
    clinic's zone. `without_time`: those for none of the listed times.
    """

    months: tuple[Month, ...]
    hours_asked: Mapping[tuple[int, int], int]
    without_time: int


def read_figures(*, now: datetime) -> Figures:
    """The month of `now` and the eleven before it, by the clinic's calendar. Two queries.

    What is set aside as possible spam is in none of them. An answer counts as in time by the reply time that the request has
    now; one that was moved after its answer has a later one.
    """
    clinic = Clinic.objects.current()
    months = {first: Month(first) for first in months_until(clinic.local_date(now))}
    since = datetime.combine(min(months), time.min, clinic.zone)
    events = Event.objects.filter(at__gte=since, kind__in=_ANSWERS | _COLUMNS.keys() | _FIRST)
    rows = events.filter(was_let_in("request")).exclude(request__status=ConsultRequest.Status.QUARANTINED)
    rows = rows.order_by("request_id", "number")
    hours: Counter[tuple[int, int]] = Counter()
    without_time = 0
    answered = set()
    columns = ("request_id", "number", "kind", "starts_at", "at", "request__created_at", "request__answer_by")
    for request, number, kind, starts_at, at, created_at, answer_by in rows.values_list(*columns).iterator():
        if kind in _COLUMNS:
            _add_one(months.get(_month(at, clinic.zone)), _COLUMNS[kind])
        came_in = months.get(_month(created_at, clinic.zone))
        if came_in is None:
            continue
        if number == 1:
            came_in.requests += 1
            start = starts_at and starts_at.astimezone(clinic.zone)
            without_time += start is None
            hours.update([(start.weekday(), start.hour)] if start else [])
        if kind in _ANSWERS and request not in answered:
            answered.add(request)
            came_in.answered_in_time += at <= answer_by
            came_in.waits.append(at - created_at)
    return Figures(tuple(months.values()), dict(hours), without_time)


def months_until(day: date) -> list[date]:
    """The first dates of the last twelve months, oldest first; the last is that of `day`."""
    number = day.year * 12 + day.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(number - MONTHS + 1, number + 1)]


def _add_one(month: Month | None, column: str) -> None:
    if month is not None:
        setattr(month, column, getattr(month, column) + 1)


def _month(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date().replace(day=1)
