"""Reads the posted rows into one value: the only source for the list of times, the checks, the footer and structured data."""

from collections import defaultdict
from datetime import date

from pages.models import Clinic

from .models import OpeningHours, SpecialHours
from .scheduling import PostedHours, Shift


def read_posted_hours(clinic: Clinic, *, since: date) -> PostedHours:
    """The weekly hours, and the special dates from the local date `since` on. Two queries."""
    week: dict[int, list[Shift]] = defaultdict(list)
    for weekday, opens, closes in OpeningHours.objects.order_by("weekday", "opens").values_list("weekday", "opens", "closes"):
        week[weekday].append(Shift(opens, closes))
    special: dict[date, list[Shift]] = defaultdict(list)
    rows = SpecialHours.objects.filter(date__gte=since).order_by("date", "opens")
    for row in rows:
        shifts = special[row.date]
        if row.opens is not None and row.closes is not None:
            shifts.append(Shift(row.opens, row.closes))
    return PostedHours(
        clinic.zone,
        {weekday: tuple(shifts) for weekday, shifts in week.items()},
        {day: tuple(shifts) for day, shifts in special.items()},
    )


def special_notes(*, since: date) -> dict[date, str]:
    """The notes on special dates, from the local date `since` on."""
    return dict(SpecialHours.objects.filter(date__gte=since).exclude(note="").values_list("date", "note"))
