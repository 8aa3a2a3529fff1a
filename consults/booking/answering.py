"""What staff decide about a request."""

from datetime import datetime

from consults.conflicts import were_shown
from consults.decision import deciding
from consults.models import ConsultRequest, Event, Reason
from consults.transitions import (
    HAS_NO_TIME,
    HAS_TIME,
    IS_CONFIRMED,
    NEVER_CONFIRMED,
    NOT_BEGUN,
    VISIT_NOT_BEGUN,
    VISIT_STANDS,
    Button,
    decides,
)

from .staff_policy import for_staff

Kind, Status, HELD = Event.Kind, ConsultRequest.Status, ConsultRequest.HOLDS_A_SEAT


@decides(
    Kind.CONFIRMED,
    Status.REQUESTED,
    to=Status.CONFIRMED,
    guards=(HAS_TIME, NOT_BEGUN),
    buttons=(Button("confirm", "Confirm", may_say="even_if_not_posted", accepts_conflicts=True),),
)
def confirm_request(
    request: ConsultRequest,
    *,
    by,
    now: datetime,
    version: int | None = None,
    even_if_not_posted: bool = False,
    shown: str | None = None,
) -> ConsultRequest:
    """Confirms the start, which must still be posted unless staff accept that it is not. An earlier visit is given up.

    `shown`: which conflicts their page showed (see `conflicts`); they accept no other.
    """
    with deciding(request, Kind.CONFIRMED, now=now, by=by, version=version) as decision:
        row = decision.row
        if (conflict := decision.conflicts().get(row.visit)) and "closed" in conflict.reasons:
            decision.require(even_if_not_posted, "not_posted")
            decision.require(shown is None or were_shown([conflict], shown), "conflict_changed")
            row.kept_despite = row.kept_despite | {"closed": conflict.misfits["closed"]}
    return decision.row


@decides(
    Kind.RESCHEDULED,
    *HELD,
    to=Status.CONFIRMED,
    buttons=(Button("reschedule", "Move and confirm a new time", needs="time", label_without_time="Confirm a time"),),
    sets_time=True,
)
def reschedule_request(
    request: ConsultRequest, *, starts_at: datetime, by, now: datetime, version: int | None = None
) -> ConsultRequest:
    """Moves the request to a start that staff chose, which must be posted and free, and confirms it."""
    with deciding(request, Kind.RESCHEDULED, now=now, by=by, version=version) as decision:
        # That would be no news to the patient: declining the move says what happened.
        decision.require(not decision.row.is_moving or starts_at != decision.row.confirmed_starts_at, "is_confirmed_time")
        decision.take(starts_at, for_staff(decision.rules.policy))
    return decision.row


@decides(
    Kind.DECLINED,
    Status.REQUESTED,
    to=Status.DECLINED,
    guards=(NEVER_CONFIRMED,),
    buttons=(Button("decline", "Decline", needs="reason"),),
)
@decides(
    Kind.MOVE_DECLINED,
    Status.REQUESTED,
    to=Status.CONFIRMED,
    guards=(VISIT_STANDS,),
    buttons=(Button("decline_move", "Decline the move", needs="reason", reasons="decline"),),
)
def decline_request(request: ConsultRequest, *, reason: Reason, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Declines the request; of a confirmed visit, only the move. Once that visit has begun, the move can only run out."""
    with deciding(request, Kind.DECLINED, Kind.MOVE_DECLINED, now=now, by=by, version=version) as decision:
        decision.give_reason(reason, Reason.Use.DECLINE)
        if decision.kind == Kind.MOVE_DECLINED:
            decision.require(reason.is_about_time, "wrong_reason")
            decision.row.stand_by_confirmed()
    return decision.row


@decides(
    Kind.CANCELLED,
    *HELD,
    to=Status.CANCELLED,
    guards=(IS_CONFIRMED, VISIT_NOT_BEGUN),
    buttons=(Button("cancel", "Cancel visit", needs="reason"),),
)
def cancel_request(request: ConsultRequest, *, reason: Reason, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Cancels the confirmed visit before it begins, with the move that waits for an answer if there is one."""
    with deciding(request, Kind.CANCELLED, now=now, by=by, version=version) as decision:
        decision.give_reason(reason, Reason.Use.CANCEL)
        decision.row.stand_by_confirmed()
    return decision.row


@decides(
    Kind.KEPT,
    *HELD,
    guards=(HAS_TIME,),
    leaves_offer=True,
    buttons=(Button("keep", "Keep anyway", resolves_a_conflict=True, accepts_conflicts=True),),
)
def keep_request(
    request: ConsultRequest, *, by, now: datetime, version: int | None = None, shown: str | None = None
) -> ConsultRequest:
    """Resolves a conflict by keeping a start as it is: not posted any more, over capacity, or both. Later changes ask again.

    `shown`: which conflicts the page of staff showed; they keep the start despite no other.
    """
    with deciding(request, Kind.KEPT, now=now, by=by, version=version) as decision:
        row, found = decision.row, decision.conflicts()
        decision.require(bool(found), "no_conflict")
        decision.require(shown is None or were_shown(found.values(), shown), "conflict_changed")
        if row.visit in found:
            row.kept_despite = found[row.visit].misfits
        if row.is_moving and row.confirmed_visit in found:
            row.confirmed_kept_despite = found[row.confirmed_visit].misfits
    return decision.row


@decides(
    Kind.ANSWERED,
    Status.REQUESTED,
    to=Status.COMPLETED,
    guards=(HAS_NO_TIME,),
    buttons=(Button("answer", "Close without a letter", asks_once=True),),
)
def answer_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Completes a request without a time that staff answered in person."""
    with deciding(request, Kind.ANSWERED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(Kind.NOTED, *Status, leaves_offer=True, buttons=(Button("note", "Save note", needs="note"),))
def note_request(request: ConsultRequest, *, text: str, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Replaces the staff note of the request. It is sealed like everything else about the person."""
    with deciding(request, Kind.NOTED, now=now, by=by, version=version) as decision:
        row = decision.row
        row.seal_person(row.person, token=row.token, staff_notes=text)
    return decision.row
