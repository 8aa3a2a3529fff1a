"""Why the patient's own page does not do what it was asked for, and how the request is now. Written for a visit."""

from datetime import datetime

from consults import status_text
from consults.models import ConsultRequest
from consults.transitions import visit_began

# An offer ends with whatever is decided otherwise, so the page says what is true after that.
_OFFER_ENDED = {"no_offer", "offer_over"}
# What a page from before a visit began may still ask for.
_HAS_BEGUN = {"no_visit_stands", "too_late_to_move"}


def why_refused(found: ConsultRequest, code: str, *, now: datetime, has_visit: bool, way_out: str) -> str:
    """`way_out`: what they may do instead, if it is not too late for that either."""
    if code in _OFFER_ENDED:
        now_is = "visit is at the time" if found.status == ConsultRequest.Status.CONFIRMED else "request is now as"
        return f"That time is no longer held for you. Your {now_is} shown below"
    if code == "is_confirmed":
        return "Your visit is confirmed at the time shown below"
    if code in _HAS_BEGUN and has_visit and visit_began(found, now):
        return status_text.not_allowed("start_passed")
    text = status_text.not_allowed(code)
    if code == "too_late_to_move":
        return f"{text}. If the time does not work for you, {way_out}"
    return f"{text}, or {way_out}" if code == "moved_too_often" else text
