"""Readers of what an address or a form carries, where anything may arrive. What is out of bounds is nothing."""

import re
from datetime import date, datetime

# No clinic opens in another year.
_YEARS = range(1991, 2200)
# Near the first and the last year that Python knows, arithmetic with time zones overflows. In between, the booking rules judge.
_YEARS_OF_INSTANTS = range(2, 9999)


def read_whole_number(text: str | None, *, digits: int = 9) -> int | None:
    """The number; None for anything else, and for more digits than its column holds."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None


def read_date(text: str | None) -> date | None:
    """A date like 2026-12-07; None for anything else, and for a year no clinic opens in."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def read_instant(text: str | None) -> datetime | None:
    """An aware instant in ISO 8601, with whatever offset; None for anything else, and for a time without an offset."""
    # fromisoformat accepts any character between date and time, even NUL.
    if not text or not re.fullmatch(r"[0-9TtWZ:.,+ -]{1,40}", text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo and instant.year in _YEARS_OF_INSTANTS else None
