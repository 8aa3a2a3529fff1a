"""Coming public holidays on posted hours, about which nobody has said yet whether the clinic is open."""

from dataclasses import dataclass
from datetime import date, datetime

from .current_rules import Rules, read_rules
from .dates import day_text
from .hours_text import shifts_text
from .models import OpenHoliday
from .public_holidays import UnknownPlace, holidays_between
from .scheduling import Offers


@dataclass(frozen=True)
class HolidayQuestion:
    """Is the clinic open on this local date? `hours`: what is posted, as text."""

    day: date
    name: str
    hours: str

    @property
    def text(self) -> str:
        return f"{day_text(self.day)}, is {self.name}. The clinic is posted open {self.hours}."


def open_questions(*, now: datetime) -> list[HolidayQuestion]:
    """The questions from today to the last date that can be asked for, earliest first; none in a place without known holidays.

    Special hours of a date are an answer too. Two queries while the rules are the same, however many questions there are.
    """
    rules = read_rules(now)
    try:
        found = _on_posted_hours(rules, now)
    except UnknownPlace:
        return []
    if not found:
        return []
    answered = set(OpenHoliday.objects.filter(date__in=found).values_list("date", flat=True))
    return [
        HolidayQuestion(day, name, shifts_text(rules.posted.shifts_on(day))) for day, name in found.items() if day not in answered
    ]


def unknown_place(*, now: datetime) -> str:
    """What is not known of the clinic's place, `country XX` or `state ZZ`; empty when its holidays are known."""
    clinic = read_rules(now).clinic
    today = clinic.local_date(now)
    for state, what in (("", f"country {clinic.country}"), (clinic.state, f"state {clinic.state}")):
        try:
            holidays_between(clinic.country, state, today, today)
        except UnknownPlace:
            return what
    return ""


def _on_posted_hours(rules: Rules, now: datetime) -> dict[date, str]:
    dates = Offers(rules.posted, rules.policy, now)
    found = holidays_between(rules.clinic.country, rules.clinic.state, dates.today, dates.last_date)
    return {day: name for day, name in found.items() if day not in rules.posted.special and rules.posted.shifts_on(day)}
