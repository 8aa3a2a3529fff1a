"""The only writer of a request's status. Verb + noun; every function is one transaction (see `decision`).

Instants are aware. `version` is what the caller last saw of the request: a stale one raises Stale. A decision that does not
fit the request's status raises NotAllowed, a start that cannot be had raises Refused; nothing is changed then.
"""

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from django.db import IntegrityError, transaction

from pages.models import Clinic

from . import outbox
from .decision import Decision, NotAllowed, Refused, Stale, deciding
from .models import ConsultRequest, Event, Reason
from .rules import rules_in_force
from .scheduling import Offers, Refusal
from .seating import held_seats

__all__ = ["NotAllowed", "Refused", "Stale"]

Kind, Status = Event.Kind, ConsultRequest.Status
# Far enough for staff, who are not bound by the patients' horizon.
_STAFF_HORIZON_DAYS = 3650


def current_offers(*, now: datetime, clinic: Clinic) -> Offers:
    """The rules in force at the instant `now`, before any held seat is counted."""
    rules = rules_in_force(now)
    return Offers(rules.posted, rules.policy, now)


def with_held_seats(offers: Offers, first: date, last: date, *, mover: ConsultRequest | None = None) -> Offers:
    """The same rules with the seats counted in that are held on the local dates `first` to `last`. One query.

    The seats of `mover`, who would give them up for another time, do not count.
    """
    zone = offers.posted.zone
    start = datetime.combine(first, time.min, zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC) + offers.policy.length
    held = held_seats(start, end)
    for cell in mover.seats.values_list("cell", flat=True) if mover else ():
        held[cell] = held.get(cell, 1) - 1
    return replace(offers, held=held)


def without_notice(offers: Offers) -> Offers:
    """The same rules for staff, who may go below the notice."""
    return replace(offers, policy=replace(offers.policy, notice=timedelta(0)))


def reference_of(submission_key: str) -> str | None:
    """The reference of the request that was made with this key, if one was."""
    return ConsultRequest.objects.filter(submission_key=submission_key).values_list("reference", flat=True).first()


def find_submission(submission_key: str) -> ConsultRequest | None:
    return ConsultRequest.objects.filter(submission_key=submission_key).first()


