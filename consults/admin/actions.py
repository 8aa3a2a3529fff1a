"""What staff can do with a request, as plain functions of the posted form. All decide through `booking`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from consults import booking
from consults.models import ConsultRequest, Reason

Status = ConsultRequest.Status
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Action:
    """`needs`: "" or what else the form asks for: a `reason`, a new `time` or a `note`."""

    code: str
    label: str
    statuses: tuple[str, ...]
    decide: Callable
    needs: str = ""


class Incomplete(Exception):
    """The form lacks what the action needs."""


def _with_reason(decide: Callable, use: str) -> Callable:
    def decide_with_reason(request, form, **common):
        reason = Reason.objects.offered(use).filter(code=form.get("reason", "")).first()
        if reason is None:
            raise Incomplete("Choose a reason from the list")
        return decide(request, reason=reason, **common)

    return decide_with_reason


def _plain(decide: Callable) -> Callable:
    return lambda request, form, **common: decide(request, **common)


def _confirm(request, form, **common):
    return booking.confirm_request(request, even_if_not_posted=form.get("even_if_not_posted") == "yes", **common)


def _reschedule(request, form, **common):
    try:
        starts_at = datetime.fromisoformat(form.get("starts_at", ""))
    except ValueError:
        starts_at = None
    if starts_at is None or starts_at.tzinfo is None:
        raise Incomplete("Choose one of the open times")
    return booking.reschedule_request(request, starts_at=starts_at, **common)


def _note(request, form, **common):
    text = form.get("staff_notes", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise Incomplete(f"A note has up to {LONGEST_NOTE} characters; this one has {len(text)}")
    return booking.note_request(request, text=text, **common)


ACTIONS = [
    Action("confirm", "Confirm", (Status.REQUESTED,), _confirm),
    Action("reschedule", "Offer another time", (Status.REQUESTED, Status.CONFIRMED), _reschedule, "time"),
    Action("decline", "Decline", (Status.REQUESTED,), _with_reason(booking.decline_request, "decline"), "reason"),
    Action("cancel", "Cancel", (Status.CONFIRMED,), _with_reason(booking.cancel_request, "cancel"), "reason"),
    Action("answer", "Answered", (Status.REQUESTED,), _plain(booking.answer_request)),
    Action("complete", "Complete", (Status.CONFIRMED,), _plain(booking.complete_request)),
    Action("miss", "Missed", (Status.CONFIRMED,), _plain(booking.miss_request)),
    Action("keep", "Keep as it stands", (Status.REQUESTED, Status.CONFIRMED), _plain(booking.keep_request)),
    Action("quarantine", "Not a patient", (Status.REQUESTED,), _plain(booking.quarantine_request)),
    Action("release", "Is a patient", (Status.QUARANTINED,), _plain(booking.release_request)),
    Action("note", "Keep this note", tuple(Status), _note, "note"),
    Action(
        "release_without_time",
        "Is a patient: ask for another time",
        (Status.QUARANTINED,),
        _plain(partial(booking.release_request, without_time=True)),
    ),
]


def possible_actions(request: ConsultRequest, *, now: datetime, in_conflict: bool) -> list[Action]:
    """The actions whose guards hold for the request at this instant."""
    if request.erased_at is not None:
        return []
    starts_at = request.starts_at
    fits = {
        "confirm": starts_at is not None and starts_at > now,
        "answer": starts_at is None,
        "complete": starts_at is not None and starts_at <= now,
        "miss": starts_at is not None and starts_at <= now,
        "cancel": starts_at is not None and starts_at > now,
        "keep": in_conflict,
        "release": starts_at is None or starts_at > now,
        "release_without_time": starts_at is not None,
    }
    return [action for action in ACTIONS if request.status in action.statuses and fits.get(action.code, True)]
