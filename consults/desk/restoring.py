"""Whether a request that was set aside would get its time back, said before anybody restores it."""

from datetime import datetime

from consults import open_times
from consults.booking.staff_policy import for_staff
from consults.current_rules import read_rules
from consults.models import ConsultRequest
from consults.scheduling import Offers, Refusal

_FREE = "For a real person: holds the time again, which is still free. You then owe an answer."
NOT_POSSIBLE = "Not possible now:"
_NOT_FREE = f"{NOT_POSSIBLE} {{}}. For a real person, use “Restore without the time”, and give or offer another."
_WHY = {Refusal.TAKEN: "somebody else has the time", Refusal.CLOSED: "the clinic is closed at that time"}


def what_restoring_does(request: ConsultRequest, *, now: datetime) -> str:
    """For a request with a time. What somebody takes meanwhile is refused all the same."""
    if request.starts_at is None:
        return ""
    rules = read_rules(now)
    day = rules.posted.local_date(request.starts_at)
    offers = open_times.with_held_seats(Offers(rules.posted, for_staff(rules.policy), now), day, day)
    code = offers.refusal(request.starts_at)
    return _FREE if code is None else _NOT_FREE.format(_WHY.get(code, "that time is no longer offered"))