def submit_request(
    *,
    submission_key: str,
    starts_at: datetime | None,
    full_name: str,
    email: str,
    phone: str,
    contact_by: str,
    voicemail_ok: bool,
    note: str,
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

    Raises Refused when the start cannot be had.
    """
    person = {
        "full_name": full_name,
        "email": email,
        "phone": phone,
        "contact_by": contact_by,
        "voicemail_ok": voicemail_ok,
        "note": note,
    }
    try:
        with transaction.atomic():
            rules = rules_in_force(now, lock=True)
            policy = rules.policy
            request = ConsultRequest(created_at=now, submission_key=submission_key, client=client)
            request.length_minutes = int(policy.length.total_seconds() // 60)
            request.seal_person(**person, token=secrets.token_urlsafe(32))
            decision = Decision(request, rules, now)
            if below_notice:
                policy = replace(policy, notice=timedelta(0))
            decision.accept(starts_at, policy, status=Status.QUARANTINED if looks_like_spam else Status.REQUESTED)
            decision.record(Kind.QUARANTINED if looks_like_spam else Kind.REQUESTED, by=by)
            return request
    except (IntegrityError, Refused) as error:
        # Somebody was faster: with the same form, or with the same seat.
        if (request := find_submission(submission_key)) is not None:
            return request
        raise Refused(error.code if isinstance(error, Refused) else Refusal.TAKEN) from None


def confirm_request(
    request: ConsultRequest, *, by, now: datetime, version: int | None = None, even_if_not_posted: bool = False
) -> ConsultRequest:
    """The start lies ahead and is still posted, or staff say yes to it although it is not."""
    with deciding(request, Kind.CONFIRMED, now=now, by=by, version=version) as decision:
        row = decision.row
        decision.require(row.starts_at is not None, "no_time")
        decision.require(row.starts_at > now, "start_passed")
        if not decision.is_posted():
            decision.require(even_if_not_posted, "not_posted")
            row.kept_outside_hours = True
    return row


def move_request(request: ConsultRequest, *, starts_at: datetime, now: datetime) -> ConsultRequest:
    """The patient chooses another start: by the rules of a new request, with a new reply time."""
    with deciding(request, Kind.MOVED, now=now) as decision:
        row = decision.row
        decision.require(row.starts_at is None or row.starts_at > now, "start_passed")
        decision.take(starts_at, decision.rules.policy)
        decision.set_reply_time()
    return row


def reschedule_request(
    request: ConsultRequest, *, starts_at: datetime, by, now: datetime, version: int | None = None
) -> ConsultRequest:
    """Staff give the patient another start, posted and free, and confirm it."""
    with deciding(request, Kind.RESCHEDULED, now=now, by=by, version=version) as decision:
        policy = replace(decision.rules.policy, notice=timedelta(0), horizon_days=_STAFF_HORIZON_DAYS)
        decision.take(starts_at, policy)
    return decision.row


def keep_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Staff say yes to a start that is no longer posted or is over capacity: the conflict is resolved as it stands."""
    with deciding(request, Kind.KEPT, now=now, by=by, version=version) as decision:
        decision.require(decision.row.starts_at is not None, "no_time")
        decision.row.kept_outside_hours = True
    return decision.row


def decline_request(request: ConsultRequest, *, reason: Reason, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.DECLINED, now=now, by=by, version=version) as decision:
        decision.require(reason.use == Reason.Use.DECLINE, "wrong_reason")
        decision.reason = reason
    return decision.row


def cancel_request(request: ConsultRequest, *, reason: Reason, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.CANCELLED, now=now, by=by, version=version) as decision:
        decision.require(reason.use == Reason.Use.CANCEL, "wrong_reason")
        decision.reason = reason
    return decision.row


def withdraw_request(request: ConsultRequest, *, now: datetime, by=None, version: int | None = None) -> ConsultRequest:
    """The patient takes the request back, before the start; `by` did it for them."""
    with deciding(request, Kind.WITHDRAWN, now=now, by=by, version=version) as decision:
        decision.require(decision.row.starts_at is None or decision.row.starts_at > now, "start_passed")
    return decision.row


def expire_request(request: ConsultRequest, *, now: datetime) -> ConsultRequest:
    """Nobody answered by the reply time, or by the start."""
    with deciding(request, Kind.EXPIRED, now=now) as decision:
        row = decision.row
        decision.require(row.answer_by <= now or (row.starts_at is not None and row.starts_at <= now), "still_time")
    return row


def answer_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """A request without a time was answered in person."""
    with deciding(request, Kind.ANSWERED, now=now, by=by, version=version) as decision:
        decision.require(decision.row.starts_at is None, "has_time")
    return decision.row


def complete_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    with deciding(request, Kind.COMPLETED, now=now, by=by, version=version) as decision:
        decision.require(decision.row.starts_at <= now, "start_ahead")
    return decision.row


def miss_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """The patient did not come."""
    with deciding(request, Kind.MISSED, now=now, by=by, version=version) as decision:
        decision.require(decision.row.starts_at <= now, "start_ahead")
    return decision.row


def note_request(request: ConsultRequest, *, text: str, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Staff write down what they need to know; sealed like everything else about the person. Replaces the earlier note."""
    with deciding(request, Kind.NOTED, now=now, by=by, version=version) as decision:
        decision.row.seal_person(**decision.row.person | {"staff_notes": text})
    return decision.row


def erase_request(request: ConsultRequest, *, by=None, now: datetime, version: int | None = None) -> ConsultRequest:
    """Nothing is left that tells who asked: not in the request and not in its messages. Events and counts stay.

    Raises NotAllowed for one that is still open.
    """
    with deciding(request, Kind.ERASED, now=now, by=by, version=version) as decision:
        row = decision.row
        decision.require(row.status != Status.CONFIRMED or row.starts_at <= now, "is_confirmed")
        row.forget_person(at=now)
        outbox.forget_letters(row)
    return row


def erase_at_once(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """An owner erases one person's request whatever its state. An open one is taken back first, which frees its seat.

    The person can be sent no message afterwards, so whoever erases tells them.
    """
    with transaction.atomic():
        has_begun = request.starts_at is not None and request.starts_at <= now
        if request.status in ConsultRequest.HOLDS_A_SEAT and not has_begun:
            request = withdraw_request(request, now=now, by=by, version=version)
            version = request.version
        return erase_request(request, by=by, now=now, version=version)


def quarantine_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Staff see that this is no patient. Reversible; holds no seat and mails nobody."""
    with deciding(request, Kind.QUARANTINED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


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
            decision.take(wanted, replace(decision.rules.policy, notice=timedelta(0), horizon_days=_STAFF_HORIZON_DAYS))
        decision.set_reply_time()
    return row
