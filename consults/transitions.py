"""What may happen to a request: from which status, to which, when, by whom, and with which button.

The rows of the table are written in `booking`, each above the function that decides. `decision` asks it before anything is
stored, and the desk shows the buttons of the transitions that it allows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from .models import ConsultRequest, Event

Status, Kind = ConsultRequest.Status, Event.Kind


@dataclass(frozen=True)
class Guard:
    """What has to hold of a request at an instant; `code` says what is wrong when it does not."""

    code: str
    holds: Callable[[ConsultRequest, datetime], bool]


def has_begun(request: ConsultRequest, now: datetime) -> bool:
    return request.starts_at is not None and request.starts_at <= now


HAS_TIME = Guard("no_time", lambda request, now: request.starts_at is not None)
HAS_NO_TIME = Guard("has_time", lambda request, now: request.starts_at is None)
NOT_BEGUN = Guard("start_passed", lambda request, now: not has_begun(request, now))
BEGUN = Guard("start_ahead", has_begun)
OVERDUE = Guard("still_time", lambda request, now: request.answer_by <= now or has_begun(request, now))
NO_VISIT_AHEAD = Guard("is_confirmed", lambda request, now: request.status != Status.CONFIRMED or has_begun(request, now))


@dataclass(frozen=True)
class Button:
    """How staff decide. Shown while the guards of its transition hold, and `only_if`; one that resolves a conflict, in one.

    `needs`: "" or what else the form asks for: a `reason`, a `time` or a `note`. `may_say`: the box that may be ticked beside
    it. `also`: what it hands to the function besides.
    """

    code: str
    label: str
    needs: str = ""
    only_if: tuple[Guard, ...] = ()
    resolves_a_conflict: bool = False
    may_say: str = ""
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Transition:
    """`leads_to` "" leaves the status. `by_patient`: who it was when no colleague did it. `sets_time`: the start is news."""

    decide: Callable[..., ConsultRequest]
    starts_from: tuple[str, ...]
    leads_to: str
    guards: tuple[Guard, ...] = ()
    buttons: tuple[Button, ...] = ()
    by_patient: bool = False
    sets_time: bool = False

    def broken_guard(self, request: ConsultRequest, now: datetime) -> str:
        """The code of the first guard that does not hold; empty when this may happen to the request at the instant."""
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
    """Writes the row of `kind`, decided by the function below."""

    def write(decide: _Decides) -> _Decides:
        TRANSITIONS[kind] = Transition(decide, starts_from, to, **columns)
        return decide

    return write
