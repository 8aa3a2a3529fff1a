"""What people read about a request's status, and about a start or a decision that is refused."""

from .scheduling import Refusal

REFUSALS = {
    Refusal.PAST: "That time has passed. Choose another time",
    Refusal.TOO_SOON: "That time is too soon for us to answer you. Choose a later time",
    Refusal.TOO_FAR: "That date is further ahead than we take requests for. Choose an earlier date",
    Refusal.CLOSED: "We are closed at that time. Choose another time",
    Refusal.NOT_A_START: "Consults do not begin at that minute. Choose one of the listed times",
    Refusal.TAKEN: "That time was taken a moment ago. Choose another time",
}

# The status of a request, as its patient reads it: the heading of their page, and a sentence.
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
    """Why a decision does not fit, for people; `is_<status>` is a request with another status by now."""
    return _NOT_ALLOWED.get(code) or f"This request is {code.removeprefix('is_')} by now"
