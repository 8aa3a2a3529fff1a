"""The only writer of a request's status."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count

from pages.models import Clinic

from . import outbox
from .models import ConsultPolicy, ConsultRequest, Event, Seat
from .posted_hours import policy_value, posted_hours
from .scheduling import Offers, Policy, PostedHours, Refusal, reply_due
from .scheduling.cells import cells_of


class Refused(Exception):
    """The request cannot have this start; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code


def current_offers(*, now: datetime, clinic: Clinic) -> Offers:
    """The rules in force at the instant `now`, before any held seat is counted."""
    posted = posted_hours(clinic, since=now.astimezone(clinic.zone).date())
    return Offers(posted, policy_value(ConsultPolicy.objects.current()), now)


def with_held_seats(offers: Offers, first: date, last: date) -> Offers:
    """The same rules with the seats counted in that are held on the local dates `first` to `last`. One query."""
    zone = offers.posted.zone
    start = datetime.combine(first, time.min, zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC) + offers.policy.length
    return replace(offers, held=held_seats(start, end))


def held_seats(first: datetime, last: datetime) -> dict[int, int]:
    """How many seats are held in each cell from `first` to `last`; cells without one are missing."""
    cells = cells_of(first, last - first)
    rows = Seat.objects.filter(cell__gte=cells.start, cell__lt=cells.stop).values_list("cell").annotate(Count("id"))
    return dict(rows.order_by())


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
) -> ConsultRequest:
    """Stores a patient's request, holds its seat and writes the messages it owes, all or nothing.

    `starts_at` is an aware instant, or None for "none of these times work". A key that was used before answers with
    the request it made. Raises Refused when the start cannot be had.
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
            return _submit(submission_key, starts_at, person, now)
    except IntegrityError:
        # Somebody was faster by an instant: with the same form, or with the same seat.
        if (request := find_submission(submission_key)) is not None:
            return request
        raise Refused(Refusal.TAKEN) from None


def _submit(submission_key: str, starts_at: datetime | None, person: dict, now: datetime) -> ConsultRequest:
    # The policy row first: on PostgreSQL this puts writers and changes of hours in line (SQLite's IMMEDIATE does already).
    policy_row = ConsultPolicy.objects.select_for_update().current()
    if (request := find_submission(submission_key)) is not None:
        return request
    clinic = Clinic.objects.current()
    posted = posted_hours(clinic, since=now.astimezone(clinic.zone).date())
    policy = policy_value(policy_row)
    if starts_at is not None:
        _refuse_unless_offered(starts_at, posted, policy, now)
    request = ConsultRequest(
        status=ConsultRequest.Status.REQUESTED,
        starts_at=starts_at,
        length_minutes=policy_row.length_minutes,
        created_at=now,
        answer_by=reply_due(posted=posted, open_days=policy.answer_open_days, asked_at=now, starts_at=starts_at),
        submission_key=submission_key,
    )
    request.seal_person(**person, token=secrets.token_urlsafe(32))
    request.save(force_insert=True)
    if starts_at is not None:
        _hold_seat(request, cells_of(starts_at, policy.length), policy.capacity)
    event = Event.objects.create(
        request=request, number=1, kind=Event.Kind.REQUESTED, status=request.status, starts_at=starts_at, at=now
    )
    outbox.tell_patient(event, request, clinic=clinic, posted=posted, now=now)
    outbox.tell_staff(event, request, clinic=clinic, posted=posted, now=now)
    return request


def _refuse_unless_offered(starts_at: datetime, posted: PostedHours, policy: Policy, now: datetime) -> None:
    held = held_seats(starts_at, starts_at + max(policy.length, timedelta(minutes=5)))
    if (code := Offers(posted, policy, now, held).refusal(starts_at)) is not None:
        raise Refused(code)


def _hold_seat(request: ConsultRequest, cells: Iterable[int], capacity: int) -> None:
    """One seat in every cell, each the lowest free number. The unique (cell, seat) settles what this look missed."""
    cells = list(cells)
    taken = set(Seat.objects.filter(cell__in=cells).values_list("cell", "seat"))
    seats = []
    for cell in cells:
        free = next((number for number in range(capacity) if (cell, number) not in taken), None)
        if free is None:
            raise Refused(Refusal.TAKEN)
        seats.append(Seat(cell=cell, seat=free, request=request))
    Seat.objects.bulk_create(seats)
