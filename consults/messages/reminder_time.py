"""When a reminder of a visit is due. Pure."""

from datetime import datetime, time, timedelta

from consults.scheduling import ConsultTime, PostedHours

_REMINDER_AT = time(10)
# A clinic that is closed for longer before a visit calls, if at all, on the day before.
_MOST_DAYS_BEFORE = 14


def reminder_time(visit: ConsultTime, posted: PostedHours, *, by_phone: bool) -> datetime:
    """10 AM local time on the day before the visit. A call is due while somebody is there to make it: on the last day before the
    visit's own on which the clinic is open, from 10 AM on if it is open later that day.
    """
    day_of_visit = posted.local_date(visit.start)
    at = datetime.combine(day_of_visit - timedelta(days=1), _REMINDER_AT, posted.zone)
    if not by_phone:
        return at
    for days in range(1, _MOST_DAYS_BEFORE + 1):
        day = day_of_visit - timedelta(days=days)
        if intervals := posted.open_intervals(day):
            ten = datetime.combine(day, _REMINDER_AT, posted.zone)
            return next((max(one.start, ten) for one in intervals if one.end > ten), intervals[-1].start)
    return at
