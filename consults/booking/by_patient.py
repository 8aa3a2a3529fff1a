"""What patients decide on their own page. Withdrawing may also be done for them."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from consults.contact import limited_email
from consults.decision import Refused, deciding
from consults.messages.known import address_has_letter
from consults.models import ConsultRequest, Event
from consults.scheduling import Refusal
from consults.transitions import (
    FEW_CORRECTIONS,
    FEW_MOVES,
    NEVER_CONFIRMED,
    NOT_BEGUN,
    TIME_TO_MOVE,
    VISIT_NOT_BEGUN,
    VISIT_STANDS,
    decides,
)

Kind, Status, HELD = Event.Kind, ConsultRequest.Status, ConsultRequest.HOLDS_A_SEAT
_MOVING = (NOT_BEGUN, TIME_TO_MOVE, FEW_MOVES)


@decides(Kind.MOVED, *HELD, Status.QUARANTINED, to=Status.REQUESTED, guards=_MOVING, by_patient=True, sets_time=True)
def move_request(
    request: ConsultRequest,
    *,
    starts_at: datetime,
    now: datetime,
    leaves_no_time: Callable[[ConsultRequest], bool] = lambda row: False,
) -> ConsultRequest:
    """Asks for another start that the patient chose, under the rules of a new request and with a new reply time.

    A confirmed visit stays confirmed, and keeps its seat, until staff confirm the new start. One that staff declined for this
    request, or took back after offering it, is not asked for again: their letter says that it cannot be had.
    `leaves_no_time` is asked under the lock: whether the times that are left are kept for requests that staff answer.
    """
    with deciding(request, Kind.MOVED, now=now) as decision:
        decision.require(not leaves_no_time(decision.row), "times_are_kept")
        decision.take(starts_at, decision.rules.policy, beside_confirmed=True)
        if starts_at in decision.row.events.refused_starts():
            raise Refused(Refusal.DECLINED)
        decision.set_reply_time()
        decision.require(decision.row.answer_by > now, TIME_TO_MOVE.code)
    return decision.row


@decides(Kind.MOVE_TAKEN_BACK, Status.REQUESTED, Status.QUARANTINED, to=Status.CONFIRMED, guards=(VISIT_STANDS,), by_patient=True)
def take_back_move(request: ConsultRequest, *, now: datetime) -> ConsultRequest:
    """Ends a move that waits for an answer: the confirmed visit stays."""
    with deciding(request, Kind.MOVE_TAKEN_BACK, now=now) as decision:
        decision.row.stand_by_confirmed()
    return decision.row


@decides(Kind.WITHDRAWN, *HELD, Status.QUARANTINED, to=Status.WITHDRAWN, guards=(VISIT_NOT_BEGUN,), by_patient=True)
def withdraw_request(request: ConsultRequest, *, now: datetime, by=None, version: int | None = None) -> ConsultRequest:
    """Withdraws the request with its confirmed visit, before that begins. `by`: the colleague who did it for them, if any."""
    with deciding(request, Kind.WITHDRAWN, now=now, by=by, version=version) as decision:
        if decision.row.is_moving:
            decision.row.stand_by_confirmed()
    return decision.row


@decides(
    Kind.READDRESSED, Status.REQUESTED, Status.QUARANTINED, guards=(NOT_BEGUN, NEVER_CONFIRMED, FEW_CORRECTIONS), by_patient=True
)
def readdress_request(
    request: ConsultRequest, *, email: str, now: datetime, sets_aside: Callable[[], bool] = lambda: False
) -> ConsultRequest:
    """Corrects the address that the answer goes to, while nobody answered.

    `sets_aside` is asked under the lock: whether that address was sent enough already.

    The page gets a new token: the link in the letter to the wrong address opens it no longer.
    """
    with deciding(request, Kind.READDRESSED, now=now) as decision:
        row = decision.row
        decision.require(row.person.contact_by == "email", "reached_by_phone")
        decision.require(limited_email(email) != limited_email(row.email), "same_address")
        decision.sets_aside = sets_aside()
        if address_has_letter(row):
            decision.tells_old_address = row.email
            row.former_contacts = f"{row.former_contacts} {row.contact_index}".strip()
        row.addressed_at = now
        person = replace(row.person, email=email)
        row.seal_person(person, token=secrets.token_urlsafe(32), staff_notes=row.staff_notes)
    return decision.row
