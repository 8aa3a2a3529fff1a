"""The open times that a page lists: fourteen days from a date, as radio buttons by day, with links to earlier and later days."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from consults import dates, open_times
from consults.current_rules import Rules
from consults.models import ConsultRequest
from consults.public.too_soon import too_soon_text
from consults.scheduling import Offers
from pages.models import Clinic

DAYS_SHOWN = 14


@dataclass(frozen=True)
class TimeChoices:
    """`days_of_starts`: (local date, local starts) in order. `nearest`: local starts shown first after a refusal.

    `action`: the URL the form posts to.
    """

    days_of_starts: tuple[tuple[date, tuple[datetime, ...]], ...]
    action: str
    nearest: tuple[datetime, ...] = ()

    def days(self, chosen: datetime | str | None) -> list[dict]:
        """Each day with its radio buttons. The day of the chosen instant, or else the first, is expanded."""
        number = count()
        groups = [self._group(day, starts, number, chosen) for day, starts in self.days_of_starts]
        if self.nearest:
            groups.insert(0, self._nearest(chosen))
        if groups and not any(group["has_chosen"] for group in groups):
            groups[0]["is_open"] = True
        return groups

    def _group(self, day: date, starts: Iterable[datetime], number: Iterator[int], chosen) -> dict:
        spoken = dates.day_text(day)
        times = [_choice(start, next(number), chosen, label=dates.choice_text(start), spoken=f"{spoken}, ") for start in starts]
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
            _choice(start, f"near_{index}", chosen, label=f"{dates.day_text(start)}, {dates.choice_text(start)}", spoken="")
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
    offers: Offers, first: date, zone: ZoneInfo, *, leave_out: Set[datetime | None]
) -> tuple[tuple[date, tuple[datetime, ...]], ...]:
    """The dates with open times on the page that begins on `first`, with those times."""
    days = (first + timedelta(days=number) for number in range(DAYS_SHOWN))
    listed = (
        (day, tuple(start.astimezone(zone) for start in offers.starts_on(day) if start not in leave_out))
        for day in days
        if day <= offers.last_date
    )
    return tuple((day, starts) for day, starts in listed if starts)


@lru_cache(maxsize=64)
def day_list(choices: TimeChoices, chosen: datetime | str | None, name: str) -> SafeString:
    """The days with their radio buttons, called `name`, as HTML. Most of what a page with times costs, so it is made once."""
    return mark_safe(render_to_string("form_pack/_day_list.html", {"days": choices.days(chosen), "name": name}))  # noqa: S308


@dataclass(frozen=True)
class TimesPage:
    choices: TimeChoices
    context: dict


def read_times_page(
    *,
    asked: str | None,
    base_url: str,
    clinic: Clinic,
    now: datetime,
    wanted: datetime | None,
    moving: ConsultRequest | None = None,
    leave_out: Set[datetime | None] = frozenset(),
    offers: Offers | None = None,
) -> TimesPage:
    """The open times from the date `asked` on (the raw text of ?from=, or None), with the context their template needs.

    `wanted` is a start that was refused: the nearest open times are shown first. `moving` is a request being rescheduled by
    the patient: its own seats count as free. Starts in `leave_out` are not listed. `offers`: as `read_listed` has just read them.
    """
    rules = offers or open_times.current_offers(now=now)
    first, last = _range(asked, rules)
    if offers is None:
        offers = open_times.with_held_seats(rules, *((rules.today, rules.last_date) if wanted else (first, last)), moving=moving)
    nearest = tuple(start.astimezone(clinic.zone) for start in offers.nearest(wanted, leave_out=leave_out)) if wanted else ()
    listed = listed_days(offers, first, clinic.zone, leave_out=leave_out)

    def url(day: date) -> str:
        return f"{base_url}?from={day.isoformat()}"

    following = first + timedelta(days=DAYS_SHOWN)
    context = {
        "shown_range": f"{dates.day_text(first)} to {dates.day_text(last)}",
        "earlier_url": url(max(first - timedelta(days=DAYS_SHOWN), rules.today)) if first > rules.today else "",
        "later_url": url(following) if last < rules.last_date else "",
        "next_date_url": "",
        # A patient who moves calls about a visit, not about a time.
        "too_soon": too_soon_text(offers, first, last) if clinic.phone and first == rules.today and not moving else "",
        "length_minutes": int(rules.policy.length.total_seconds() // 60),
    }
    if not listed and not nearest and (day := _next_date(rules, following, moving, leave_out)):
        context["next_date_url"] = url(day)
    return TimesPage(TimeChoices(listed, base_url if asked is None else url(first), nearest), context)


def read_listed(asked: str | None, *, rules: Rules, now: datetime) -> tuple[date, Offers]:
    """The first date of the page, and all that its list of times is made of, with the held seats of its dates counted."""
    offers = open_times.current_offers(now=now, rules=rules)
    first, last = _range(asked, offers)
    return first, open_times.with_held_seats(offers, first, last)


def is_any_listed(offers: Offers, first: date) -> bool:
    """Whether the page that begins on `first` lists any open time."""
    return any(offers.starts_on(first + timedelta(days=number)) for number in range(DAYS_SHOWN))


def _range(asked: str | None, rules: Offers) -> tuple[date, date]:
    first = _first_date(asked or "", rules)
    return first, min(first + timedelta(days=DAYS_SHOWN - 1), rules.last_date)


def _first_date(asked: str, rules: Offers) -> date:
    """The first date of the page; that of the last page when `asked` is too late."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = rules.today
    if day > rules.last_date:
        day = rules.last_date - timedelta(days=DAYS_SHOWN - 1)
    return max(day, rules.today)


def _next_date(rules: Offers, day: date, moving: ConsultRequest | None, leave_out: Set[datetime | None]) -> date | None:
    """The first date from `day` on with an open time, or None."""
    if day > rules.last_date:
        return None
    offers = open_times.with_held_seats(rules, day, rules.last_date, moving=moving)
    while day <= offers.last_date:
        if any(start not in leave_out for start in offers.starts_on(day)):
            return day
        day += timedelta(days=1)
    return None
