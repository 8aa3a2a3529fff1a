"""Posted hours as values, and the instants they cover (docs/decisions/0003).

The clinic is open at an instant exactly when its wall clock then reads a time inside a posted
shift. Therefore the hour that is skipped in spring contains no instant, and the hour that is
repeated in fall counts twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Shift:
    """Local opening and closing time of one shift; `opens` < `closes`, both multiples of 5 minutes."""

    opens: time
    closes: time


@dataclass(frozen=True, order=True)
class Interval:
    """From `start` up to but not including `end`, both aware and in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, order=True)
class ConsultTime(Interval):
    """When one consult takes place, or would. Two of one start are the same time to a person, also where the clinic has changed
    the length of its consults in between: one who has it has not lost it.
    """

    end: datetime = field(compare=False)


@dataclass(frozen=True)
class PostedHours:
    """The hours that staff posted: shifts by weekday (0 is Monday), and dates whose shifts replace the weekly ones.

    A special date with no shifts is closed.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Shift, ...]]
    special: Mapping[date, tuple[Shift, ...]] = field(default_factory=dict)

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """The shifts in force on a local date, earliest first."""
        return self.special[day] if day in self.special else self.week.get(day.weekday(), ())

    def open_intervals(self, day: date) -> list[Interval]:
        """The intervals of a local date during which the clinic is open, earliest first, one for each shift.

        Empty in the last year that a date can have, whose last days have no next day: only a ruined row names it.
        """
        if day.year == date.max.year:
            return []
        return [interval for shift in self.shifts_on(day) for interval in _instants(day, shift, self.zone)]

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def local_date(self, instant: datetime) -> date:
        return self.local(instant).date()

    def open_from(self, instant: datetime, *, days: int = 14) -> datetime | None:
        """The first instant at or after this aware one when the clinic is open; None when it is not on one of these `days`."""
        first = self.local_date(instant)
        intervals = (one for number in range(days) for one in self.open_intervals(first + timedelta(days=number)))
        return next((max(one.start, instant) for one in intervals if one.end > instant), None)

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether `start` to `end`, both aware, is entirely inside one open interval."""
        return any(i.start <= start and end <= i.end for i in self.open_intervals(self.local_date(start)))


def _instants(day: date, shift: Shift, zone: ZoneInfo) -> Iterator[Interval]:
    """The UTC intervals during which the wall clock of `day` reads a time in the shift; adjacent ones are joined."""
    pending: Interval | None = None
    for segment_start, segment_end, offset in _offset_segments(day, zone):
        opens = datetime.combine(day, shift.opens, UTC) - offset
        closes = datetime.combine(day, shift.closes, UTC) - offset
        start, end = max(opens, segment_start), min(closes, segment_end)
        if start >= end:
            continue
        if pending and pending.end == start:
            pending = Interval(pending.start, end)
            continue
        if pending:
            yield pending
        pending = Interval(start, end)
    if pending:
        yield pending


@lru_cache(maxsize=4096)
def _offset_segments(day: date, zone: ZoneInfo) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """UTC intervals around a local date with a constant offset: one on most days, two on a clock change."""
    noon = datetime.combine(day, time(12), UTC)
    first, last = noon - timedelta(hours=40), noon + timedelta(hours=40)
    segments = []
    start, offset = first, _offset(first, zone)
    hour = first
    while hour < last:
        hour += timedelta(hours=1)
        if _offset(hour, zone) != offset:
            change = _first_minute_with_another_offset(hour - timedelta(hours=1), offset, zone)
            segments.append((start, change, offset))
            start, offset = change, _offset(change, zone)
    segments.append((start, last, offset))
    return tuple(segments)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _first_minute_with_another_offset(instant: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    while _offset(instant, zone) == offset:
        instant += timedelta(minutes=1)
    return instant
