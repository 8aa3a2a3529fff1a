"""The only writer of a request's status (docs/booking.md). Each function is one decision in one transaction (see `decision`).

Instants are aware. `version` is the version that the caller saw: an older one raises Stale. A decision that does not fit the
status raises NotAllowed, an unavailable start raises Refused; neither changes anything. Above each function is its transition.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from . import erased
from .current_rules import lock_rules
from .decision import Decision, NotAllowed, Refused, Stale, deciding
from .messages import outbox
from .models import ConsultRequest, Event, Person, Reason
from .scheduling import Policy, Refusal
from .transitions import BEGUN, HAS_NO_TIME, HAS_TIME, NO_VISIT_AHEAD, NOT_BEGUN, OVERDUE, TRANSITIONS, Button, decides

__all__ = ["TRANSITIONS", "NotAllowed", "Refused", "Stale"]

Kind, Status = Event.Kind, ConsultRequest.Status
# Far enough for staff, to whom the patients' horizon does not apply.
_STAFF_HORIZON_DAYS = 3650


def _for_staff(policy: Policy) -> Policy:
    return replace(policy, notice=timedelta(0), horizon_days=_STAFF_HORIZON_DAYS)


def find_submission(submission_key: str) -> ConsultRequest | None:
    """The request that was made with this key, or None."""
    return ConsultRequest.objects.filter(submission_key=submission_key).first()


def submit_request(
    *,
    submission_key: str,
    starts_at: datetime | None,
    person: Person,
    now: datetime,
    by=None,
    below_notice: bool = False,
    looks_like_spam: bool = False,
    client: str = "",
) -> ConsultRequest:
    """Stores a request, holds its seat and writes the messages it owes, all or nothing.

    `starts_at` None means "none of these times work". A key that was used before returns the request it made. `by` is the
    colleague who enters a caller's request; staff may go below the notice. A request that looks like spam is quarantined: it
    holds no seat and sends no message, but keeps its reply time. `client` is the keyed hash of the sender's IP address.
    Raises Refused when the start is unavailable.
    """
    try:
        with transaction.atomic():
            rules = lock_rules(now)
            policy = rules.policy
            request = ConsultRequest(created_at=now, submission_key=submission_key, client=client)
            request.length_minutes = int(policy.length.total_seconds() // 60)
            request.seal_person(person, token=secrets.token_urlsafe(32))
            decision = Decision(request, rules, now)
            if below_notice:
                policy = replace(policy, notice=timedelta(0))
            decision.accept(starts_at, policy, status=Status.QUARANTINED if looks_like_spam else Status.REQUESTED)
            decision.record(Kind.QUARANTINED if looks_like_spam else Kind.REQUESTED, by=by)
            return request
    except (IntegrityError, Refused) as error:
        # Another transaction was faster, with the same form or the same seat.
        if (earlier := find_submission(submission_key)) is not None:
            return earlier
        raise Refused(error.code if isinstance(error, Refused) else Refusal.TAKEN) from None


@decides(
    Kind.CONFIRMED,
    Status.REQUESTED,
    to=Status.CONFIRMED,
    guards=(HAS_TIME, NOT_BEGUN),
    buttons=(Button("confirm", "Confirm", may_say="even_if_not_posted"),),
)
def confirm_request(
    request: ConsultRequest, *, by, now: datetime, version: int | None = None, even_if_not_posted: bool = False
) -> ConsultRequest:
    """Confirms the start, which must still be posted unless staff accept that it is not."""
    with deciding(request, Kind.CONFIRMED, now=now, by=by, version=version) as decision:
        if not decision.is_posted():
            decision.require(even_if_not_posted, "not_posted")
            decision.row.kept_outside_hours = True
    return decision.row


@decides(
    Kind.MOVED, Status.REQUESTED, Status.CONFIRMED, to=Status.REQUESTED, guards=(NOT_BEGUN,), by_patient=True, sets_time=True
)
def move_request(request: ConsultRequest, *, starts_at: datetime, now: datetime) -> ConsultRequest:
    """Moves the request to a start that the patient chose, under the rules of a new request and with a new reply time."""
    with deciding(request, Kind.MOVED, now=now) as decision:
        decision.take(starts_at, decision.rules.policy)
        decision.set_reply_time()
    return decision.row


@decides(
    Kind.RESCHEDULED,
    Status.REQUESTED,
    Status.CONFIRMED,
    to=Status.CONFIRMED,
    buttons=(Button("reschedule", "Offer another time", needs="time"),),
    sets_time=True,
)
def reschedule_request(
    request: ConsultRequest, *, starts_at: datetime, by, now: datetime, version: int | None = None
) -> ConsultRequest:
    """Moves the request to a start that staff chose, which must be posted and free, and confirms it."""
    with deciding(request, Kind.RESCHEDULED, now=now, by=by, version=version) as decision:
        decision.take(starts_at, _for_staff(decision.rules.policy))
    return decision.row


@decides(Kind.DECLINED, Status.REQUESTED, to=Status.DECLINED, buttons=(Button("decline", "Decline", needs="reason"),))
def decline_request(request: ConsultRequest, *, reason: Reason, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.DECLINED, now=now, by=by, version=version) as decision:
        decision.give_reason(reason, Reason.Use.DECLINE)
    return decision.row


@decides(
    Kind.CANCELLED,
    Status.CONFIRMED,
    to=Status.CANCELLED,
    buttons=(Button("cancel", "Cancel visit", needs="reason", only_if=(NOT_BEGUN,)),),
)
def cancel_request(request: ConsultRequest, *, reason: Reason, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.CANCELLED, now=now, by=by, version=version) as decision:
        decision.give_reason(reason, Reason.Use.CANCEL)
    return decision.row


@decides(Kind.WITHDRAWN, Status.REQUESTED, Status.CONFIRMED, to=Status.WITHDRAWN, guards=(NOT_BEGUN,), by_patient=True)
def withdraw_request(request: ConsultRequest, *, now: datetime, by=None, version: int | None = None) -> ConsultRequest:
    """Withdraws the request before its start. `by` is the colleague who did it for the patient, if any."""
    with deciding(request, Kind.WITHDRAWN, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(Kind.EXPIRED, Status.REQUESTED, to=Status.EXPIRED, guards=(OVERDUE,))
def expire_request(request: ConsultRequest, *, now: datetime) -> ConsultRequest:
    """Ends a request that nobody answered by its reply time, or by its start."""
    with deciding(request, Kind.EXPIRED, now=now) as decision:
        pass
    return decision.row


@decides(
    Kind.ANSWERED, Status.REQUESTED, to=Status.COMPLETED, guards=(HAS_NO_TIME,), buttons=(Button("answer", "Mark as answered"),)
)
def answer_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Completes a request without a time that staff answered in person."""
    with deciding(request, Kind.ANSWERED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(
    Kind.COMPLETED, Status.CONFIRMED, to=Status.COMPLETED, guards=(BEGUN,), buttons=(Button("complete", "Mark as completed"),)
)
def complete_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.COMPLETED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(Kind.MISSED, Status.CONFIRMED, to=Status.MISSED, guards=(BEGUN,), buttons=(Button("miss", "Mark as no-show"),))
def miss_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Records that the patient did not come."""
    with deciding(request, Kind.MISSED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(
    Kind.KEPT,
    Status.REQUESTED,
    Status.CONFIRMED,
    guards=(HAS_TIME,),
    buttons=(Button("keep", "Keep anyway", resolves_a_conflict=True),),
)
def keep_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Resolves a conflict by keeping a start that is no longer posted or is over capacity."""
    with deciding(request, Kind.KEPT, now=now, by=by, version=version) as decision:
        decision.row.kept_outside_hours = True
    return decision.row


@decides(Kind.NOTED, *Status, buttons=(Button("note", "Save note", needs="note"),))
def note_request(request: ConsultRequest, *, text: str, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Replaces the staff note of the request. It is sealed like everything else about the person."""
    with deciding(request, Kind.NOTED, now=now, by=by, version=version) as decision:
        row = decision.row
        row.seal_person(row.person, token=row.token, staff_notes=text)
    return decision.row


# A confirmed visit in the past is erased on time even if nobody marked it completed or missed.
@decides(Kind.ERASED, *ConsultRequest.ENDED, Status.QUARANTINED, Status.CONFIRMED, guards=(NO_VISIT_AHEAD,))
def erase_request(request: ConsultRequest, *, by=None, now: datetime, version: int | None = None) -> ConsultRequest:
    """Deletes everything that identifies the person, from the request and its messages. Raises NotAllowed for an open one."""
    with deciding(request, Kind.ERASED, now=now, by=by, version=version) as decision:
        decision.row.forget_person(at=now)
        outbox.forget_messages(decision.row)
        erased.tell(decision.row.reference)
    return decision.row


@decides(Kind.QUARANTINED, Status.REQUESTED, to=Status.QUARANTINED, buttons=(Button("quarantine", "Set aside"),))
def quarantine_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Sets aside a request that staff take for spam. Reversible; it then holds no seat and sends no message."""
    with deciding(request, Kind.QUARANTINED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(
    Kind.RELEASED,
    Status.QUARANTINED,
    to=Status.REQUESTED,
    buttons=(
        Button("release", "Restore", only_if=(NOT_BEGUN,)),
        Button("release_without_time", "Restore and ask for another time", only_if=(HAS_TIME,), also={"without_time": True}),
    ),
    sets_time=True,
)
def release_request(
    request: ConsultRequest, *, by, now: datetime, version: int | None = None, without_time: bool = False
) -> ConsultRequest:
    """Restores a quarantined request; its start is held again if it is still free. Raises Refused when it is not.

    `without_time` restores the request without its start and asks for another time.
    """
    with deciding(request, Kind.RELEASED, now=now, by=by, version=version) as decision:
        row = decision.row
        if without_time:
            row.starts_at = None
        if row.starts_at is not None:
            wanted, row.starts_at = row.starts_at, None
            decision.take(wanted, _for_staff(decision.rules.policy))
        decision.set_reply_time()
    return row
