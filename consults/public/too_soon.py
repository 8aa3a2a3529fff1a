"""The free times inside the notice, as text: someone who calls may still get one of them."""

from datetime import date, datetime, timedelta
from itertools import groupby, islice

from consults import dates
from consults.scheduling import Offers

MOST_SHOWN = 5


def too_soon_text(offers: Offers, first: date, last: date) -> str:
    """`Wednesday, December 2, 4:00 PM and 4:30 PM are too soon`, of the local dates `first` to `last`; empty without any.

    `offers` has the held seats of these dates.
    """
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    soon = [offers.posted.local(start) for start in islice(_starts(offers, days), MOST_SHOWN + 1)]
    shown = soon[:MOST_SHOWN]
    by_day = [(day, [dates.choice_text(start) for start in starts]) for day, starts in groupby(shown, key=datetime.date)]
    if not by_day:
        return ""
    if len(soon) > MOST_SHOWN:
        by_day[-1][1].append("later")
    listed = "; ".join(f"{dates.day_text(day)}, {_joined(times)}" for day, times in by_day)
    return f"{listed} {'is' if len(soon) == 1 else 'are'} too soon"


def _starts(offers: Offers, days):
    return (start for day in days for start in offers.too_soon_on(day))


def _joined(times: list[str]) -> str:
    return " and ".join(part for part in (", ".join(times[:-1]), times[-1]) if part)
