"""A free time that a colleague offers to one person, who takes it, refuses it or lets it run out: an earlier one than that of
a confirmed visit, any other while a request waits for an answer.

Letting it run out is expiry: see `ending.expire_request`.
"""

from datetime import datetime

from consults.decision import Decision, NotAllowed, Refused, deciding
from consults.models import ConsultRequest, EarlierOffer, Event
from consults.scheduling import Policy, Refusal, offer_due
from consults.transitions import (
    HAS_OFFER,
    MAY_BE_OFFERED,
    NO_OPEN_OFFER,
    NOT_BEGUN,
    NOT_MOVING,
    OFFER_IN_TIME,
    TIME_TO_OFFER,
    Button,
    decides,
)

from .staff_policy import for_staff

Kind, Status, HELD = Event.Kind, ConsultRequest.Status, ConsultRequest.HOLDS_A_SEAT


@decides(
    Kind.OFFERED,
    *HELD,
    guards=(NOT_BEGUN, TIME_TO_OFFER, MAY_BE_OFFERED, NOT_MOVING, NO_OPEN_OFFER),
    buttons=(Button("offer", "Offer a time and wait for a yes", needs="offer"),),
    sets_time=True,
    leaves_offer=True,
)
def offer_earlier(
    request: ConsultRequest, *, starts_at: datetime, by, now: datetime, version: int | None = None
) -> ConsultRequest:
    """Offers a free start, and holds it for them until the offer's deadline. To who has a confirmed visit, only one before it:
    an offer never outlives what it would replace.
    """
    with deciding(request, Kind.OFFERED, now=now, by=by, version=version) as decision:
        own = decision.row.starts_at
        decision.require(own is None or starts_at < own or decision.row.status == Status.REQUESTED, "not_earlier")
        decision.require(starts_at != own, "same_time")
        _hold_beside(decision, starts_at, for_staff(decision.rules.policy), by=by)
    return decision.row


def _hold_beside(decision: Decision, starts_at: datetime, policy: Policy, *, by) -> None:
    """Holds this start beside the one the request has. Raises Refused, or NotAllowed when nobody could answer in time.

    The deadline is the earlier of the reply rule counted from now and two hours before the offered start; of a request that
    nobody confirmed yet, two hours before its own reply time at the latest.
    """
    row, now = decision.row, decision.now
    waits = row.status == Status.REQUESTED
    own = frozenset(row.seats.values_list("cell", "seat"))
    decision.refuse_unless_offered(starts_at, policy, own=own)
    answer_by = offer_due(
        posted=decision.rules.posted,
        open_days=policy.answer_open_days,
        offered_at=now,
        starts_at=starts_at,
        answer_by=row.answer_by if waits else None,
    )
    decision.require(answer_by > now, "too_late_to_offer")
    decision.offered = EarlierOffer.objects.create(
        request=row,
        starts_at=starts_at,
        length_minutes=int(policy.length.total_seconds() // 60),
        offered_by=by,
        offered_at=now,
        answer_by=answer_by,
    )
    decision.hold(starts_at, policy, kept={cell for cell, _ in own})


@decides(
    Kind.OFFER_ACCEPTED,
    *HELD,
    to=Status.CONFIRMED,
    guards=(HAS_OFFER, OFFER_IN_TIME),
    buttons=(Button("accept_offer", "Record that they accept"),),
    by_patient=True,
    sets_time=True,
)
def accept_offer(
    request: ConsultRequest, *, now: datetime, by=None, version: int | None = None, starts_at: datetime | None = None
) -> ConsultRequest:
    """Confirms the request at the offered start, which must still be posted, and frees the one it had. `by`: the colleague who
    was told so, if any.

    `starts_at`: the offer that the patient read; another one is not accepted by mistake.
    """
    with deciding(request, Kind.OFFER_ACCEPTED, now=now, by=by, version=version) as decision:
        offer, row = _offer_that_was_read(decision, starts_at), decision.row
        if not decision.rules.covers(offer.visit):
            raise Refused(Refusal.CLOSED)
        row.starts_at, row.length_minutes, row.kept_despite = offer.starts_at, offer.length_minutes, {}
    return row


def _offer_that_was_read(decision: Decision, starts_at: datetime | None) -> EarlierOffer:
    """The open offer. Raises NotAllowed when it is of another start than the patient read."""
    offer = decision.offered
    if offer is None:
        raise NotAllowed("no_offer")
    decision.require(starts_at in {None, offer.starts_at}, "offer_changed")
    return offer


@decides(
    Kind.OFFER_REFUSED,
    *HELD,
    guards=(HAS_OFFER,),
    buttons=(Button("refuse_offer", "Record that they refuse"),),
    by_patient=True,
    sets_time=True,
)
def refuse_offer(
    request: ConsultRequest, *, now: datetime, by=None, version: int | None = None, starts_at: datetime | None = None
) -> ConsultRequest:
    """Frees the offered start and leaves the request as it was. The arguments are those of `accept_offer`."""
    with deciding(request, Kind.OFFER_REFUSED, now=now, by=by, version=version) as decision:
        _offer_that_was_read(decision, starts_at)
    return decision.row


@decides(
    Kind.OFFER_TAKEN_BACK,
    *HELD,
    guards=(HAS_OFFER,),
    buttons=(Button("take_back_offer", "Take back the offer"),),
    sets_time=True,
)
def take_back_offer(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Frees the offered start and leaves the request as it was, because staff need the time."""
    with deciding(request, Kind.OFFER_TAKEN_BACK, now=now, by=by, version=version) as decision:
        pass
    return decision.row


def end_closed_offer(request: ConsultRequest, *, now: datetime) -> ConsultRequest:
    """Takes back an offer that the patient tried to take when its date was closed already: they answered, and we cannot keep it.

    Raises NotAllowed for a time that is still posted.
    """
    with deciding(request, Kind.OFFER_TAKEN_BACK, now=now) as decision:
        decision.require(decision.offer_is_closed, "is_posted")
    return decision.row
