"""The posted hours as schema.org data, from the same values as the hours that pages print."""

from datetime import date

from .dates import WEEKDAYS
from .scheduling import PostedHours, Shift


def opening_hours_markup(posted: PostedHours, *, today: date, until: date) -> dict[str, list[dict]]:
    """`openingHoursSpecification` with open days only, and `specialOpeningHoursSpecification` for special dates.

    A closed special date has 00:00 as both opening and closing time, as schema.org and search engines expect.
    """
    by_hours: dict[tuple[Shift, ...], list[str]] = {}
    for weekday, name in enumerate(WEEKDAYS):
        if shifts := posted.week.get(weekday, ()):
            by_hours.setdefault(shifts, []).append(name)
    markup: dict[str, list[dict]] = {
        "openingHoursSpecification": [
            {"@type": "OpeningHoursSpecification", "dayOfWeek": names, **_times(shift)}
            for shifts, names in by_hours.items()
            for shift in shifts
        ]
    }
    special = [
        {
            "@type": "OpeningHoursSpecification",
            "validFrom": day.isoformat(),
            "validThrough": day.isoformat(),
            **(_times(shift) if shift else {"opens": "00:00", "closes": "00:00"}),
        }
        for day, shifts in sorted(posted.special.items())
        if today <= day <= until
        for shift in (shifts or (None,))
    ]
    if special:
        markup["specialOpeningHoursSpecification"] = special
    return markup


def _times(shift: Shift) -> dict[str, str]:
    return {"opens": f"{shift.opens:%H:%M}", "closes": f"{shift.closes:%H:%M}"}
