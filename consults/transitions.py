"""The table of transitions: from which status to which, under which guards, and with which buttons.

`booking` writes the rows, each above the function that decides. `decision` checks the table before anything is stored, and
the desk shows the buttons of the transitions that it allows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from .models import ConsultRequest, EarlierOffer, Event
from .scheduling.reply import leaves_time, leaves_time_to_offer

Status, Kind = ConsultRequest.Status, Event.Kind
# Each move is a letter to an address that may not be the sender's own.
MOST_MOVES_A_DAY = 6
MOST_MOVES_A_DAY_PER_CONTACT = 12
# Each correction is a letter to one more address.
MOST_CORRECTIONS = 2


@dataclass(frozen=True)
class Guard:
    """A condition on a request at an instant; `code` says what is wrong when it does not hold."""

    code: str
    holds: Callable[[ConsultRequest, datetime], bool]


def has_begun(request: ConsultRequest, now: datetime) -> bool:
    return request.starts_at is not None and request.starts_at <= now


def visit_began(request: ConsultRequest, now: datetime) -> bool:
    """The confirmed visit, also while it is moving; of a request that was never confirmed, the start that it asks for."""
    start = request.confirmed_starts_at or request.starts_at
    return start is not None and start <= now


def went_unanswered(request: ConsultRequest, now: datetime) -> bool:
    """Whether its reply time and its start have passed while it waited, also where the worker has not come to it, or it was set
    aside: no answer is to come.
    """
    waits = request.status in ConsultRequest.AWAITING_ANSWER and not request.is_moving
    return waits and request.answer_by <= now and (request.starts_at is None or request.starts_at <= now)


def _stands(request: ConsultRequest, now: datetime) -> bool:
    """Whether a confirmed visit lies ahead: then a move that comes to nothing leaves it as it is."""
    return request.confirmed_starts_at is not None and request.confirmed_starts_at > now


def _moved_seldom(request: ConsultRequest, now: datetime) -> bool:
    own, of_contact = Event.objects.moves(request, since=now - timedelta(days=1), until=now)
    return own < MOST_MOVES_A_DAY and of_contact < MOST_MOVES_A_DAY_PER_CONTACT


def _corrected_seldom(request: ConsultRequest, now: datetime) -> bool:
    return request.events.filter(kind=Kind.READDRESSED).count() < MOST_CORRECTIONS


def _offer_is_open(request: ConsultRequest, now: datetime) -> bool:
    return EarlierOffer.objects.of(request) is not None


def _offer_ran_out(request: ConsultRequest, now: datetime) -> bool:
    return EarlierOffer.objects.ran_out(now=now).filter(request=request).exists()


HAS_TIME = Guard("no_time", lambda request, now: request.starts_at is not None)
HAS_NO_TIME = Guard("has_time", lambda request, now: request.starts_at is None)
NOT_BEGUN = Guard("start_passed", lambda request, now: not has_begun(request, now))
VISIT_NOT_BEGUN = Guard("start_passed", lambda request, now: not visit_began(request, now))
BEGUN = Guard("start_ahead", has_begun)
FEW_MOVES = Guard("moved_too_often", _moved_seldom)
FEW_CORRECTIONS = Guard("corrected_too_often", _corrected_seldom)
TIME_TO_MOVE = Guard(
    "too_late_to_move",
    lambda request, now: request.confirmed_starts_at is None or leaves_time(request.confirmed_starts_at, now),
)
IS_CONFIRMED = Guard("is_requested", lambda request, now: request.confirmed_starts_at is not None)
NEVER_CONFIRMED = Guard("is_confirmed", lambda request, now: request.confirmed_starts_at is None)
VISIT_STANDS = Guard("no_visit_stands", lambda request, now: _stands(request, now))
VISIT_BEGAN = Guard(
    "visit_stands", lambda request, now: request.confirmed_starts_at is not None and request.confirmed_starts_at <= now
)
OVERDUE = Guard("still_time", lambda request, now: request.answer_by <= now or has_begun(request, now))
NO_VISIT_AHEAD = Guard("is_confirmed", lambda request, now: request.status != Status.CONFIRMED or has_begun(request, now))

# A request that waits may need any other time; a visit that is confirmed is moved for who asked for it.
MAY_BE_OFFERED = Guard("did_not_ask", lambda request, now: request.wants_earlier or request.status == Status.REQUESTED)
TIME_TO_OFFER = Guard(
    "too_late_to_offer",
    lambda request, now: request.status != Status.REQUESTED or leaves_time_to_offer(request.answer_by, now),
)
NOT_MOVING = Guard("move_waits", lambda request, now: not request.is_moving)
HAS_OFFER = Guard("no_offer", _offer_is_open)
NO_OPEN_OFFER = Guard("offer_open", lambda request, now: not _offer_is_open(request, now))
OFFER_IN_TIME = Guard("offer_over", lambda request, now: not _offer_ran_out(request, now))
OFFER_RAN_OUT = Guard("offer_in_time", _offer_ran_out)


@dataclass(frozen=True)
class Button:
    """A button for staff. It is shown while the guards of its transition and `only_if` hold, which the function itself requires
    too; one that `resolves_a_conflict` is shown only on a request in conflict. One that `accepts_conflicts` tells which ones the
    page showed.

    `needs`: what else the form asks for: a `reason`, a `time`, a time to `offer`, a `note` or nothing (""). `may_say`: the name
    of an optional checkbox beside it. `reasons`: the list that the reason is from, by default the code's. `label_without_time`:
    the label while the request has no time. `also`: further arguments for the function. `asks_once`: it cannot be undone and
    writes nothing, so a second click says yes.
    """

    code: str
    label: str
    needs: str = ""
    only_if: tuple[Guard, ...] = ()
    resolves_a_conflict: bool = False
    accepts_conflicts: bool = False
    may_say: str = ""
    reasons: str = ""
    asks_once: bool = False
    label_without_time: str = ""
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Transition:
    """A row of the table. `leads_to` "" keeps the status. `by_patient`: the patient did it unless a colleague is named.
    `sets_time`: the timeline shows the new start. `leaves_offer`: an earlier time that is offered stays offered. Everything else
    ends the offer: it was made to somebody whose request was as it was.
    """

    decide: Callable[..., ConsultRequest]
    starts_from: tuple[str, ...]
    leads_to: str
    guards: tuple[Guard, ...] = ()
    buttons: tuple[Button, ...] = ()
    by_patient: bool = False
    sets_time: bool = False
    leaves_offer: bool = False

    def broken_guard(self, request: ConsultRequest, now: datetime) -> str:
        """The code of the first guard that does not hold; empty when the transition is allowed at the instant."""
        if request.status not in self.starts_from:
            return f"is_{request.status}"
        if request.erased_at is not None:
            return "is_erased"
        return next((guard.code for guard in self.guards if not guard.holds(request, now)), "")


TRANSITIONS: dict[str, Transition] = {}


def may_happen(kind: str, request: ConsultRequest, now: datetime) -> bool:
    return not TRANSITIONS[kind].broken_guard(request, now)


_Decides = TypeVar("_Decides", bound=Callable[..., ConsultRequest])


def decides(kind: str, *starts_from: str, to: str = "", **columns: Any) -> Callable[[_Decides], _Decides]:
    """Adds the row of `kind` to the table; the decorated function decides it."""

    def write(decide: _Decides) -> _Decides:
        TRANSITIONS[kind] = Transition(decide, starts_from, to, **columns)
        return decide

    return write
