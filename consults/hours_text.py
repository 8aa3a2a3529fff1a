"""Posted hours as text: the lines of the week, the special days, and the seven windows of the home page."""

from datetime import date, time

from .dates import WEEKDAYS, date_text, time_text
from .scheduling import PostedHours, Shift

CLOSED = "Closed"


def shifts_text(shifts: tuple[Shift, ...]) -> str:
    """`4:00 PM to 8:00 PM`, `8:00 AM to noon and 4:00 PM to 8:00 PM`, or `Closed`."""
    return " and ".join(f"{time_text(shift.opens)} to {time_text(shift.closes)}" for shift in shifts) or CLOSED


def weekly_hours(posted: PostedHours) -> list[dict[str, str]]:
    """The regular week, days with equal hours joined: [{label: "Monday to Friday", text: "4:00 PM to 8:00 PM"}…]."""
    rows: list[dict] = []
    for weekday, name in enumerate(WEEKDAYS):
        text = shifts_text(posted.week.get(weekday, ()))
        if rows and rows[-1]["text"] == text:
            rows[-1]["last"] = name
        else:
            rows.append({"first": name, "last": name, "text": text})
    return [
        {"label": row["first"] if row["first"] == row["last"] else f"{row['first']} to {row['last']}", "text": row["text"]}
        for row in rows
    ]


def special_days(posted: PostedHours, notes: dict[date, str], *, today: date, until: date) -> list[dict[str, str]]:
    """The special dates from `today` to `until`, inclusive."""
    return [
        {"label": date_text(day), "text": shifts_text(shifts), "note": notes.get(day, "")}
        for day, shifts in sorted(posted.special.items())
        if today <= day <= until
    ]


def week_windows(posted: PostedHours) -> list[dict[str, str]]:
    """The seven windows of the home page: a letter, and whether it is lit in the morning, the evening or all day."""
    return [{"letter": name[0], "kind": _window(posted.week.get(weekday, ()))} for weekday, name in enumerate(WEEKDAYS)]


def _window(shifts: tuple[Shift, ...]) -> str:
    if not shifts:
        return "closed"
    if shifts[-1].closes <= time(13):
        return "morning"
    return "evening" if shifts[0].opens >= time(12) else "day"
