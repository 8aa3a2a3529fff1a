"""By mail: plain text broken into lines, the same as HTML, and the visit as a calendar entry where it has one."""

import smtplib
import textwrap
from contextlib import suppress
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as MailServer
from django.template.loader import render_to_string

from consults.messages.calendar_file import write_calendar_file
from consults.messages.compose import Facts, Payload, compose_text
from consults.messages.kinds import tells
from consults.models import OutboxMessage
from pages.models import Clinic

from .not_sent import NotSent

CODE, LABEL, REACHES = OutboxMessage.Channel.MAIL, "By email", "email"
# RFC 5322 asks for lines of no more than 78 characters; a reply puts "> " before each.
_COLUMNS = 72


def compose(kind: str, facts: Facts) -> Payload:
    says, request = tells(kind), facts.request
    subject = f"{says.subject}: {facts.short_when}" if facts.short_when else says.subject
    calendar = ""
    if says.calendar:
        calendar = write_calendar_file(request, facts.clinic, at=facts.now, method=says.calendar).decode()
    return Payload(request.email, subject, compose_text(kind, facts, layout="_mail.txt"), calendar)


def plain_part(text: str) -> str:
    """The text in lines that every mail program shows whole. A link stays in one piece, however long it is."""
    wrapper = textwrap.TextWrapper(_COLUMNS, break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrapper.fill(line) for line in text.split("\n"))


def html_part(payload: dict) -> str:
    """The same text for mail programs that prefer HTML; the reader's screen breaks its lines."""
    return render_to_string("consults/messages/mail.html", payload)


class Sender:
    """What the mails of a batch share: who writes, and the connection to the mail server, open from one to the next."""

    def __init__(self) -> None:
        self._clinic = Clinic.objects.current()
        self._server: MailServer | None = None

    def send(self, message: OutboxMessage) -> None:
        """Raises NotSent, or sealing.CannotOpen."""
        try:
            self._mail(message).send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise NotSent(f"refused_{codes[0]}", permanent=all(code >= 500 for code in codes)) from None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            # The text of an SMTP error may quote the address: only its kind is kept.
            raise NotSent(type(error).__name__) from None

    def close(self) -> None:
        if self._server:
            with suppress(OSError, smtplib.SMTPException):
                self._server.close()

    def _mail(self, message: OutboxMessage) -> EmailMultiAlternatives:
        payload, clinic = message.payload, self._clinic
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        mail = EmailMultiAlternatives(
            subject=payload["subject"],
            body=plain_part(payload["text"]),
            from_email=formataddr((name or clinic.name, address)),
            to=[payload["to"]],
            reply_to=[clinic.email] if clinic.email else None,
            headers={"Message-ID": f"<{message.message_id}@{settings.PUBLIC.host}>", "Auto-Submitted": "auto-generated"},
            connection=self._connection(),
        )
        if message.recipient == OutboxMessage.Recipient.PATIENT:
            mail.attach_alternative(html_part(payload), "text/html")
        if payload["calendar"]:
            mail.attach("visit.ics", payload["calendar"], "text/calendar")
        return mail

    def _connection(self):
        """What takes the next mail. Mail that is written to files gets a file, and so a backend, for each."""
        backend = self._server or get_connection()
        if isinstance(backend, MailServer):
            # `send` closes what it opened itself.
            backend.open()
            self._server = backend
        return backend
