"""The only writer of a request's status (docs/booking.md). Each function is one decision in one transaction (see `decision`).

Instants are aware. `version` is the version that the caller saw: an older one raises Stale. A decision that does not fit the
status raises NotAllowed, an unavailable start raises Refused; neither changes anything. Above each function is its transition.
"""

from consults.decision import NotAllowed, Refused, Stale
from consults.transitions import TRANSITIONS

from .answering import (
    answer_request,
    cancel_request,
    confirm_request,
    decline_request,
    keep_request,
    note_request,
    reschedule_request,
)
from .by_patient import move_request, readdress_request, take_back_move, withdraw_request
from .discarding import discard_request
from .ending import complete_request, erase_request, expire_request, miss_request
from .offering import accept_offer, end_closed_offer, offer_earlier, refuse_offer, take_back_offer
from .quarantine import quarantine_request, release_request
from .requesting import find_submission, submit_request

__all__ = [
    "TRANSITIONS",
    "NotAllowed",
    "Refused",
    "Stale",
    "accept_offer",
    "answer_request",
    "cancel_request",
    "complete_request",
    "confirm_request",
    "decline_request",
    "discard_request",
    "end_closed_offer",
    "erase_request",
    "expire_request",
    "find_submission",
    "keep_request",
    "miss_request",
    "move_request",
    "note_request",
    "offer_earlier",
    "quarantine_request",
    "readdress_request",
    "refuse_offer",
    "release_request",
    "reschedule_request",
    "submit_request",
    "take_back_move",
    "take_back_offer",
    "withdraw_request",
]
