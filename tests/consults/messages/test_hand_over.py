"""A letter that was given up before a mail server had it leaves nothing behind, and never arrives late."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import EmailMessage

from consults.messages import delivery
from consults.messages.channels import mail
from consults.messages.channels.smtp_server import Abandoned, HandOver, SmtpServer
from consults.models import OutboxMessage
from tests.builders import WEDNESDAY, submit
from tests.certificates import write_certificate
from tests.consults.messages.test_delivery import Inbox, send_to
from tests.server import HANG_SECONDS, wait_for

# Read as the head of a long record and the beginning of what is in it.
TLS = b"\x16\x03\x03\x40\x00"


class DrippingServer:
    """Answers until the command that begins with `at`, by default from the greeting on, and then never comes to an end."""

    def __init__(self, at: str, drop: bytes) -> None:
        self._at, self._drop, self.is_hung_up_on = at.encode(), drop, threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        line, _ = self._listening.accept()
        with self._listening, line, line.makefile("rb") as said:
            if self._at:
                line.sendall(b"220 here\r\n")
                for command in said:
                    if command.upper().startswith(self._at):
                        break
                    line.sendall(b"250 ok\r\n")
            with suppress(OSError):
                while not self.is_hung_up_on.wait(0.02):
                    line.sendall(self._drop)
        self.is_hung_up_on.set()


@pytest.fixture
def _quickly(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(mail, "DEADLINE_SECONDS", 0.3)
    before = set(threading.enumerate())
    yield
    wait_for(lambda: set(threading.enumerate()) <= before, HANG_SECONDS, "every thread ended")


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "_quickly")
@pytest.mark.parametrize(
    ("at", "drop"),
    [
        pytest.param("", b"220-one moment\r\n", id="its greeting"),
        pytest.param("EHLO", b"250-one moment\r\n", id="its name"),
        pytest.param("RCPT", b"250-one moment\r\n", id="its answer to RCPT"),
        pytest.param("", TLS, id="TLS"),
    ],
)
def test_a_server_that_drips_before_it_has_a_letter_is_hung_up_on(settings, at, drop):
    """The time-out of a socket counts from the last byte: a thread and a socket would stay for every attempt."""
    submit()
    server = DrippingServer(at, drop)
    send_to(server.port, settings)
    settings.EMAIL_USE_SSL = settings.MAILERS["default"]["OPTIONS"]["use_ssl"] = drop == TLS
    assert delivery.deliver_due(now=WEDNESDAY) == 0
    message = OutboxMessage.objects.get()
    assert (message.state, message.problem) == ("waiting", "TimeoutError")
    assert server.is_hung_up_on.wait(HANG_SECONDS)


@pytest.mark.parametrize(("option", "context"), [("use_ssl", "ssl_context"), ("use_tls", "tls_context")], ids=["TLS", "STARTTLS"])
def test_letters_leave_over_tls_and_share_a_connection_that_is_closed_afterwards(tmp_path, monkeypatch, option, context):
    write_certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fullchain.pem"))
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="localhost", port=port, **{context: secure})
    controller.start()
    try:
        server = SmtpServer(host="localhost", port=port, timeout=HANG_SECONDS, **{option: True})
        for _ in range(2):
            server.give(EmailMessage("Your visit", "Hello", "us@clinic.example", ["ada@example.com"]), HandOver())
        server.close()
    finally:
        controller.stop()
    assert (len(inbox.letters), len(inbox.lines), server._line) == (2, 1, None)


def test_what_was_given_up_is_never_handed_over_late():
    hand_over = HandOver()
    assert hand_over.give_up()
    with pytest.raises(Abandoned):
        hand_over.begin()
    with socket.socket() as line, pytest.raises(Abandoned):
        hand_over.connect(line)


def test_what_a_server_may_have_is_not_given_up_and_keeps_its_line():
    ours, theirs = socket.socketpair()
    hand_over = HandOver()
    hand_over.connect(ours)
    hand_over.begin()
    assert not hand_over.give_up()
    with ours, theirs:
        theirs.sendall(b"250 kept")
        assert ours.recv(8) == b"250 kept"
