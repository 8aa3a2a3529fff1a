"""What every decision about a request has in common.

A decision is one transaction. It locks the rules first (on PostgreSQL this makes decisions and changes of hours queue;
SQLite's IMMEDIATE transactions queue already), then the request's row, and writes status, seats, event and messages together.
"""

from collections import Counter
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from .current_rules import Rules, lock_rules
from .messages import outbox
from .models import ConsultRequest, Event, Reason
from .scheduling import Offers, Policy, Refusal, reply_due
from .scheduling.cells import cells_of
from .seating import NoSeat, free_seat, hold_seat, taken_seats
from .transitions import TRANSITIONS


class Refused(Exception):
    """The start is unavailable; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code


class NotAllowed(Exception):
    """The decision does not fit the request's state; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Stale(Exception):
    """The caller's version of the request is out of date; `request` is its current row."""

    def __init__(self, request: ConsultRequest) -> None:
        super().__init__(request.reference)
        self.request = request


@dataclass
class Decision:
    """A request being decided, with the rules in force. Its row is written when the decision is recorded."""

    row: ConsultRequest
    rules: Rules
    now: datetime
    reason: Reason | None = None
    # (cell, seat) pairs that others hold around the requested start.
    taken: Set[tuple[int, int]] = frozenset()

    def require(self, holds: bool, code: str) -> None:
        if not holds:
            raise NotAllowed(code)

    def give_reason(self, reason: Reason, use: str) -> None:
        self.require(reason.use == use, "wrong_reason")
        self.reason = reason

    def is_posted(self) -> bool:
        visit = self.row.visit
        return visit is not None and self.rules.posted.covers(visit.start, visit.end)

    def take(self, starts_at: datetime, policy: Policy) -> None:
        """Holds this start for the request in place of its old one. Raises Refused."""
        own = frozenset(self.row.seats.values_list("cell", "seat"))
        if starts_at == self.row.starts_at:
            raise Refused(Refusal.TAKEN)
        self.refuse_unless_offered(starts_at, policy, own=own)
        free_seat(self.row)
        self.row.starts_at, self.row.length_minutes = starts_at, int(policy.length.total_seconds() // 60)
        self.row.kept_outside_hours = False
        self.hold(starts_at, policy)

    def refuse_unless_offered(self, starts_at: datetime, policy: Policy, *, own: frozenset[tuple[int, int]]) -> None:
        """Raises Refused unless the start is offered. `own`: (cell, seat) pairs the request holds, which count as free."""
        self.taken = taken_seats(cells_of(starts_at, policy.length)) - own
        held = Counter(cell for cell, _ in self.taken)
        if (code := Offers(self.rules.posted, policy, self.now, held).refusal(starts_at)) is not None:
            raise Refused(code)

    def hold(self, starts_at: datetime, policy: Policy) -> None:
        cells = cells_of(starts_at, timedelta(minutes=self.row.length_minutes))
        try:
            hold_seat(self.row, cells, policy.capacity, self.taken)
        except NoSeat:
            raise Refused(Refusal.TAKEN) from None

    def accept(self, starts_at: datetime | None, policy: Policy, *, status: str) -> None:
        """Checks and stores a new request, and holds its seat unless it is quarantined."""
        if starts_at is not None:
            self.refuse_unless_offered(starts_at, policy, own=frozenset())
        self.row.status, self.row.starts_at = status, starts_at
        self.set_reply_time()
        self.row.save(force_insert=True)
        if starts_at is not None and status in ConsultRequest.HOLDS_A_SEAT:
            self.hold(starts_at, policy)

    def set_reply_time(self) -> None:
        posted, open_days = self.rules.posted, self.rules.policy.answer_open_days
        self.row.answer_by = reply_due(posted=posted, open_days=open_days, asked_at=self.now, starts_at=self.row.starts_at)

    def record(self, kind: str, *, by) -> Event:
        """Writes the event for the row's new state and the messages it owes."""
        reason = self.reason
        event = Event.objects.create(
            request=self.row,
            number=self.row.version,
            kind=kind,
            status=self.row.status,
            starts_at=self.row.starts_at,
            reason=reason.code if reason else "",
            at=self.now,
            by=by,
        )
        outbox.write_messages(event, self.row, clinic=self.rules.clinic, posted=self.rules.posted, reason=reason, now=self.now)
        return event


@contextmanager
def deciding(request: ConsultRequest, kind: str, *, now: datetime, by=None, version: int | None = None) -> Iterator[Decision]:
    """Locks and loads the request, checks that `kind` may happen to it, and saves the changes made in the block."""
    allowed = TRANSITIONS[kind]
    try:
        with transaction.atomic():
            rules = lock_rules(now)
            row = ConsultRequest.objects.select_for_update().get(pk=request.pk)
            if version is not None and row.version != version:
                raise Stale(row)
            if code := allowed.broken_guard(row, now):
                raise NotAllowed(code)
            decision = Decision(row, rules, now)
            yield decision
            row.status = allowed.leads_to or row.status
            row.version += 1
            if row.status in ConsultRequest.ENDED and row.ended_at is None:
                row.ended_at = now
            if row.status not in ConsultRequest.HOLDS_A_SEAT:
                free_seat(row)
            row.save(force_update=True)
            decision.record(kind, by=by)
    except IntegrityError:
        # Only a seat can be contested here, because the request's own row is locked.
        raise Refused(Refusal.TAKEN) from None
