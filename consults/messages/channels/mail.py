"""The email channel: plain text wrapped into lines, the same text as HTML, and the visit as a calendar entry if there is one."""

import re
import smtplib
import textwrap
from collections.abc import Iterable
from concurrent.futures import wait
from contextlib import suppress
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr
from pathlib import Path
from uuid import UUID

import django
from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from consults.messages.calendar_file import write_calendar_file
from consults.messages.compose import Composition, Letter
from consults.messages.subjects import short_when, subject_of
from consults.models import OutboxMessage
from guard.one_line import as_one_line
from pages.models import Clinic

from . import beside
from .not_sent import NO_ANSWER, NotSent, Unanswered
from .smtp_refusal import Fault, whose_fault
from .smtp_server import HandOver, NoAnswer, SmtpServer

CODE, LABEL, REACHES = OutboxMessage.Channel.MAIL, "By email", "email"
# RFC 5322 recommends at most 78 characters a line, and a reply adds "> ".
_COLUMNS = 72
# For one letter, from the greeting to the last answer: the worker has to give a sign of life, and other letters wait meanwhile.
DEADLINE_SECONDS = 25
# As Django's file backend has it.
_BETWEEN_LETTERS = b"\n" + b"-" * 79 + b"\n"


def compose(composition: Composition) -> Letter:
    facts, subject = composition.facts, subject_of(composition)
    if when := short_when(composition):
        subject = f"{subject}: {when}"
    calendar, change = "", composition.calendar
    if change.visit:
        entry = write_calendar_file(
            request=composition.request,
            version=composition.calendar_version,
            visit=change.visit,
            clinic=composition.rules.clinic,
            # Of two parts of one version, a calendar takes the later: the page may have named another place while this waited.
            at=composition.now,
            method=change.method,
            attendee=facts.to,
        )
        calendar = entry.decode()
    return Letter(facts.to, subject, composition.text(layout="_mail.txt", has_file=True), calendar)


def plain_part(text: str) -> str:
    """The text wrapped for every mail program. A link is never broken, however long it is."""
    wrapper = textwrap.TextWrapper(_COLUMNS, break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrapper.fill(line) for line in text.split("\n"))


def html_part(letter: Letter) -> str:
    """The same text for mail programs that prefer HTML, which wrap it to the screen."""
    return render_to_string("consults/messages/mail.html", letter._asdict())


def _calendar_part(text: str) -> MIMEText:
    """Calendar programs look for the method in the Content-Type (RFC 6047)."""
    method = re.search(r"^METHOD:(\w+)", text, re.MULTILINE)
    part = MIMEText(text, "calendar", "utf-8")
    part.set_param("method", method[1] if method else "PUBLISH")
    part.add_header("Content-Disposition", "attachment", filename="visit.ics")
    return part


def connect():
    """What the settings send mail with. Django 6.1 warns of get_connection."""
    return django_mail.mailers.default if django.VERSION >= (6, 1) else django_mail.get_connection()


def delete_files(message_ids: Iterable[UUID]) -> None:
    """Deletes what was written to files under these ids. A site with a mail server has none: a sent letter is out of reach."""
    folder = settings.MAILERS["default"]["OPTIONS"].get("file_path")
    marks = [str(message_id).encode() for message_id in message_ids]
    if folder is None or not marks:
        return
    for path in Path(folder).glob("*.log"):
        # Letters of the same second may share a file.
        letters = path.read_bytes().split(_BETWEEN_LETTERS)
        kept = [letter for letter in letters if not any(mark in letter for mark in marks)]
        if kept == letters:
            continue
        if any(letter.strip() for letter in kept):
            path.write_bytes(_BETWEEN_LETTERS.join(kept))
        else:
            path.unlink(missing_ok=True)


class Sender:
    """Sends a batch: the sender's address and one SMTP connection are reused between messages."""

    def __init__(self) -> None:
        self._clinic = Clinic.objects.current()
        self._server: SmtpServer | None = None

    def send(self, message: OutboxMessage, letter: Letter) -> None:
        """Raises NotSent, and Unanswered when the server takes more time than other letters can wait."""
        mail = self._mail(message, letter)
        # Mail written to files gets a new backend, and so a new file, for each message.
        backend, hand_over = self._server or connect(), HandOver()
        if isinstance(backend, SmtpServer):
            self._server = backend
        answer = beside.start(lambda: _give(backend, mail, hand_over))
        if not wait([answer], DEADLINE_SECONDS).done:
            was_given_up = hand_over.give_up()
            # The next letter gets another connection.
            if isinstance(backend, SmtpServer):
                answer.add_done_callback(lambda _: backend.hang_up())
                self._server = None
            if was_given_up:
                raise NotSent(TimeoutError.__name__)
            raise Unanswered(answer)
        try:
            answer.result()
        except NotSent as error:
            if not error.permanent:
                self.close()
            raise

    def close(self) -> None:
        if self._server:
            with suppress(OSError, smtplib.SMTPException):
                self._server.close()

    def _mail(self, message: OutboxMessage, letter: Letter) -> EmailMultiAlternatives:
        clinic = self._clinic
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        mail = EmailMultiAlternatives(
            subject=as_one_line(letter.subject),
            body=plain_part(letter.text),
            from_email=formataddr((name or as_one_line(clinic.name), address)),
            to=[letter.to],
            reply_to=[clinic.email] if clinic.email else None,
            headers={"Message-ID": f"<{message.message_id}@{settings.PUBLIC.host}>", "Auto-Submitted": "auto-generated"},
        )
        if message.recipient == OutboxMessage.Recipient.PATIENT:
            mail.attach_alternative(html_part(letter), "text/html")
        if letter.calendar:
            mail.attach(_calendar_part(letter.calendar))
        return mail


def _give(backend, mail: EmailMultiAlternatives, hand_over: HandOver) -> None:
    """Raises NotSent. The text of an SMTP error may quote the patient's address, so only its type is kept."""
    try:
        if isinstance(backend, SmtpServer):
            backend.give(mail, hand_over)
        else:
            backend.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        # One letter has one recipient.
        ((code, words),) = error.recipients.values()
        raise _refused(code, words, has_letter=False) from None
    except NoAnswer:
        raise NotSent(NO_ANSWER) from None
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, error.smtp_error, has_letter=True) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from None


def _refused(code: int, words: bytes | str, *, has_letter: bool) -> NotSent:
    fault = whose_fault(code, words, has_letter=has_letter)
    return NotSent(f"refused_{code}", permanent=fault is Fault.RECIPIENT, is_hopeless=fault is Fault.MESSAGE)
