"""Delivers the messages in the outbox at least once, always under the same Message-ID."""

import logging
import math
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Case, F, When

from consults.current_rules import Rules, read_rules
from consults.models import Event, OutboxMessage
from consults.models.outbox_message import LONGEST_PAUSE
from guard import sealing
from guard.one_row import MOST_IN_A_RUN, is_of_one_row
from pages.models import Clinic

from .answers import Answers
from .channels import SENDERS
from .channels.not_sent import NO_ANSWER, NotSent, Unanswered
from .channels.smtp_server import ANSWER_SECONDS
from .kinds import ENTRY_DECLINED, OLD_ADDRESS, REMINDER, REPEATS
from .reading import TOO_LATE, comes_too_late, read_message
from .refused import RETURNED, give_up, refuse

logger = logging.getLogger("clinic.mail")

# Longer than any single attempt: EMAIL_TIMEOUT bounds each step of the SMTP conversation.
LEASE = timedelta(minutes=3)
# Once an hour after the first one: a mail server may be away over a weekend.
MOST_ATTEMPTS = 72
# In about an hour: a server that takes the address and not the letter does not change its mind, but for a limit of the hour.
FEW_ATTEMPTS = 8
# A stranger who asks in many names then writes to few of them, and a day on which many ask is only slower. What waits
# for more than an hour is a warning of `/health/ready`.
MOST_FIRST_LETTERS_AN_HOUR = 60
# Of these, to corrected addresses and about them: two letters each, for which nobody has to book again.
MOST_ABOUT_CORRECTIONS_AN_HOUR = 15
_ABOUT_CORRECTIONS = (Event.Kind.READDRESSED, OLD_ADDRESS)
_REPEATS_LAST = Case(When(kind__in=REPEATS, then=1), default=0)


class Batch:
    """The senders of one batch, each created for its first message."""

    def __init__(self) -> None:
        self._senders: dict = {}

    def sender(self, channel: str):
        if channel not in self._senders:
            self._senders[channel] = SENDERS[channel]()
        return self._senders[channel]

    def close(self) -> None:
        for sender in self._senders.values():
            sender.close()


def deliver_due(
    *,
    now: datetime,
    at_most: int = 50,
    stop: Callable[[], bool] = lambda: False,
    after: datetime | None = None,
    written_after: datetime | None = None,
    answers: Answers | None = None,
) -> int:
    """Sends up to `at_most` due messages, over one connection to each server. Returns how many were handed over.

    First letters are at most MOST_FIRST_LETTERS_AN_HOUR, and repeats come last. Each is claimed just before it is sent, so that
    a crash leaves only one in doubt. `stop` is asked before each and has to end the batch well within LEASE after `now`. With
    `after`, what was due at that instant waits, and with `written_after` what was written by then. A server that takes its time
    over a letter answers into `answers`, which the next batches read.
    """
    answers = answers or Answers()
    sent = answers.note_arrived(lambda message, answer: _conclude(message, now, answer.result, answers))
    due = OutboxMessage.objects.due(now=now).select_related("event__request")
    if after is not None:
        due = due.filter(not_before__gt=after)
    if written_after is not None:
        due = due.filter(created_at__gt=written_after)
    # Asked twice a second, and nearly always there is nothing.
    if not due.exists():
        return sent
    left, left_about_corrections = _first_letters_left(now)
    if left < 1:
        due = due.exclude(is_first=True)
    elif left_about_corrections < 1:
        due = due.exclude(is_first=True, kind__in=_ABOUT_CORRECTIONS)
    batch, rules, locked = Batch(), read_rules(now), 0
    try:
        for message in list(due.order_by(_REPEATS_LAST, "not_before", "pk")[:at_most]):
            if stop():
                break
            if message.is_first:
                of_corrections = message.kind in _ABOUT_CORRECTIONS
                if left < 1 or (of_corrections and left_about_corrections < 1):
                    continue
                left, left_about_corrections = left - 1, left_about_corrections - of_corrections
            try:
                sent += _deliver(message, now, batch, rules, answers)
            except DatabaseError as error:
                locked += 1
                if locked == MOST_IN_A_RUN or not is_of_one_row(error):
                    raise
                logger.error("message %s was not delivered: %s", message.pk, type(error).__name__)
    finally:
        batch.close()
    return sent


def _first_letters_left(now: datetime) -> tuple[float, float]:
    """How many may leave at the instant, over all workers, and how many of these about corrections; no bound where the limits of
    the booking flow are off.

    A letter that became a call, which was made, did not leave: its row keeps the problem.
    """
    if settings.BOOKING_RATE is None:
        return math.inf, math.inf
    sent = OutboxMessage.objects.filter(is_first=True, done_at__gt=now - timedelta(hours=1), problem__in=["", NO_ANSWER])
    about_corrections = sent.filter(kind__in=_ABOUT_CORRECTIONS).count()
    return MOST_FIRST_LETTERS_AN_HOUR - sent.count(), MOST_ABOUT_CORRECTIONS_AN_HOUR - about_corrections


def first_letters_wait(*, now: datetime) -> bool:
    """Whether as many as may have left within the hour: the next patient's letter waits."""
    return _first_letters_left(now)[0] < 1


