"""Answers promised for a time when the clinic is closed. A reply time stays as the person was told it (docs/booking.md)."""

from collections.abc import Iterable
from datetime import datetime

from .models import ConsultRequest
from .scheduling import PostedHours


def is_open_until(posted: PostedHours, moment: datetime) -> bool:
    """Whether the clinic is open on the local date of `moment`, and closes no earlier. Two hours before a start may precede
    the opening, so that is not asked."""
    intervals = posted.open_intervals(posted.local_date(moment))
    return bool(intervals) and moment <= intervals[-1].end


def newly_closed(before: PostedHours, after: PostedHours, *, now: datetime) -> list[ConsultRequest]:
    """The requests that wait for an answer by a time at which the clinic was open before a change of hours and is not after it,
    earliest reply time first. No query when the hours are the same."""
    if before == after:
        return []
    waiting = ConsultRequest.objects.filter(status__in=ConsultRequest.AWAITING_ANSWER, answer_by__gt=now)
    found = waiting.only("pk", "reference", "answer_by").order_by("answer_by", "pk")
    return [one for one in found if is_open_until(before, one.answer_by) and not is_open_until(after, one.answer_by)]


def shown_in_form(requests: Iterable[ConsultRequest]) -> str:
    """What a hidden field tells of the answers that the page showed."""
    return " ".join(f"answer-{request.pk}-{request.answer_by.timestamp():.0f}" for request in requests)
