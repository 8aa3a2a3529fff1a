"""The texts for a start or a decision that is refused. What only patients read is in `public/page_words.py`."""

from .scheduling import Refusal

REFUSALS = {
    Refusal.PAST: "That time has passed. Choose another time",
    Refusal.TOO_SOON: "That time is too soon for us to answer you. Choose a later time",
    Refusal.TOO_FAR: "That date is further ahead than we take requests for. Choose an earlier date",
    Refusal.CLOSED: "We are closed at that time. Choose another time",
    Refusal.NOT_A_START: "Consults do not start at that time. Choose one of the listed times",
    Refusal.TAKEN: "That time was taken a moment ago. Choose another time",
    Refusal.DECLINED: "We cannot see you at that time. Choose another time",
}

_NOT_ALLOWED = {
    "start_passed": "That time has passed, so it can no longer be changed here",
    "too_late_to_move": "It is too late to choose another time here",
    "no_visit_stands": "There is no confirmed visit to keep",
    "visit_stands": "A confirmed visit stays. Decline the move, or cancel the visit",
    "corrected_too_often": "The address was corrected twice already. Withdraw the request and send a new one",
    "same_address": "We already reply to that address",
    "reached_by_phone": "We answer this request by phone, so there is no address to correct",
    "moved_too_often": "You have changed the time too many times today. Please try again tomorrow",
    "times_are_kept": "We cannot take a time on this page right now. Your request stays, and we will find a time with you",
    "start_ahead": "The visit has not begun yet",
    "not_posted": "This start is no longer within the posted hours. Check the box to confirm it anyway, or move it to a new time",
    "no_time": "This request has no time yet. Move and confirm it at one first",
    "has_time": "This request has a time. Confirm it, move it, or decline it",
    "still_time": "The reply time has not passed",
    # A patient whose request was quarantined by mistake must not learn of it here.
    "is_quarantined": "This request cannot be changed here right now",
    "is_requested": "This request is waiting for our answer",
    "is_expired": "This request was not answered in time, and has ended",
    "is_missed": "The time of this visit is over",
    "is_erased": "This person's data was erased, so this request can no longer be changed",
    "is_confirmed_time": "That is the time of the confirmed visit. Decline the move to keep it",
    "no_conflict": "This visit is not in conflict, so there is no conflict to override",
    "conflict_changed": "The hours or the capacity changed since you opened the page. Check again what the visit no longer fits",
    "no_offer": "No time is on offer anymore",
    "offer_over": "That time is no longer held",
    "offer_changed": "Another time is offered now. Read it before you answer",
    "offer_open": "A time is offered already. Take that back first",
    "did_not_ask": "This person did not ask about earlier times",
    "move_waits": "The patient has asked for another time. Answer that first",
    "same_time": "That is the time this person asked for. Confirm it instead",
    "not_earlier": "That time is not earlier than the one this person has",
    "too_late_to_offer": "It is too late to offer a time: two hours have to be left, before that time and before our reply time",
    "wrong_reason": "Choose a reason from the list",
}


def not_allowed(code: str) -> str:
    """Why a decision is not allowed, as text; `is_<status>` means that the request now has that status."""
    return _NOT_ALLOWED.get(code) or f"This request is already {code.removeprefix('is_')}"