def _deliver(message: OutboxMessage, now: datetime, batch: Batch, rules: Rules, answers: Answers) -> bool:
    sender = batch.sender(message.channel)
    if not _claim(message, now, rules.clinic):
        return False

    def send() -> None:
        if comes_too_late(message, rules=rules, now=now):
            raise _TooLate
        if message.was_lost_twice:
            raise NotSent(NO_ANSWER)
        sender.send(message, read_message(message, rules, now=now))

    return _conclude(message, now, send, answers)


def _conclude(message: OutboxMessage, now: datetime, result: Callable[[], object], answers: Answers) -> bool:
    """Notes what became of it: what `result` raises, or that it was sent."""
    try:
        result()
    except Unanswered as error:
        _handed_over(message, now, next_attempt=now + timedelta(seconds=ANSWER_SECONDS) + LEASE)
        answers.await_one(message, error.answer)
    except _TooLate:
        _drop_late(message)
    except sealing.CannotOpen:
        # A missing key comes back, as a mail server does.
        logger.error("message %s cannot be opened", message.pk)
        _retry(message, now, "cannot_open")
    except NotSent as error:
        if error.problem != NO_ANSWER:
            _was_not_taken(message)
        if error.permanent:
            refuse(message, now=now, problem=error.problem)
        else:
            _retry(message, now, error.problem, most=FEW_ATTEMPTS if error.is_hopeless else MOST_ATTEMPTS)
    except (MemoryError, RuntimeError) as error:
        # No memory, or no thread for it: that is the machine's, and passes.
        logger.error("message %s could not be sent now: %s", message.pk, type(error).__name__)
        _retry(message, now, type(error).__name__)
    except Exception as error:
        give_up(message, problem=type(error).__name__)
    else:
        forgets = {"sealed": b""} if message.event_id is None else {}
        done = {"state": OutboxMessage.State.DONE, "done_at": now, "problem": ""}
        return bool(_not_returned(message).update(**done, **forgets))
    return False


class _TooLate(Exception):
    """It is no longer true."""


def _drop_late(message: OutboxMessage) -> None:
    """Somebody who was not told in time that the visit was confirmed may not have come: that is marked for staff.

    So is a reminder that was tried and never left. One that nobody tried was held back, and that was told.
    """
    never_left = message.attempts > 0 and message.done_at is None
    if message.kind in {Event.Kind.OFFERED, ENTRY_DECLINED} or (message.kind == REMINDER and not never_left):
        OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxMessage.State.DROPPED, problem=TOO_LATE)
    else:
        give_up(message, problem=TOO_LATE)


def _claim(message: OutboxMessage, now: datetime, clinic: Clinic) -> bool:
    """Claims the message for this worker. One conditional UPDATE: of two workers, only one still sees the row unchanged.

    Until somebody notes what became of the attempt, the row names no problem of the one before. What is claimed again without
    such a note may have arrived: a disk may have had room for the claim alone. `clinic`: its facts are what it says of the place.
    """
    unchanged = OutboxMessage.objects.due(now=now).filter(pk=message.pk, attempts=message.attempts)
    # A reminder is written long before it is due.
    is_due_since = {"created_at": F("not_before")} if message.kind == REMINDER and not message.attempts else {}
    may_have_arrived = {"done_at": message.done_at or now} if message.may_have_arrived else {}
    claim = {"not_before": now + LEASE, "attempts": F("attempts") + 1, "problem": ""}
    says = {"place": clinic.consult_place, "way_to_join": clinic.way_to_join}
    return bool(unchanged.update(**claim, **says, **may_have_arrived, **is_due_since))


def _retry(message: OutboxMessage, now: datetime, problem: str, *, most: int = MOST_ATTEMPTS) -> None:
    """Once more a while later. What may have arrived is repeated once; then a person is told that it may have."""
    attempts, may_have_arrived = message.attempts + 1, message.may_have_arrived
    if attempts >= most or (may_have_arrived and problem == NO_ANSWER):
        give_up(message, problem=problem)
        return
    pause = min(timedelta(seconds=15 * 2 ** min(attempts, 10)), LONGEST_PAUSE)
    if problem == NO_ANSWER:
        _handed_over(message, now, next_attempt=now + pause)
        return
    problem = NO_ANSWER if may_have_arrived else problem
    _not_returned(message).update(not_before=now + pause, problem=problem[:60])


def _handed_over(message: OutboxMessage, now: datetime, *, next_attempt: datetime) -> None:
    """Notes that a server may have it, also for the bound of first letters."""
    _not_returned(message).update(not_before=next_attempt, problem=NO_ANSWER, done_at=now)


def _was_not_taken(message: OutboxMessage) -> None:
    """Of a server that took its time and then said no: it has as little of the letter as before, whatever became of it since."""
    if message.done_at or not message.may_have_arrived:
        OutboxMessage.objects.filter(pk=message.pk, problem=NO_ANSWER).update(done_at=message.done_at)


def _not_returned(message: OutboxMessage):
    """Its row, unless a delivery report came first: then it is a call to make, or failed mail."""
    return OutboxMessage.objects.filter(pk=message.pk).exclude(problem__startswith=RETURNED)
