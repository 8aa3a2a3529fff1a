"""What every decision about a request has in common.

A decision is one transaction. It locks the rules first (on PostgreSQL this makes decisions and changes of hours queue;
SQLite's IMMEDIATE transactions queue already), then the request's row, and writes status, seats, event and messages together.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from guard import sealing

from .conflicts import Conflict, conflicts_of
from .current_rules import Rules, lock_rules
from .messages import outbox, overtaken
from .messages.facts import NOTHING_BEFORE, Before
from .messages.kinds import tells
from .models import ConsultRequest, EarlierOffer, Event, Reason
from .scheduling import ConsultTime, Offers, Policy, Refusal, reply_due
from .scheduling.cells import cells_of
from .seating import NoSeat, free_seat, hold_seat, taken_seats
from .transitions import TRANSITIONS

logger = logging.getLogger("clinic.consults")
_TOOK_PLACE = {ConsultRequest.Status.COMPLETED, ConsultRequest.Status.MISSED}
_GIVES_UP = {*ConsultRequest.ENDED, ConsultRequest.Status.QUARANTINED} - _TOOK_PLACE
# What answers an offer; any other decision that does not leave it open overtakes it.
_ANSWERS: dict[str, str] = {
    Event.Kind.OFFER_ACCEPTED: EarlierOffer.Answer.ACCEPTED,
    Event.Kind.OFFER_REFUSED: EarlierOffer.Answer.REFUSED,
    Event.Kind.OFFER_LAPSED: EarlierOffer.Answer.LAPSED,
    Event.Kind.OFFER_TAKEN_BACK: EarlierOffer.Answer.TAKEN_BACK,
}


def _cells(visit: ConsultTime | None) -> set[int]:
    return set(cells_of(visit.start, visit.end - visit.start)) if visit else set()


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
    kind: str
    before: Before = NOTHING_BEFORE
    # The earlier time that is offered: open before the decision, or made by it.
    offered: EarlierOffer | None = None
    reason: Reason | None = None
    # Its sender changes a request that was set aside: it holds no seat, stays so unless it ends, and nobody is told.
    is_quiet: bool = False
    sets_aside: bool = False
    # An answer by an instant that is past was promised, by a letter or on a page.
    is_late: bool = False
    # An address that a correction left, and that was written to.
    tells_old_address: str = ""
    # (cell, seat) pairs that others hold around the requested start.
    taken: Set[tuple[int, int]] = frozenset()

    def require(self, holds: bool, code: str) -> None:
        if not holds:
            raise NotAllowed(code)

    def give_reason(self, reason: Reason, use: str) -> None:
        self.require(reason.use == use, "wrong_reason")
        self.reason = reason

    def conflicts(self) -> dict[ConsultTime | None, Conflict]:
        """The request's visits that do not fit, each with what staff have not accepted yet."""
        return {conflict.visit: conflict for conflict in conflicts_of(self.row, rules=self.rules, now=self.now)}

    def take(self, starts_at: datetime, policy: Policy, *, beside_confirmed: bool = False) -> None:
        """Holds this start for the request in place of the one it is about; a confirmed visit is kept where `beside_confirmed`.

        Raises Refused. The request's own seats count as free.
        """
        row, own = self.row, frozenset(self.row.seats.values_list("cell", "seat"))
        if starts_at == row.starts_at or (beside_confirmed and starts_at == row.confirmed_starts_at):
            raise Refused(Refusal.TAKEN)
        self.refuse_unless_offered(starts_at, policy, own=own)
        kept = _cells(row.confirmed_visit) if beside_confirmed else set()
        free_seat(row, keep=kept)
        row.starts_at, row.length_minutes = starts_at, int(policy.length.total_seconds() // 60)
        row.kept_despite = {}
        if not self.is_quiet:
            self.hold(starts_at, policy, kept=kept)

    def refuse_unless_offered(self, starts_at: datetime, policy: Policy, *, own: frozenset[tuple[int, int]]) -> None:
        """Raises Refused unless the start is offered. `own`: (cell, seat) pairs the request holds, which count as free."""
        self.taken = taken_seats(cells_of(starts_at, policy.length)) - own
        held = Counter(cell for cell, _ in self.taken)
        if (code := Offers(self.rules.posted, policy, self.now, held).refusal(starts_at)) is not None:
            raise Refused(code)

    def hold(self, starts_at: datetime, policy: Policy, *, kept: Set[int] = frozenset()) -> None:
        cells = (cell for cell in cells_of(starts_at, policy.length) if cell not in kept)
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
        posted, open_days, row = self.rules.posted, self.rules.policy.answer_open_days, self.row
        row.answer_by = reply_due(
            posted=posted, open_days=open_days, asked_at=self.now, starts_at=row.starts_at, stands_until=row.confirmed_starts_at
        )

    def keep_reply_time(self) -> None:
        """Counts the reply time afresh for a request whose pages named one all along: an earlier one that is ahead stays."""
        promised = self.row.answer_by
        self.set_reply_time()
        self.is_late = promised <= self.now
        if not self.is_late:
            self.row.answer_by = min(promised, self.row.answer_by)

    def settle(self, status: str) -> None:
        """Gives the row its status, and what follows from it: its seats, the confirmed visit, when it ended."""
        row, was_moving = self.row, self.row.is_moving
        if self.sets_aside or (self.is_quiet and status == ConsultRequest.Status.REQUESTED):
            status = ConsultRequest.Status.QUARANTINED
        row.status, row.version = status, row.version + 1
        if status == ConsultRequest.Status.CONFIRMED:
            row.confirm_visit()
        elif status in ConsultRequest.ENDED and row.ended_at is None:
            row.ended_at = self.now
        if status in _GIVES_UP:
            row.forget_confirmed()
        if self.ends_offer:
            EarlierOffer.objects.close(row, answer=_ANSWERS.get(self.kind, EarlierOffer.Answer.OVERTAKEN), at=self.now)
        if self.ends_offer or was_moving or status not in ConsultRequest.HOLDS_A_SEAT:
            free_seat(row, keep={cell for visit, _ in row.held_visits for cell in _cells(visit)})

    @property
    def offer_is_closed(self) -> bool:
        """Whether a time is offered that cannot be had: it is ahead, and its date was closed since."""
        offer = self.offered
        return offer is not None and offer.starts_at > self.now and not self.rules.covers(offer.visit)

    @property
    def ends_offer(self) -> bool:
        return self.offered is not None and not TRANSITIONS[self.kind].leaves_offer

    def record(self, *, by) -> Event:
        """Writes the event for the row's new state and the messages it owes. One about an offer tells the offered start."""
        reason = self.reason
        about = self.offered if tells(self.kind).is_about_offer else None
        event = Event.objects.create(
            request=self.row,
            number=self.row.version,
            kind=self.kind,
            status=self.row.status,
            starts_at=about.starts_at if about else self.row.starts_at,
            reason=reason.code if reason else "",
            at=self.now,
            by=by,
        )
        if self.is_quiet or self.row.status == ConsultRequest.Status.QUARANTINED:
            overtaken.drop_unsent(self.row)
            return event
        if self.ends_offer:
            overtaken.end_unsent_offer(event, now=self.now)
        try:
            outbox.write_messages(
                *(event, self.row),
                rules=self.rules,
                reason=reason,
                before=self.before,
                now=self.now,
                offer=self.offered,
                is_late=self.is_late,
            )
        except sealing.CannotOpen:
            # Nobody can be told whose address no key opens; withdrawing is possible all the same.
            if self.kind != Event.Kind.WITHDRAWN:
                raise
            logger.exception("nobody can be told that request %s was withdrawn", self.row.pk)
        if self.tells_old_address:
            outbox.write_to_old_address(event, self.row, to=self.tells_old_address, now=self.now)
        return event


@contextmanager
def deciding(request: ConsultRequest, *kinds: str, now: datetime, by=None, version: int | None = None) -> Iterator[Decision]:
    """Locks and loads the request, and saves the changes made in the block.

    The first of `kinds` that may happen to it happens. When none may, NotAllowed says why not the first.
    """
    try:
        with transaction.atomic():
            rules = lock_rules(now)
            row = ConsultRequest.objects.select_for_update().get(pk=request.pk)
            if version is not None and row.version != version:
                raise Stale(row)
            codes = {kind: TRANSITIONS[kind].broken_guard(row, now) for kind in kinds}
            kind = next((kind for kind, code in codes.items() if not code), None)
            if kind is None:
                raise NotAllowed(codes[kinds[0]])
            allowed = TRANSITIONS[kind]
            is_quiet = allowed.by_patient and row.status == ConsultRequest.Status.QUARANTINED
            before = Before(row.visit, row.confirmed_visit)
            decision = Decision(row, rules, now, kind, before=before, is_quiet=is_quiet)
            decision.offered = EarlierOffer.objects.of(row)
            yield decision
            decision.settle(allowed.leads_to or row.status)
            row.save(force_update=True)
            decision.record(by=by)
    except IntegrityError:
        # Only a seat can be contested here, because the request's own row is locked.
        raise Refused(Refusal.TAKEN) from None
