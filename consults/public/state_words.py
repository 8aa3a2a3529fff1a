"""The sentences of the patient's own page for each state of a request: the heading, and what follows it."""

from datetime import datetime

from consults.models import ConsultRequest
from consults.transitions import has_begun, visit_began, went_unanswered

Status = ConsultRequest.Status
# The heading, and a sentence. `reach` and `told` depend on how the person is answered.
WAITS = ("We have your request", "It is not confirmed until we {reach} you.")
OF_STATUS = {
    Status.REQUESTED: WAITS,
    # The same text: someone quarantined by mistake still reads a true statement.
    Status.QUARANTINED: WAITS,
    Status.CONFIRMED: ("Your visit is confirmed", "We look forward to the conversation."),
    Status.DECLINED: ("We closed this request", "{told}"),
    Status.WITHDRAWN: ("You withdrew this request", "There is nothing else to do. You are welcome to ask again."),
    Status.CANCELLED: ("This visit has been cancelled", "{told}"),
    Status.EXPIRED: ("We did not answer in time", "That is our mistake, not yours. You are welcome to ask again."),
    Status.COMPLETED: ("This request is complete", "Thank you. You are welcome to ask for another consult."),
    Status.MISSED: ("We missed you", "If you still want to talk, you are welcome to ask for another time."),
}
# The same while a time is offered, which nobody has to confirm once it is taken.
OFFERED = (
    "We have your request",
    "If you take the other time that we offer, it is confirmed at once. "
    "The time you asked for is not confirmed until we {reach} you.",
)
OFFERED_A_FIRST_TIME = ("We have your request", "If you take the time that we offer, it is confirmed at once.")
CANCELLED_BY_PATIENT = ("You cancelled this visit", "You do not need to tell us anything else. You are welcome to ask again.")
BEGAN = ("It is time for your visit", "We look forward to the conversation.")
PASSED = ("The time of your visit has passed", "If we did not meet, you are welcome to ask for another time.")
MOVING = (
    "Your visit is confirmed. The new time is not confirmed yet",
    "Your confirmed visit keeps its time until we confirm the new one.",
)
# The same once the new time has begun, or the confirmed visit, and the move has not been ended yet.
_NEVER_ANSWERED = "We did not answer about the new time before it began. That is our mistake, and we are sorry."
_ASKED_BEGAN = ("Your visit is confirmed", f"{_NEVER_ANSWERED} Your confirmed visit keeps its time.")
NOT_ANSWERED = "We were late in answering about the new time, and we are sorry. It is not confirmed until we {reach} you."
_BEGAN_MOVING = "It is time for your confirmed visit"
_PASSED_MOVING = "The time of your confirmed visit has passed"


def of(found: ConsultRequest, *, is_offered: bool, lost_a_visit: bool, now: datetime) -> tuple[str, str]:
    """The heading and a sentence. `is_offered`: they may take a time. `lost_a_visit`: what ended was, to them, a visit."""
    visit = found.visit
    if found.is_moving:
        return _of_a_move(found, now)
    if found.status == Status.CONFIRMED and visit and visit.start <= now:
        return PASSED if visit.end <= now else BEGAN
    if went_unanswered(found, now):
        return OF_STATUS[Status.EXPIRED]
    if found.status == Status.REQUESTED and is_offered:
        return OFFERED if visit else OFFERED_A_FIRST_TIME
    if found.status == Status.CANCELLED and not lost_a_visit:
        return OF_STATUS[Status.DECLINED]
    by_patient = found.status == Status.WITHDRAWN and lost_a_visit
    return CANCELLED_BY_PATIENT if by_patient else OF_STATUS[Status(found.status)]


def _of_a_move(found: ConsultRequest, now: datetime) -> tuple[str, str]:
    """The heading and a sentence: also where nobody answered the move before one of its two times began."""
    asked_began, kept = has_begun(found, now), found.confirmed_visit
    if not visit_began(found, now):
        return _ASKED_BEGAN if asked_began else MOVING
    heading = _BEGAN_MOVING if kept and kept.end > now else _PASSED_MOVING
    return heading, _NEVER_ANSWERED if asked_began else NOT_ANSWERED


def why(*, is_called: bool, was_told: bool) -> str:
    """Where the reason of an answer is to be read or heard."""
    if not is_called:
        return "Our email tells you why."
    return "We told you why when we called." if was_told else "We will tell you why when we call."
