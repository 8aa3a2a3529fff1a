"""Times that patients cannot choose any more: a colleague says that the person agrees to one before it is theirs."""

from datetime import datetime

from consults import dates
from consults.current_rules import Rules

AGREES = "below_notice"
_CANNOT = "Patients cannot choose it on the site. It can be taken if the short notice works for this person."


def is_short(start: datetime | None, rules: Rules, now: datetime) -> bool:
    """Whether the start is ahead, and inside the notice that patients have to give."""
    return start is not None and now < start < now + rules.policy.notice


def short_until(starts: list[datetime], rules: Rules, now: datetime) -> datetime | None:
    """The end of the notice, where one of these starts is inside it."""
    return now + rules.policy.notice if any(is_short(start, rules, now) for start in starts) else None


def about_short_times(rules: Rules) -> str:
    """What a colleague reads before they choose such a time."""
    return f"A time marked “short notice” is less than {_hours(rules)} away. {_CANNOT}"


def about_short_time(start: datetime, rules: Rules) -> str:
    """The same of one start that was chosen."""
    local = rules.posted.local(start)
    when = f"{dates.day_text(local)}, {dates.choice_text(local)}"
    return f"{when}, is less than {_hours(rules)} away. {_CANNOT}"


def _hours(rules: Rules) -> str:
    hours = int(rules.policy.notice.total_seconds() // 3600)
    return f"{hours} hour{'' if hours == 1 else 's'}"
