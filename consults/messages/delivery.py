"""Delivers the messages in the outbox at least once, always under the same Message-ID."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F

from consults.models import OutboxMessage
from guard import sealing

from .channels import SENDERS
from .channels.not_sent import NotSent

logger = logging.getLogger("clinic.mail")

# Longer than any single attempt: EMAIL_TIMEOUT bounds each step of the SMTP conversation.
LEASE = timedelta(minutes=3)
MOST_ATTEMPTS = 12


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
    *, now: datetime, at_most: int = 50, stop: Callable[[], bool] = lambda: False, after: datetime | None = None
) -> int:
    """Sends up to `at_most` due messages, over one connection to each server. Returns how many were handed over.

    Each is claimed just before it is sent, so that a crash leaves only one in doubt. `stop` is asked before each and has to
    end the batch well within LEASE after `now`. With `after`, what was due at that instant waits.
    """
    due = OutboxMessage.objects.due(now=now)
    if after is not None:
        due = due.filter(not_before__gt=after)
    batch, sent = Batch(), 0
    for message in list(due.order_by("not_before", "pk")[:at_most]):
        if stop():
            break
        sent += _deliver(message, now, batch)
    batch.close()
    return sent


def _deliver(message: OutboxMessage, now: datetime, batch: Batch) -> bool:
    sender = batch.sender(message.channel)
    if not _claim(message, now):
        return False
    try:
        sender.send(message)
    except sealing.CannotOpen:
        logger.exception("message %s cannot be opened", message.pk)
        _give_up(message, "cannot_open")
    except NotSent as error:
        if error.permanent:
            _give_up(message, error.problem)
        else:
            _retry(message, now, error.problem)
    except Exception as error:
        _give_up(message, type(error).__name__)
    else:
        forgets = {"sealed": b""} if message.event_id is None else {}
        OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxMessage.State.DONE, done_at=now, problem="", **forgets)
        return True
    return False


def _claim(message: OutboxMessage, now: datetime) -> bool:
    """Claims the message for this worker. One conditional UPDATE: of two workers, only one still sees the row unchanged."""
    unchanged = OutboxMessage.objects.due(now=now).filter(pk=message.pk, attempts=message.attempts)
    return bool(unchanged.update(not_before=now + LEASE, attempts=F("attempts") + 1))


def _retry(message: OutboxMessage, now: datetime, problem: str) -> None:
    attempts = message.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _give_up(message, problem)
        return
    pause = min(timedelta(seconds=15 * 2**attempts), timedelta(hours=1))
    OutboxMessage.objects.filter(pk=message.pk).update(not_before=now + pause, problem=problem[:60])


def _give_up(message: OutboxMessage, problem: str) -> None:
    logger.error("message %s was given up: %s", message.pk, problem)
    OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxMessage.State.FAILED, problem=problem[:60])
