"""The deadline for answering a request."""

from datetime import datetime, timedelta

from .hours import PostedHours

BEFORE_THE_START = timedelta(hours=2)
# A request whose offer was refused, or ran out, is still answered in time.
BEFORE_THE_REPLY_TIME = timedelta(hours=2)
# A clinic that posts no hours at all still owes an answer.
LONGEST_LOOK_AHEAD = 30


def offer_due(
    *, posted: PostedHours, open_days: int, offered_at: datetime, starts_at: datetime, answer_by: datetime | None
) -> datetime:
    """By when an offer of this start is taken: as a request that came in at that instant is answered. `answer_by`: of a request
    that nobody confirmed yet, which still has to be answered after a no. The result may lie in the past.
    """
    due = reply_due(posted=posted, open_days=open_days, asked_at=offered_at, starts_at=starts_at, stands_until=starts_at)
    return min(due, answer_by - BEFORE_THE_REPLY_TIME) if answer_by else due


def leaves_time(start: datetime, now: datetime) -> bool:
    """Whether enough time is left before the start to ask for another one, and to be answered. Page and letters ask it too."""
    return start - BEFORE_THE_START > now


def leaves_time_to_offer(answer_by: datetime, now: datetime) -> bool:
    """Whether a request that nobody confirmed yet can be offered a time before it has to be answered."""
    return answer_by - BEFORE_THE_REPLY_TIME > now


def reply_due(
    *, posted: PostedHours, open_days: int, asked_at: datetime, starts_at: datetime | None, stands_until: datetime | None = None
) -> datetime:
    """The earlier of the closing time of the `open_days`-th open date after the local date of asking, and two hours
    before the start. Instants are aware; the result is in UTC. The rule is in docs/booking.md, "By when it is answered".

    A request whose start is less than two hours away (from a caller, or with a shorter notice) is due by the start: a reply
    time in the past would expire the request as soon as it is made. A confirmed visit that stands meanwhile begins at
    `stands_until`: then the answer is due two hours before the earlier of both, which may lie in the past.
    """
    due = _closing_of_open_date(posted, open_days, asked_at)
    if starts_at is not None:
        before_the_start = starts_at - BEFORE_THE_START
        due = min(due, before_the_start if before_the_start > asked_at or stands_until else starts_at)
    return min(due, stands_until - BEFORE_THE_START) if stands_until else due


def _closing_of_open_date(posted: PostedHours, open_days: int, asked_at: datetime) -> datetime:
    day = posted.local_date(asked_at)
    for _ in range(LONGEST_LOOK_AHEAD):
        day += timedelta(days=1)
        intervals = posted.open_intervals(day)
        if intervals:
            open_days -= 1
            if open_days <= 0:
                return intervals[-1].end
    return asked_at + timedelta(days=LONGEST_LOOK_AHEAD)
