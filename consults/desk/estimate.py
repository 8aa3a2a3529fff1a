"""Who is owed a written estimate of the cost, and by which date, once a visit is set (45 CFR 149.610).

Business days are Monday to Friday without public holidays of the whole country; a date is a local date of the clinic.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from consults import dates
from consults.models import ConsultRequest
from consults.public_holidays import UnknownPlace, holidays_between
from pages.models import Clinic

# A visit fewer business days ahead owes none unless somebody asks; from ten on there is more time.
_SOON, _FAR = 3, 10
_LOOKED_AT = timedelta(days=60)


@dataclass(frozen=True)
class Estimate:
    """What `_estimate.html` says. `by`: the date for this visit, empty where none is owed unasked. Where no time was chosen yet:
    `by` for a visit from `soonest` on, and `far_by` for one from `far` on.
    """

    by: str = ""
    soonest: str = ""
    far: str = ""
    far_by: str = ""


def estimate_of(start: datetime | None, *, set_at: datetime, clinic: Clinic) -> Estimate:
    """For a visit that is set at the instant; `start` None: at a time that is still to be chosen."""
    today = clinic.local_date(set_at)
    closed = _public_holidays(clinic, today)
    one, three = (_after(today, number, closed) for number in (1, 3))
    if start is None:
        soonest, far = (_after(today, number, closed) for number in (_SOON, _FAR))
        return Estimate(dates.day_text(one), dates.day_text(soonest), dates.day_text(far), dates.day_text(three))
    ahead = _business_days(today, clinic.local_date(start), closed)
    if ahead < _SOON:
        return Estimate()
    return Estimate(dates.day_text(three if ahead >= _FAR else one))


def estimate_once_set(found: ConsultRequest, *, now: datetime, clinic: Clinic) -> Estimate | None:
    """The same once the visit is confirmed and lies ahead, dated by when that was done."""
    visit = found.confirmed_visit
    if visit is None or visit.start <= now or found.status not in ConsultRequest.HOLDS_A_SEAT:
        return None
    set_at = found.events.confirming().order_by("-number").values_list("at", flat=True).first()
    return estimate_of(visit.start, set_at=set_at or now, clinic=clinic)


def _public_holidays(clinic: Clinic, today: date) -> Set[date]:
    try:
        return holidays_between(clinic.country, "", today, today + _LOOKED_AT).keys()
    except UnknownPlace:
        return frozenset()


def _after(day: date, number: int, closed: Set[date]) -> date:
    """The date that many business days later."""
    while number:
        day += timedelta(days=1)
        number -= _is_business_day(day, closed)
    return day


def _business_days(first: date, last: date, closed: Set[date]) -> int:
    """How many business days the date `last` is after `first`, counted up to sixty days."""
    days = min((last - first).days, _LOOKED_AT.days)
    return sum(_is_business_day(first + timedelta(days=number), closed) for number in range(1, days + 1))


def _is_business_day(day: date, closed: Set[date]) -> bool:
    return day.weekday() < 5 and day not in closed
