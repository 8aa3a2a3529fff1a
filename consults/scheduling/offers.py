"""Which starts are offered, and why any other start is refused (docs/booking.md)."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from .cells import cells_of
from .hours import PostedHours


class Refusal(StrEnum):
    """Why a consult may not begin at an instant. `status_text` has the text for people."""

    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    NOT_A_START = "not_a_start"
    TAKEN = "taken"
    # Only of a request that was told so.
    DECLINED = "declined"


@dataclass(frozen=True)
class Policy:
    length: timedelta = timedelta(minutes=30)
    capacity: int = 1
    notice: timedelta = timedelta(hours=24)
    horizon_days: int = 60
    answer_open_days: int = 2


@dataclass(frozen=True)
class Offers:
    """The rules at one instant: the posted hours, the policy, the held seats and the time now.

    `held` counts held seats by cell number; missing cells are free. `now` is aware.
    """

    posted: PostedHours
    policy: Policy
    now: datetime
    held: Mapping[int, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.posted.local_date(self.now)

    @property
    def last_date(self) -> date:
        """The last local date on which a consult may begin."""
        return self.today + timedelta(days=self.policy.horizon_days)

    def grid(self, day: date) -> Iterator[datetime]:
        """Every start that fits the posted hours of a local date: one length apart, counted from each opening."""
        for interval in self.posted.open_intervals(day):
            start = interval.start
            while start + self.policy.length <= interval.end:
                yield start
                start += self.policy.length

    def starts_on(self, day: date) -> list[datetime]:
        """The starts of a local date that are offered now, in UTC, earliest first."""
        return [start for start in self.grid(day) if self.refusal(start, on_grid=True) is None]

    def too_soon_on(self, day: date) -> list[datetime]:
        """The starts of a local date that would be offered but for the notice, in UTC, earliest first."""
        inside = (start for start in self.grid(day) if self.refusal(start, on_grid=True) is Refusal.TOO_SOON)
        return [start for start in inside if self.free_seats(start)]

    def refusal(self, start: datetime, *, on_grid: bool = False) -> Refusal | None:
        """Why a consult may not begin at this instant; None when it may. `on_grid` skips the check of the posted hours."""
        if start <= self.now:
            return Refusal.PAST
        day = self.posted.local_date(start)
        if day > self.last_date:
            return Refusal.TOO_FAR
        if not on_grid and start not in self.grid(day):
            fits = self.posted.covers(start, start + self.policy.length)
            return Refusal.NOT_A_START if fits else Refusal.CLOSED
        if start - self.now < self.policy.notice:
            return Refusal.TOO_SOON
        if not self.free_seats(start):
            return Refusal.TAKEN
        return None

    def free_seats(self, start: datetime) -> int:
        """How many more consults that begin at this instant would find a seat from beginning to end."""
        most_held = max(self.held.get(cell, 0) for cell in cells_of(start, self.policy.length))
        return max(0, self.policy.capacity - most_held)

    def nearest(
        self, wanted: datetime, count: int = 3, within_days: int = 21, leave_out: Set[datetime | None] = frozenset()
    ) -> list[datetime]:
        """Up to `count` offered starts nearest in time to `wanted`, without `leave_out`, in order of time."""
        wanted_day = min(max(self.posted.local_date(wanted), self.today), self.last_date)
        found: list[datetime] = []
        for distance in range(within_days + 1):
            days = {wanted_day - timedelta(days=distance), wanted_day + timedelta(days=distance)}
            open_days = [day for day in days if self.today <= day <= self.last_date]
            found += [start for day in open_days for start in self.starts_on(day) if start not in leave_out]
            # One more day on each side: a start on the next day may be nearer than a distant one on this day.
            if len(found) >= count and distance:
                break
        return sorted(sorted(found, key=lambda start: (abs(start - wanted), start))[:count])
