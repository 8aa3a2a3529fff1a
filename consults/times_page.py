"""One page of open times: fourteen days from a date, with links to earlier and later ones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pages.models import Clinic

from . import booking, wording
from .models import ConsultRequest
from .scheduling import Offers
from .time_choices import DAYS_SHOWN, TimeChoices, listed_days


@dataclass(frozen=True)
class TimesPage:
    choices: TimeChoices
    context: dict


def times_page(
    *,
    asked: str | None,
    base_url: str,
    clinic: Clinic,
    now: datetime,
    wanted: datetime | None,
    mover: ConsultRequest | None = None,
) -> TimesPage:
    """The times from the date `asked` on (the text of ?from=, whatever it is, or None), and what the template needs around them.

    `wanted` is a start that was refused: the nearest times that can be had come first. `mover` is a request that looks for
    another time: its own seats count as free, and its own time is not listed.
    """
    rules = booking.current_offers(now=now, clinic=clinic)
    first = _first_date(asked or "", rules)
    last = min(first + timedelta(days=DAYS_SHOWN - 1), rules.last_date)
    offers = booking.with_held_seats(rules, *((rules.today, rules.last_date) if wanted else (first, last)), mover=mover)
    own = mover.starts_at if mover else None
    nearest = tuple(start.astimezone(clinic.zone) for start in offers.nearest(wanted, leave_out=own)) if wanted else ()
    listed = listed_days(offers, first, clinic.zone, leave_out=own)

    def url(day: date) -> str:
        return f"{base_url}?from={day.isoformat()}"

    following = first + timedelta(days=DAYS_SHOWN)
    context = {
        "shown_range": f"{wording.day_text(first)} to {wording.day_text(last)}",
        "earlier_url": url(max(first - timedelta(days=DAYS_SHOWN), rules.today)) if first > rules.today else "",
        "later_url": url(following) if last < rules.last_date else "",
        "next_date_url": "",
        "length_minutes": int(rules.policy.length.total_seconds() // 60),
    }
    if not listed and not nearest and (day := _next_date(rules, following, mover)):
        context["next_date_url"] = url(day)
    return TimesPage(TimeChoices(listed, base_url if asked is None else url(first), nearest), context)


def _first_date(asked: str, rules: Offers) -> date:
    """The first date of the page; past the last date, the last page."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = rules.today
    if day > rules.last_date:
        day = rules.last_date - timedelta(days=DAYS_SHOWN - 1)
    return max(day, rules.today)


def _next_date(rules: Offers, day: date, mover: ConsultRequest | None) -> date | None:
    """The first date from `day` on with a time that can be had; None up to the last date."""
    if day > rules.last_date:
        return None
    offers = booking.with_held_seats(rules, day, rules.last_date, mover=mover)
    own = mover.starts_at if mover else None
    while day <= offers.last_date:
        if any(start != own for start in offers.starts_on(day)):
            return day
        day += timedelta(days=1)
    return None
