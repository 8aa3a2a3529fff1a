"""The times a booking page lists, by day, as the radio buttons show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from . import wording
from .scheduling import Offers

DAYS_SHOWN = 14


@dataclass(frozen=True)
class TimeChoices:
    """`days_of_starts`: (local date, local starts) in order. `nearest`: local starts put first after a refusal.

    `action` is where the form posts to.
    """

    days_of_starts: tuple[tuple[date, tuple[datetime, ...]], ...]
    action: str
    nearest: tuple[datetime, ...] = ()

    def days(self, chosen: datetime | str | None) -> list[dict]:
        """Each day with its radio buttons; the one that holds the chosen instant, or else the first, is open."""
        number = count()
        groups = [self._group(day, starts, number, chosen) for day, starts in self.days_of_starts]
        if self.nearest:
            groups.insert(0, self._nearest(chosen))
        if groups and not any(group["has_chosen"] for group in groups):
            groups[0]["is_open"] = True
        return groups

    def _group(self, day: date, starts: Iterable[datetime], number: Iterable[int], chosen) -> dict:
        spoken = wording.day_text(day)
        times = [_choice(start, next(number), chosen, label=wording.choice_text(start), spoken=f"{spoken}, ") for start in starts]
        has_chosen = any(choice["checked"] for choice in times)
        return {
            "label": spoken,
            "iso": day.isoformat(),
            "is_morning": all(start.time() < time(12) for start in starts),
            "is_open": has_chosen,
            "has_chosen": has_chosen,
            "count": len(times),
            "times": times,
        }

    def _nearest(self, chosen) -> dict:
        times = [
            _choice(start, f"near_{index}", chosen, label=f"{wording.day_text(start)}, {wording.choice_text(start)}", spoken="")
            for index, start in enumerate(self.nearest)
        ]
        return {
            "label": "Nearest open times",
            "iso": "nearest",
            "is_morning": False,
            "is_open": True,
            "has_chosen": False,
            "count": len(times),
            "times": times,
        }


def _choice(start: datetime, number, chosen, *, label: str, spoken: str) -> dict:
    return {
        "value": start.isoformat(timespec="minutes"),
        "id": f"id_starts_at_{number}",
        "label": label,
        "spoken": spoken,
        "checked": isinstance(chosen, datetime) and chosen == start,
    }


def listed_days(
    offers: Offers, first: date, zone: ZoneInfo, *, leave_out: datetime | None
) -> tuple[tuple[date, tuple[datetime, ...]], ...]:
    """The dates of the page that begins on `first` which have times that can be had, with those times."""
    days = (first + timedelta(days=number) for number in range(DAYS_SHOWN))
    listed = (
        (day, tuple(start.astimezone(zone) for start in offers.starts_on(day) if start != leave_out))
        for day in days
        if day <= offers.last_date
    )
    return tuple((day, starts) for day, starts in listed if starts)
