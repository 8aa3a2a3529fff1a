"""How a request ends without an answer, or after its visit, and how it is forgotten."""

from datetime import datetime

from consults import erased
from consults.decision import deciding
from consults.messages import outbox
from consults.models import ConsultRequest, Event
from consults.transitions import (
    BEGUN,
    NEVER_CONFIRMED,
    NO_VISIT_AHEAD,
    OFFER_RAN_OUT,
    OVERDUE,
    VISIT_BEGAN,
    VISIT_STANDS,
    Button,
    decides,
)

Kind, Status = Event.Kind, ConsultRequest.Status
_EXPIRES = (Kind.EXPIRED, Kind.MOVE_EXPIRED, Kind.MOVE_LAPSED, Kind.OFFER_LAPSED)


@decides(Kind.EXPIRED, Status.REQUESTED, to=Status.EXPIRED, guards=(OVERDUE, NEVER_CONFIRMED))
@decides(Kind.MOVE_LAPSED, Status.REQUESTED, to=Status.CONFIRMED, guards=(OVERDUE, VISIT_BEGAN))
@decides(Kind.MOVE_EXPIRED, Status.REQUESTED, to=Status.CONFIRMED, guards=(OVERDUE, VISIT_STANDS))
@decides(Kind.OFFER_LAPSED, *ConsultRequest.HOLDS_A_SEAT, guards=(OFFER_RAN_OUT,), sets_time=True)
def expire_request(request: ConsultRequest, *, now: datetime) -> ConsultRequest:
    """Ends what nobody answered by its reply time or its start: the request, only the move of a visit that is confirmed, or
    only the offer of an earlier time. One that nobody could take any more, because its date was closed, did not go unanswered:
    it is taken back.

    If a visit that is moving has begun meanwhile, because the site was down, it is still the visit, and staff say whether it
    took place.
    """
    with deciding(request, *_EXPIRES, now=now) as decision:
        if decision.row.is_moving:
            decision.row.stand_by_confirmed()
        if decision.kind == Kind.OFFER_LAPSED and decision.offer_is_closed:
            decision.kind = Kind.OFFER_TAKEN_BACK
    return decision.row


@decides(
    Kind.COMPLETED, Status.CONFIRMED, to=Status.COMPLETED, guards=(BEGUN,), buttons=(Button("complete", "Mark as completed"),)
)
def complete_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Records that the visit took place. It ended then, whenever somebody marks it: an old link does not open again."""
    with deciding(request, Kind.COMPLETED, now=now, by=by, version=version) as decision:
        decision.row.ended_at = decision.row.starts_at
    return decision.row


@decides(Kind.MISSED, Status.CONFIRMED, to=Status.MISSED, guards=(BEGUN,), buttons=(Button("miss", "Mark as no-show"),))
def miss_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Records that the patient did not come. It ended then, as a completed one."""
    with deciding(request, Kind.MISSED, now=now, by=by, version=version) as decision:
        decision.row.ended_at = decision.row.starts_at
    return decision.row


# A confirmed visit in the past is erased on time even if nobody marked it completed or missed.
@decides(Kind.ERASED, *ConsultRequest.ENDED, Status.QUARANTINED, Status.CONFIRMED, guards=(NO_VISIT_AHEAD,))
def erase_request(request: ConsultRequest, *, by=None, now: datetime, version: int | None = None) -> ConsultRequest:
    """Deletes everything that identifies the person, from the request and its messages. Raises NotAllowed for an open one."""
    with deciding(request, Kind.ERASED, now=now, by=by, version=version) as decision:
        decision.row.forget_person(at=now)
        outbox.forget_messages(decision.row)
        decision.row.taken_answers.all().delete()
        erased.tell(decision.row.reference)
    return decision.row
