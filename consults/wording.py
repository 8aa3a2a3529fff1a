"""How times, hours and refusals are said. American dates and twelve-hour times; noon and midnight by name."""

from datetime import date, datetime, time

from .scheduling import PostedHours, Refusal, Shift

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOSED = "Closed"

REFUSALS = {
    Refusal.PAST: "That time has passed. Choose another time",
    Refusal.TOO_SOON: "That time is too soon for us to answer you. Choose a later time",
    Refusal.TOO_FAR: "That date is further ahead than we take requests for. Choose an earlier date",
    Refusal.CLOSED: "We are closed at that time. Choose another time",
    Refusal.NOT_A_START: "Consults do not begin at that minute. Choose one of the listed times",
    Refusal.TAKEN: "That time was taken a moment ago. Choose another time",
}

# Where a request stands, as its patient reads it: the heading of their page, and a sentence.
STATUSES = {
    "requested": ("We have your request", "It is not confirmed until we write or call."),
    # The same words: who is set aside by mistake reads what is true of both.
    "quarantined": ("We have your request", "It is not confirmed until we write or call."),
    "confirmed": ("Your visit is confirmed", "We look forward to the conversation. You can decide everything else later."),
    "declined": ("We could not offer this consult", "This says nothing about you. You are welcome to ask for another time."),
    "withdrawn": ("You took this request back", "There is nothing else to do. You are welcome to ask again."),
    "cancelled": ("This visit does not take place", "We told you why when we wrote or called. You can ask for another time."),
    "expired": ("We did not answer in time", "That is our miss, not yours. You are welcome to ask for another time."),
    "completed": ("This request is complete", "Thank you. You are welcome to ask for another consult."),
    "missed": ("We missed you", "If you still want to talk, you are welcome to ask for another time."),
}

_NOT_ALLOWED = {
    "start_passed": "That time has passed, so it can no longer be changed here",
    "start_ahead": "The visit has not begun yet",
    "not_posted": "This start is no longer in the posted hours. Say yes to it, or offer another time",
    "no_time": "This request has no time yet. Offer one first",
    "has_time": "This request has a time. Confirm it or offer another",
    "still_time": "The reply time has not passed",
    # The same to a patient whose request was set aside by mistake, who must not read that it was.
    "is_quarantined": "This request cannot be changed here just now",
    "is_erased": "What this person gave was erased, so nothing more can be done with it",
    "wrong_reason": "Choose a reason from the list",
}


def not_allowed(code: str) -> str:
    """Why a decision does not fit, for people; `is_<status>` is a request that stands elsewhere by now."""
    return _NOT_ALLOWED.get(code) or f"This request is {code.removeprefix('is_')} by now"


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


def shifts_text(shifts: tuple[Shift, ...]) -> str:
    """`4:00 PM to 8:00 PM`, `8:00 AM to noon and 4:00 PM to 8:00 PM`, or `Closed`."""
    return " and ".join(f"{time_text(shift.opens)} to {time_text(shift.closes)}" for shift in shifts) or CLOSED


def visit_text(start: datetime, end: datetime, zone_label: str) -> str:
    """`Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time`. Both in the clinic's zone."""
    return f"{date_text(start)}, {start_text(start)}{_fold_text(start)} to {time_text(end.time())} {zone_label}"


def moment_text(value: datetime, zone_label: str) -> str:
    """`Wednesday, December 9, 2026, 8:00 PM Central Time`. In the clinic's zone."""
    return f"{date_text(value)}, {start_text(value)} {zone_label}"


def choice_text(start: datetime) -> str:
    """A start in the list of times; in the repeated hour of autumn its zone abbreviation tells the two apart."""
    return start_text(start) + _fold_text(start)


def _fold_text(value: datetime) -> str:
    is_repeated = value.replace(fold=0).utcoffset() != value.replace(fold=1).utcoffset()
    return f" {value:%Z}" if is_repeated else ""


def weekly_hours(posted: PostedHours) -> list[dict[str, str]]:
    """The ordinary week, days with equal hours joined: [{label: "Monday to Friday", text: "4:00 PM to 8:00 PM"}…]."""
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
    """The special dates from `today` to `until`, both included."""
    return [
        {"label": date_text(day), "text": shifts_text(shifts), "note": notes.get(day, "")}
        for day, shifts in sorted(posted.special.items())
        if today <= day <= until
    ]


def week_windows(posted: PostedHours) -> list[dict[str, str]]:
    """The seven windows of the home page: a letter, and whether its light is on in the morning, the evening, all day."""
    return [{"letter": name[0], "kind": _window(posted.week.get(weekday, ()))} for weekday, name in enumerate(WEEKDAYS)]


def _window(shifts: tuple[Shift, ...]) -> str:
    if not shifts:
        return "closed"
    if shifts[-1].closes <= time(13):
        return "morning"
    return "evening" if shifts[0].opens >= time(12) else "day"
