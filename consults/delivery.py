"""Sending what the outbox holds: at least once, always under the same Message-ID."""

import logging
import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as MailServer
from django.db.models import F

from guard import sealing
from pages.models import Clinic

from . import letters
from .models import OutboxMessage

logger = logging.getLogger("clinic.mail")

# Longer than any one attempt: EMAIL_TIMEOUT bounds each step of the SMTP conversation.
LEASE = timedelta(minutes=3)
MOST_ATTEMPTS = 12


class _Line:
    """What the messages of a batch share: who writes, and the line to the mail server, open from one to the next."""

    def __init__(self) -> None:
        self.clinic = Clinic.objects.current()
        self._server: MailServer | None = None

    def backend(self):
        """What takes the next message. Mail that is written to files gets a file, and so a backend, for each."""
        backend = self._server or get_connection()
        if isinstance(backend, MailServer):
            # `send` closes what it opened itself.
            backend.open()
            self._server = backend
        return backend

    def hang_up(self) -> None:
        if self._server:
            with suppress(OSError, smtplib.SMTPException):
                self._server.close()


def deliver_due(*, now: datetime, at_most: int = 50, stop: Callable[[], bool] = lambda: False) -> int:
    """Sends up to `at_most` messages that are due, over one connection to the mail server. Returns how many were handed over.

    Each is claimed when its turn comes, so that a crash leaves one in doubt. `stop` is asked before each: it has to end the
    batch well within LEASE after `now`.
    """
    due = list(OutboxMessage.objects.due(now=now).order_by("not_before", "pk")[:at_most])
    if not due:
        return 0
    line, sent = _Line(), 0
    for message in due:
        if stop():
            break
        sent += _deliver(message, now, line)
    line.hang_up()
    return sent


def _deliver(message: OutboxMessage, now: datetime, line: _Line) -> bool:
    if not _claim(message, now):
        return False
    try:
        _send(message, line)
    except sealing.CannotOpen:
        logger.exception("message %s cannot be opened", message.pk)
        _give_up(message, "cannot_open")
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if all(code >= 500 for code in codes):
            _give_up(message, f"refused_{codes[0]}")
        else:
            _retry(message, now, f"refused_{codes[0]}")
    except (OSError, smtplib.SMTPException) as error:
        line.hang_up()
        # The text of an SMTP error may quote the address: only its kind is kept.
        _retry(message, now, type(error).__name__)
    except Exception as error:
        _give_up(message, type(error).__name__)
    else:
        OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxMessage.State.DONE, done_at=now, problem="")
        return True
    return False


def _claim(message: OutboxMessage, now: datetime) -> bool:
    """Takes the message for this worker. One conditional UPDATE: of two workers, one finds the row still as it read it."""
    unchanged = OutboxMessage.objects.due(now=now).filter(pk=message.pk, attempts=message.attempts)
    return bool(unchanged.update(not_before=now + LEASE, attempts=F("attempts") + 1))


def _send(message: OutboxMessage, line: _Line) -> None:
    letter, clinic = message.letter, line.clinic
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail = EmailMultiAlternatives(
        subject=letter["subject"],
        body=letter["text"],
        from_email=formataddr((name or clinic.name, address)),
        to=[letter["to"]],
        reply_to=[clinic.email] if clinic.email else None,
        headers={"Message-ID": f"<{message.message_id}@{settings.PUBLIC.host}>", "Auto-Submitted": "auto-generated"},
        connection=line.backend(),
    )
    if message.recipient == OutboxMessage.Recipient.PATIENT:
        mail.attach_alternative(letters.html_part(letter), "text/html")
    if letter["calendar"]:
        mail.attach("visit.ics", letter["calendar"], "text/calendar")
    mail.send()


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
