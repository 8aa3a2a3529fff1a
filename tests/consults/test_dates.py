"""Dates and times of day in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from consults import dates

CHICAGO = ZoneInfo("America/Chicago")


def test_in_the_repeated_hour_of_fall_every_time_of_day_names_its_zone():
    """The clocks go back at 2:00 AM: 6:30 UTC is 1:30 AM for the first time, and 7:00 UTC is 1:00 AM for the second."""
    half_past, first, one, two = (
        datetime(2026, 11, 1, *utc, tzinfo=UTC).astimezone(CHICAGO) for utc in ((6, 30), (6,), (7,), (8,))
    )
    sunday = "Sunday, November 1, 2026,"
    assert dates.visit_text(half_past, one, "Central Time") == f"{sunday} 1:30 AM CDT to 1:00 AM CST Central Time"
    assert dates.visit_text(one, two, "Central Time") == f"{sunday} 1:00 AM CST to 2:00 AM Central Time"
    assert dates.moment_text(first, "Central Time") == f"{sunday} 1:00 AM CDT Central Time"
    assert dates.moment_text(one, "Central Time") == f"{sunday} 1:00 AM CST Central Time"
    assert dates.moment_text(two, "Central Time") == f"{sunday} 2:00 AM Central Time"
