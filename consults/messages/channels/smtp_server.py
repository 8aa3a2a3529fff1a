"""An SMTP server, and the time that it may take over a letter it has whole (RFC 5321, 4.5.3.2.6).

A sender that stops waiting for that answer, and sends the letter again, makes a copy of one that was kept.
"""

import re
import smtplib
import socket
import threading
from contextlib import suppress
from typing import cast

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

ANSWER_SECONDS = 600


class NoAnswer(smtplib.SMTPException):
    """The server has the whole letter, and did not say whether it keeps it."""


class Abandoned(smtplib.SMTPException):
    """Nobody waits for this letter any more, and the server does not have it whole."""


class HandOver:
    """The moment from which a server may have a letter: before it, the sender may give up, and never after."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = self._given_up = False
        self._line: socket.socket | None = None

    def connect(self, line: socket.socket) -> None:
        """What the letter goes over. Raises Abandoned."""
        with self._lock:
            if self._given_up:
                raise Abandoned
            self._line = line

    def begin(self) -> None:
        """Raises Abandoned."""
        with self._lock:
            if self._given_up:
                raise Abandoned
            self._began = True

    def give_up(self) -> bool:
        """False when it began: the server may have the letter.

        Otherwise it hangs up: a server that sends a byte now and then would keep thread and socket for ever.
        """
        with self._lock:
            self._given_up = not self._began
            if self._given_up and self._line:
                _hang_up(self._line)
            return self._given_up


class _Conversation(smtplib.SMTP):
    server: "SmtpServer"

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Known to the server before the first byte is read."""
        line = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # smtplib's own way to connect
        try:
            self.server.connected(line)
        except BaseException:
            line.close()
            raise
        return line

    def data(self, msg: bytes) -> tuple[int, bytes]:  # type: ignore[override]  # Django gives bytes, with the ends of lines of SMTP
        code, reply = self.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        end = b".\r\n" if msg.endswith(b"\r\n") else b"\r\n.\r\n"
        self.server.hand_over.begin()
        self.send(re.sub(rb"(?m)^\.", b"..", msg) + end)
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        """The socket's own time-out would count from the last byte, so a server that sends one now and then never ended it."""
        line: socket.socket = self.sock  # type: ignore[assignment]  # connected
        usual = line.gettimeout()
        line.settimeout(ANSWER_SECONDS)
        end = threading.Timer(ANSWER_SECONDS, _hang_up, [line])
        end.daemon = True
        end.start()
        try:
            code, reply = self.getreply()
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException):
            raise NoAnswer from None
        finally:
            end.cancel()
        if code < 0:
            raise NoAnswer
        line.settimeout(usual)
        return code, reply


class _ConversationOverTLS(smtplib.SMTP_SSL, _Conversation):
    pass


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


class SmtpServer(EmailBackend):
    """Django's, but for the time it gives the server."""

    _line: socket.socket | None = None

    def __init__(self, *arguments, **named) -> None:
        super().__init__(*arguments, **named)
        # Of mail that is not sent by `give`: nobody gives it up.
        self.hand_over = HandOver()

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        kind = _ConversationOverTLS if self.use_ssl else _Conversation
        return cast(type[smtplib.SMTP], type(kind.__name__, (kind,), {"server": self}))

    def give(self, mail: EmailMessage, hand_over: HandOver) -> None:
        """Sends one letter over a connection that stays open for the next."""
        self.hand_over = hand_over
        if self._line:
            hand_over.connect(self._line)
        self.open()
        self.send_messages([mail])

    def connected(self, line: socket.socket) -> None:
        """Keeps a second name of the line: TLS takes the first one away, also while it greets. Raises Abandoned."""
        self._forget_line()
        self._line = line.dup()
        self.hand_over.connect(self._line)

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._forget_line()

    def hang_up(self) -> None:
        """Closes the connection without waiting for a goodbye."""
        if self.connection:
            self.connection.close()
            self.connection = None
        self._forget_line()

    def _forget_line(self) -> None:
        if self._line:
            self._line.close()
            self._line = None
