"""The only writer of a request's status. Verb + noun; every function is one transaction (see `decision`).

Instants are aware. `version` is what the caller last saw of the request: a stale one raises Stale. A decision that does not
fit the request's status raises NotAllowed, a start that is not open raises Refused; nothing is changed then. Above each
function is its row of the table of transitions.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from .current_rules import lock_rules
from .decision import Decision, NotAllowed, Refused, Stale, deciding
from .messages import outbox
from .models import ConsultRequest, Event, Person, Reason
from .scheduling import Policy, Refusal
from .transitions import BEGUN, HAS_NO_TIME, HAS_TIME, NO_VISIT_AHEAD, NOT_BEGUN, OVERDUE, TRANSITIONS, Button, decides

__all__ = ["TRANSITIONS", "NotAllowed", "Refused", "Stale"]

Kind, Status = Event.Kind, ConsultRequest.Status
# Far enough for staff, who are not bound by the patients' horizon.
_STAFF_HORIZON_DAYS = 3650


def _for_staff(policy: Policy) -> Policy:
    return replace(policy, notice=timedelta(0), horizon_days=_STAFF_HORIZON_DAYS)


def find_submission(submission_key: str) -> ConsultRequest | None:
    """The request that was made with this key, if one was."""
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

    `starts_at` None is "none of these times work". A key that was used before answers with the request it made. Staff who
    take a caller's request are `by`, and may go below the notice. What looks like spam is set aside: it holds no seat and
    mails nobody, but keeps its reply time. `client` is the keyed hash of the sender's address.

    Raises Refused when the start is not open.
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
        # Someone was faster: with the same form, or with the same seat.
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
    """The start is still posted, or staff say yes to it although it is not."""
    with deciding(request, Kind.CONFIRMED, now=now, by=by, version=version) as decision:
        if not decision.is_posted():
            decision.require(even_if_not_posted, "not_posted")
            decision.row.kept_outside_hours = True
    return decision.row


@decides(
    Kind.MOVED, Status.REQUESTED, Status.CONFIRMED, to=Status.REQUESTED, guards=(NOT_BEGUN,), by_patient=True, sets_time=True
)
def move_request(request: ConsultRequest, *, starts_at: datetime, now: datetime) -> ConsultRequest:
    """The patient chooses another start: by the rules of a new request, with a new reply time."""
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
    """Staff give the patient another start, posted and free, and confirm it."""
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
    buttons=(Button("cancel", "Cancel", needs="reason", only_if=(NOT_BEGUN,)),),
)
def cancel_request(request: ConsultRequest, *, reason: Reason, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.CANCELLED, now=now, by=by, version=version) as decision:
        decision.give_reason(reason, Reason.Use.CANCEL)
    return decision.row


@decides(Kind.WITHDRAWN, Status.REQUESTED, Status.CONFIRMED, to=Status.WITHDRAWN, guards=(NOT_BEGUN,), by_patient=True)
def withdraw_request(request: ConsultRequest, *, now: datetime, by=None, version: int | None = None) -> ConsultRequest:
    """The patient takes the request back, before the start; `by` did it for them."""
    with deciding(request, Kind.WITHDRAWN, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(Kind.EXPIRED, Status.REQUESTED, to=Status.EXPIRED, guards=(OVERDUE,))
def expire_request(request: ConsultRequest, *, now: datetime) -> ConsultRequest:
    """Nobody answered by the reply time, or by the start."""
    with deciding(request, Kind.EXPIRED, now=now) as decision:
        pass
    return decision.row


@decides(Kind.ANSWERED, Status.REQUESTED, to=Status.COMPLETED, guards=(HAS_NO_TIME,), buttons=(Button("answer", "Answered"),))
def answer_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """A request without a time was answered in person."""
    with deciding(request, Kind.ANSWERED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(Kind.COMPLETED, Status.CONFIRMED, to=Status.COMPLETED, guards=(BEGUN,), buttons=(Button("complete", "Complete"),))
def complete_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.COMPLETED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(Kind.MISSED, Status.CONFIRMED, to=Status.MISSED, guards=(BEGUN,), buttons=(Button("miss", "Missed"),))
def miss_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """The patient did not come."""
    with deciding(request, Kind.MISSED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(
    Kind.KEPT,
    Status.REQUESTED,
    Status.CONFIRMED,
    guards=(HAS_TIME,),
    buttons=(Button("keep", "Keep as it stands", resolves_a_conflict=True),),
)
def keep_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Staff say yes to a start that is no longer posted or is over capacity: the conflict is resolved as it stands."""
    with deciding(request, Kind.KEPT, now=now, by=by, version=version) as decision:
        decision.row.kept_outside_hours = True
    return decision.row


@decides(Kind.NOTED, *Status, buttons=(Button("note", "Keep this note", needs="note"),))
def note_request(request: ConsultRequest, *, text: str, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Staff write down what they need to know; sealed like everything else about the person. Replaces the earlier note."""
    with deciding(request, Kind.NOTED, now=now, by=by, version=version) as decision:
        row = decision.row
        row.seal_person(row.person, token=row.token, staff_notes=text)
    return decision.row


# A visit that took place, or did not, is erased in time also when nobody said which.
@decides(Kind.ERASED, *ConsultRequest.ENDED, Status.QUARANTINED, Status.CONFIRMED, guards=(NO_VISIT_AHEAD,))
def erase_request(request: ConsultRequest, *, by=None, now: datetime, version: int | None = None) -> ConsultRequest:
    """Nothing is left that tells who asked: not in the request and not in its messages. Events and counts stay.

    Raises NotAllowed for one that is still open.
    """
    with deciding(request, Kind.ERASED, now=now, by=by, version=version) as decision:
        decision.row.forget_person(at=now)
        outbox.forget_messages(decision.row)
    return decision.row


@decides(Kind.QUARANTINED, Status.REQUESTED, to=Status.QUARANTINED, buttons=(Button("quarantine", "Not a patient"),))
def quarantine_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Staff see that this is no patient. Reversible; holds no seat and mails nobody."""
    with deciding(request, Kind.QUARANTINED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(
    Kind.RELEASED,
    Status.QUARANTINED,
    to=Status.REQUESTED,
    buttons=(
        Button("release", "Is a patient", only_if=(NOT_BEGUN,)),
        Button("release_without_time", "Is a patient: ask for another time", only_if=(HAS_TIME,), also={"without_time": True}),
    ),
    sets_time=True,
)
def release_request(
    request: ConsultRequest, *, by, now: datetime, version: int | None = None, without_time: bool = False
) -> ConsultRequest:
    """It is a patient after all: the start is held again if it is still free.

    Raises Refused when it is not. `without_time` then takes the request without its start and asks for another time.
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
