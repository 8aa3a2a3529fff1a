"""Public holidays of a country and state, as the `holidays` library lists them."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays


class UnknownPlace(Exception):
    """The library does not list this country, or not this state of it."""


def holidays_between(country: str, state: str, first: date, last: date) -> dict[date, str]:
    """The public holidays from the local date `first` to `last`, inclusive, by date, with their English names.

    `country` and `state` are two-letter codes; an empty state stands for the whole country. A holiday that is observed on
    another date is listed on both. Raises UnknownPlace.
    """
    years = range(first.year, last.year + 1)
    listed = {day: name for year in years for day, name in _holidays_of(country.upper(), state.upper(), year).items()}
    return {day: listed[day] for day in sorted(listed) if first <= day <= last}


@lru_cache(maxsize=64)
def _holidays_of(country: str, state: str, year: int) -> Mapping[date, str]:
    try:
        # Without a language, the names would be in that of the machine.
        found = holidays.country_holidays(country, subdiv=state or None, years=year, language="en_US")
    except NotImplementedError:
        raise UnknownPlace(country, state) from None
    return {day: name.replace("; ", " and ") for day, name in found.items()}
