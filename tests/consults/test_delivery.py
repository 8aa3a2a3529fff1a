"""Mail leaves the outbox at least once, under one Message-ID, through a real SMTP server."""

import email
import smtplib
import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from consults import delivery
from consults.models import OutboxMessage
from pages.models import Clinic
from tests.builders import WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]


class Inbox:
    """An SMTP server's memory; `answer` is what it says to the letter."""

    def __init__(self):
        self.letters, self.answer, self.recipient_answer = [], "250 kept", "250 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content))
        return self.answer


@pytest.fixture
def inbox(settings):
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = 5
    yield inbox
    controller.stop()


def test_a_letter_is_sent_once_with_the_headers_it_needs(inbox):
    Clinic.objects.update(email="hello@clinic.example")
    submit()
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(days=1)) == 0
    (letter,) = inbox.letters
    message = OutboxMessage.objects.get()
    assert letter["Message-ID"] == f"<{message.message_id}@127.0.0.1>"
    assert letter["Subject"] == "Your request: Monday, December 7, 4:00 PM"
    assert letter["From"] == "Modern Therapeutics <clinic@127.0.0.1>"
    assert letter["Reply-To"] == "hello@clinic.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert (message.state, message.done_at, message.attempts) == ("done", WEDNESDAY, 1)


def test_a_server_that_is_down_is_tried_again_later_under_the_same_id(inbox, settings):
    submit()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert delivery.deliver_due(now=WEDNESDAY) == 0
    message = OutboxMessage.objects.get()
    assert (message.state, message.problem, message.attempts) == ("waiting", "ConnectionRefusedError", 1)
    assert message.not_before > WEDNESDAY
    settings.EMAIL_PORT = port
    assert delivery.deliver_due(now=WEDNESDAY) == 0, "not before its pause is over"
    assert delivery.deliver_due(now=message.not_before) == 1
    assert inbox.letters[0]["Message-ID"] == f"<{message.message_id}@127.0.0.1>"


def test_a_temporary_refusal_waits_and_a_permanent_one_is_given_up(inbox):
    submit()
    inbox.answer = "451 later"
    delivery.deliver_due(now=WEDNESDAY)
    assert OutboxMessage.objects.get().state == "waiting"
    inbox.answer, inbox.recipient_answer = "250 kept", "550 no such mailbox"
    delivery.deliver_due(now=WEDNESDAY + timedelta(hours=2))
    message = OutboxMessage.objects.get()
    assert (message.state, message.problem) == ("failed", "refused_550")


def test_attempts_end(inbox):
    submit()
    inbox.answer = "451 later"
    now = WEDNESDAY
    for _ in range(delivery.MOST_ATTEMPTS):
        delivery.deliver_due(now=now)
        now += timedelta(hours=2)
    assert OutboxMessage.objects.get().state == "failed"


def test_two_workers_send_one_letter_once(inbox):
    submit()
    seen_by_both = OutboxMessage.objects.get()
    assert delivery._deliver(seen_by_both, WEDNESDAY) is True
    assert delivery._deliver(seen_by_both, WEDNESDAY) is False
    assert len(inbox.letters) == 1


def test_without_the_claim_two_workers_would_send_it_twice(inbox, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(delivery, "_claim", lambda *_: True)
    submit()
    seen_by_both = OutboxMessage.objects.get()
    delivery._deliver(seen_by_both, WEDNESDAY)
    delivery._deliver(seen_by_both, WEDNESDAY)
    assert len(inbox.letters) == 2


def test_a_letter_whose_worker_died_is_taken_again_after_its_lease(inbox, monkeypatch):
    submit()

    def die(_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_send", die)
        with pytest.raises(SystemExit):
            delivery.deliver_due(now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY + delivery.LEASE - timedelta(seconds=1)) == 0
    assert delivery.deliver_due(now=WEDNESDAY + delivery.LEASE) == 1
    assert len(inbox.letters) == 1


def test_problems_are_noted_without_personal_data(inbox, caplog, monkeypatch):
    submit()

    def refuse(_):
        raise smtplib.SMTPSenderRefused(550, b"ada@example.com is unwelcome", "ada@example.com")

    monkeypatch.setattr(delivery, "_send", refuse)
    delivery.deliver_due(now=WEDNESDAY)
    assert OutboxMessage.objects.get().problem == "SMTPSenderRefused"
    assert "ada@example.com" not in caplog.text


def test_several_letters_go_in_order(inbox):
    for number, hour in enumerate((16, 17, 18)):
        submit(key=str(number), starts_at=local(f"2026-12-07 {hour}:00"), email=f"p{number}@example.com")
    assert delivery.deliver_due(now=WEDNESDAY) == 3
    assert [letter["To"] for letter in inbox.letters] == ["p0@example.com", "p1@example.com", "p2@example.com"]
