"""Dates and times of day as text: American dates, the twelve-hour clock, noon and midnight by name."""

from datetime import date, datetime, time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def time_text(value: time) -> str:
    """`4:00 PM`, `noon`, `midnight`."""
    if value == time(12):
        return "noon"
    if value == time(0):
        return "midnight"
    return f"{value.hour % 12 or 12}:{value.minute:02} {'AM' if value.hour < 12 else 'PM'}"


def start_text(value: datetime) -> str:
    """The time of day a consult begins, `12:00 noon` in full, so that a list of times reads evenly."""
    text = time_text(value.timetz().replace(tzinfo=None))
    return f"12:00 {text}" if text in {"noon", "midnight"} else text


def day_text(value: date) -> str:
    """`Monday, December 7`."""
    return f"{WEEKDAYS[value.weekday()]}, {value:%B} {value.day}"


def date_text(value: date) -> str:
    """`Monday, December 7, 2026`."""
    return f"{day_text(value)}, {value.year}"


def visit_text(start: datetime, end: datetime, zone_label: str) -> str:
    """`Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time`. Both in the clinic's zone."""
    until = time_text(end.time()) + _fold_text(end)
    return f"{date_text(start)}, {choice_text(start)} to {until} {zone_label}"


def moment_text(value: datetime, zone_label: str) -> str:
    """`Wednesday, December 9, 2026, 8:00 PM Central Time`. In the clinic's zone."""
    return f"{date_text(value)}, {choice_text(value)} {zone_label}"


def choice_text(start: datetime) -> str:
    """A time of day; in the repeated hour of fall, the zone abbreviation tells the two apart."""
    return start_text(start) + _fold_text(start)


def _fold_text(value: datetime) -> str:
    is_repeated = value.replace(fold=0).utcoffset() != value.replace(fold=1).utcoffset()
    return f" {value:%Z}" if is_repeated else ""
