"""Mail leaves the outbox at least once, under one Message-ID, through a real SMTP server."""

import asyncio
import email
import os
import smtplib
import socket
import threading
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import send_mail
from django.db import DataError, OperationalError
from django.template import TemplateDoesNotExist

from clinic_site.env import email_settings
from consults import booking
from consults.current_rules import read_rules
from consults.desk.marking import mark_dealt_with
from consults.desk.outbox_words import letter_of
from consults.messages import delivery, outbox
from consults.messages.answers import Answers
from consults.messages.channels import mail, smtp_server
from consults.messages.channels.not_sent import NO_ANSWER
from consults.models import ConsultRequest, OutboxMessage
from consults.spam import asked_enough
from guard.one_row import is_of_one_row
from pages.models import Clinic
from tests.builders import ADA, WEDNESDAY, colleague, local, submit
from tests.consults.statuses import decisions
from tests.server import HANG_SECONDS, wait_for

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic"),
]


class Inbox:
    """An SMTP server's memory; `answer` is what it says to the letter, after `pause` seconds. It `dies` that many times first.

    It `refuses` one address.
    """

    def __init__(self):
        self.letters, self.answer, self.recipient_answer = [], "250 kept", "250 ok"
        self.pause = self.dies = self.given = 0
        self.refuses = ""
        # Until it is set, no letter is answered for; meanwhile it `drips`, or is silent.
        self.waits, self.drips = None, False
        self.lines = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == self.refuses:
            return "550 no such mailbox"
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server, session, envelope):
        self.lines.add(session.peer)
        self.given += 1
        while self.waits and not self.waits.is_set():
            if self.drips:
                await server.push("250-one moment")
            await asyncio.sleep(0.05)
        await asyncio.sleep(self.pause)
        if self.dies:
            self.dies -= 1
            server.transport.abort()
            return "421 never heard"
        if self.answer.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content))
        return self.answer


def send_to(port: int, settings, *, timeout: float = 5) -> None:
    options = {"host": "127.0.0.1", "port": port, "timeout": timeout}
    settings.MAILERS = {"default": {"BACKEND": "consults.messages.channels.smtp_server.SmtpServer", "OPTIONS": options}}
    for name, value in email_settings(settings.MAILERS["default"]).items():
        setattr(settings, name, value)


@pytest.fixture
def inbox(settings):
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    inbox.port = port
    send_to(port, settings)
    yield inbox
    controller.stop()


@pytest.mark.databases
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


def test_a_letter_about_no_request_is_sent_and_then_neither_kept_nor_shown(inbox):
    """It may hold a link to a new password."""
    outbox.write_to_staff("password_reset", to="owner@example.com", subject="A new password", text="The link", now=WEDNESDAY)
    message = OutboxMessage.objects.get()
    assert "The link" not in str(letter_of(message, now=WEDNESDAY))
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    assert "The link" in inbox.letters[0].get_payload()
    message.refresh_from_db()
    assert (message.state, bytes(message.sealed)) == ("done", b"")
    assert outbox.forget_letters_to_staff(now=WEDNESDAY + timedelta(days=29)) == 0
    assert outbox.forget_letters_to_staff(now=WEDNESDAY + timedelta(days=30)) == 1


def test_plain_mail_of_django_leaves_too(inbox):
    """As `manage.py sendtestemail` has it."""
    assert send_mail("Test", "Text", None, ["owner@example.com"]) == 1
    assert [letter["Subject"] for letter in inbox.letters] == ["Test"]


def test_a_server_that_is_down_is_tried_again_later_under_the_same_id(inbox, settings):
    submit()
    send_to(1, settings)
    assert delivery.deliver_due(now=WEDNESDAY) == 0
    message = OutboxMessage.objects.get()
    assert (message.state, message.problem, message.attempts) == ("waiting", "ConnectionRefusedError", 1)
    assert message.not_before > WEDNESDAY
    send_to(inbox.port, settings)
    assert delivery.deliver_due(now=WEDNESDAY) == 0, "not before its pause is over"
    assert delivery.deliver_due(now=message.not_before) == 1
    assert inbox.letters[0]["Message-ID"] == f"<{message.message_id}@127.0.0.1>"


def test_a_temporary_refusal_waits_and_a_permanent_one_is_given_up(inbox):
    submit(phone="")
    inbox.answer = "451 later"
    delivery.deliver_due(now=WEDNESDAY)
    assert OutboxMessage.objects.get().state == "waiting"
    inbox.answer, inbox.recipient_answer = "250 kept", "550 no such mailbox"
    delivery.deliver_due(now=WEDNESDAY + timedelta(hours=2))
    message = OutboxMessage.objects.get()
    assert (message.state, message.problem) == ("failed", "refused_550")


@pytest.mark.parametrize("answer", ["550 5.7.1 relaying denied", "530 5.7.0 authentication required"])
def test_a_refusal_that_is_not_about_the_address_is_tried_again_and_makes_no_call(inbox, answer):
    submit()
    inbox.recipient_answer = answer
    delivery.deliver_due(now=WEDNESDAY)
    message = OutboxMessage.objects.get()
    assert (message.channel, message.state, message.problem) == ("mail", "waiting", f"refused_{answer[:3]}")
    inbox.recipient_answer = "250 ok"
    assert delivery.deliver_due(now=message.not_before) == 1


def test_a_letter_that_its_server_refuses_once_it_has_it_is_failed_email_within_two_hours(inbox):
    """A temporary refusal is tried for days."""
    submit()
    states = []
    for inbox.answer in ("554 5.7.1 looks like spam", "451 later"):
        OutboxMessage.objects.update(attempts=0, state="waiting", not_before=WEDNESDAY)
        for minutes in range(0, 120, 5):
            delivery.deliver_due(now=WEDNESDAY + timedelta(minutes=minutes))
        states.append(OutboxMessage.objects.values_list("channel", "state", "problem").get())
    assert states == [("mail", "failed", "refused_554"), ("mail", "waiting", "refused_451")]


@pytest.mark.parametrize("at", ["recipient_answer", "answer"])
def test_a_letter_that_an_address_refuses_becomes_a_call_to_make(inbox, at):
    later = WEDNESDAY + timedelta(minutes=5)
    submit()
    setattr(inbox, at, "550 5.1.1 no such mailbox")
    assert delivery.deliver_due(now=later) == 0
    (call,) = OutboxMessage.objects.calls_to_make(now=later)
    letter = letter_of(call, now=later)
    assert (letter.to, call.problem) == ("507-555-0100", "refused_550")
    assert "Say: we have your request for Monday, December 7" in letter.text
    assert delivery.deliver_due(now=later + timedelta(days=1)) == 0


def test_a_refused_letter_whose_request_no_key_opens_is_given_up_and_keeps_no_other_waiting(inbox):
    refused = submit()
    submit(key="next", starts_at=local("2026-12-07 17:00"), email="next@example.com")
    ConsultRequest.objects.filter(pk=refused.pk).update(sealed=b"nothing")
    inbox.refuses = "ada@example.com"
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    message = OutboxMessage.objects.get(event__request=refused)
    assert (message.state, message.problem) == ("failed", "refused_550")


def test_a_reminder_that_no_key_opens_keeps_no_other_letter_waiting_when_the_one_before_it_is_refused(inbox, staff):
    booking.confirm_request(submit(phone="507-555-0100"), by=staff, now=WEDNESDAY)
    submit(key="next", starts_at=local("2026-12-07 17:00"), email="next@example.com")
    OutboxMessage.objects.filter(kind="reminder").update(sealed=b"nothing")
    inbox.refuses = "ada@example.com"
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    assert OutboxMessage.objects.get(kind="confirmed").channel == "call"
    assert OutboxMessage.objects.get(kind="reminder").channel == "mail"


@pytest.mark.parametrize("hours", [1, 60])
def test_what_a_wrong_key_kept_closed_is_sent_once_the_right_one_is_back(inbox, settings, staff, hours):
    booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    right, settings.FIELD_KEYS = settings.FIELD_KEYS, [os.urandom(32)]
    for minutes in range(0, 60 * hours, 30):
        assert delivery.deliver_due(now=WEDNESDAY + timedelta(minutes=minutes)) == 0
    settings.FIELD_KEYS = right
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(hours=hours + 1)) == 1
    assert OutboxMessage.objects.get(kind="confirmed").state == "done"


def test_refused_letters_make_no_more_calls_to_a_number_than_requests_by_phone_do(inbox):
    """Whoever gives addresses that take no mail, and somebody else's number. What is not called stays in sight."""
    inbox.recipient_answer = "550 no such mailbox"
    for number in range(5):
        starts_at = local("2026-12-09 16:00") + timedelta(minutes=30 * number)
        submit(key=f"refused-{number}", email=f"p{number}@example.com", phone=f"507-555-0142, x{number}", starts_at=starts_at)
    delivery.deliver_due(now=WEDNESDAY)
    assert sorted(OutboxMessage.objects.values_list("channel", "state")) == [("call", "waiting")] * 3 + [("mail", "failed")] * 2
    assert OutboxMessage.objects.needing_a_person(now=WEDNESDAY).count() == 5
    # They count for the number as requests by phone do, also days later, and a further call about one of them is no new one.
    caller = replace(ADA, phone="+1 507 555 0142", contact_by="phone")
    assert asked_enough(caller, now=WEDNESDAY + timedelta(days=2))
    assert not asked_enough(replace(caller, contact_by="email"), now=WEDNESDAY)
    called = OutboxMessage.objects.filter(channel="call").first().event.request
    OutboxMessage.objects.filter(event__request=called).update(state="done")
    booking.withdraw_request(called, now=WEDNESDAY)
    assert not asked_enough(caller, now=WEDNESDAY)
    delivery.deliver_due(now=WEDNESDAY)
    assert OutboxMessage.objects.get(event__request=called, kind="withdrawn").channel == "call"


def test_a_letter_that_cannot_be_put_together_keeps_no_other_from_leaving(inbox, monkeypatch, caplog):
    for number, hour in enumerate((16, 17)):
        submit(key=str(number), starts_at=local(f"2026-12-07 {hour}:00"), email=f"p{number}@example.com")
    broken = OutboxMessage.objects.first()
    OutboxMessage.objects.filter(pk=broken.pk).update(kind="unheard_of")
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    broken.refresh_from_db()
    assert (broken.state, broken.problem) == ("failed", TemplateDoesNotExist.__name__)
    assert "p0@example.com" not in caplog.text


def raising(error: Exception):
    def fail(*_, **__):
        raise error

    return fail


def test_a_letter_for_which_the_machine_has_no_memory_or_thread_is_tried_again(inbox, monkeypatch):
    submit()
    now = WEDNESDAY
    for error in (MemoryError(), RuntimeError("can't start new thread")):
        with monkeypatch.context() as patched:
            patched.setattr(delivery, "read_message", raising(error))
            assert delivery.deliver_due(now=now) == 0
        letter = OutboxMessage.objects.get()
        assert (letter.state, letter.problem) == ("waiting", type(error).__name__)
        now += timedelta(hours=1)
    assert delivery.deliver_due(now=now) == 1


def test_a_server_that_never_comes_to_a_letter_is_not_waited_for_and_never_gets_it_late(settings, monkeypatch):
    """A socket's own timeout counts from the last byte. What was given up must not arrive beside its repetition."""
    monkeypatch.setattr(mail, "DEADLINE_SECONDS", 0.2)
    submit()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        send_to(listening.getsockname()[1], settings)
        assert delivery.deliver_due(now=WEDNESDAY) == 0
        message = OutboxMessage.objects.get()
        assert (message.state, message.problem) == ("waiting", "TimeoutError")
        line, _ = listening.accept()
        line.settimeout(HANG_SECONDS)
        with line:
            assert line.recv(1) == b"", "it has hung up"


def test_a_server_that_takes_its_time_gets_a_letter_once_and_keeps_no_other_waiting(inbox, monkeypatch):
    """RFC 5321 gives it ten minutes after the last byte, because it may have kept the letter."""
    monkeypatch.setattr(mail, "DEADLINE_SECONDS", 0.2)
    monkeypatch.setattr(delivery, "MOST_FIRST_LETTERS_AN_HOUR", 2)
    submit()
    answers, inbox.waits = Answers(), threading.Event()
    assert delivery.deliver_due(now=WEDNESDAY, answers=answers) == 0
    slow = OutboxMessage.objects.get()
    assert (slow.state, slow.problem) == ("waiting", NO_ANSWER)
    assert slow.not_before > WEDNESDAY + timedelta(minutes=10), "until then the server may still answer"
    submit(key="next", starts_at=local("2026-12-07 17:00"), email="next@example.com")
    delivery.deliver_due(now=WEDNESDAY, answers=answers)
    submit(key="third", starts_at=local("2026-12-07 18:00"), email="third@example.com")
    delivery.deliver_due(now=WEDNESDAY, answers=answers)
    assert OutboxMessage.objects.filter(attempts=0).count() == 1, "what was handed over counts as a first letter"
    assert answers.are_awaited
    inbox.waits.set()
    given: list[int] = []

    def both_answered() -> bool:
        given.append(delivery.deliver_due(now=WEDNESDAY, answers=answers))
        return not answers.are_awaited

    wait_for(both_answered, HANG_SECONDS, "both answers came")
    assert sum(given) == 2
    assert sorted(letter["To"] for letter in inbox.letters) == ["ada@example.com", "next@example.com"]
    slow.refresh_from_db()
    assert (slow.state, slow.problem, slow.attempts) == ("done", "", 1)


@pytest.mark.parametrize("error", [OperationalError("database is locked"), DataError("of one row")], ids=["all", "one row"])
def test_an_error_of_the_database_loses_no_answer_of_a_slow_server(monkeypatch, error):
    answers, errors, note = Answers(), [error], delivery._not_returned
    for number in range(3):
        submit(key=str(number), starts_at=VISIT + number * timedelta(hours=1), email=f"p{number}@example.com")
        (arrived := Future()).set_result(None)
        answers.await_one(OutboxMessage.objects.latest("pk"), arrived)
    OutboxMessage.objects.update(problem=NO_ANSWER, not_before=WEDNESDAY + timedelta(minutes=13))

    def fails_once(message):
        if errors:
            raise errors.pop()
        return note(message)

    monkeypatch.setattr(delivery, "_not_returned", fails_once)
    sent = 0
    with suppress(OperationalError):
        sent = delivery.deliver_due(now=WEDNESDAY, answers=answers)
    assert not errors
    # On PostgreSQL a lock may be of one row.
    assert sent == (2 if is_of_one_row(error) else 0)
    assert sent + delivery.deliver_due(now=WEDNESDAY, answers=answers) == 3
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"done"}
    assert not answers.are_awaited


@pytest.mark.parametrize("drips", [False, True], ids=["silent", "dripping"])
def test_a_letter_that_is_never_answered_for_is_repeated_once_and_then_told_to_staff(inbox, monkeypatch, settings, drips):
    """However the attempts between went: it may have arrived."""
    monkeypatch.setattr(smtp_server, "ANSWER_SECONDS", 0.3)
    submit()
    inbox.waits, inbox.drips, now = threading.Event(), drips, WEDNESDAY
    for port in (inbox.port, 1, inbox.port, inbox.port):
        send_to(port, settings)
        delivery.deliver_due(now=now)
        now += timedelta(hours=2)
    assert (inbox.given, OutboxMessage.objects.get().state, OutboxMessage.objects.get().problem) == (2, "failed", NO_ANSWER)
    assert OutboxMessage.objects.needing_a_person(now=now).count() == 1
    inbox.waits.set()


def test_what_could_not_be_sent_is_not_sent_again_once_it_is_no_longer_true(inbox, desk):
    request = booking.confirm_request(submit(), by=desk.user, now=WEDNESDAY)
    OutboxMessage.objects.update(state="failed")
    booking.withdraw_request(request, now=WEDNESDAY)
    ids = list(OutboxMessage.objects.values_list("pk", flat=True))
    desk.post("/admin/consults/outboxmessage/", {"action": "try_again", "_selected_action": ids})
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(days=30)) == 1
    assert inbox.letters[0]["Subject"].startswith("You cancelled")


def test_a_reminder_that_was_held_back_until_the_visit_began_is_not_sent(inbox):
    booking.confirm_request(submit(), by=colleague("bo"), now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    assert delivery.deliver_due(now=local("2026-12-07 16:00")) == 0
    assert OutboxMessage.objects.get(kind="reminder").state == "dropped"


def test_a_reminder_that_fails_is_waiting_mail_and_then_failed_mail(inbox, settings):
    booking.confirm_request(submit(), by=colleague("bo"), now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    send_to(1, settings)
    due = local("2026-12-06 10:00")
    assert OutboxMessage.objects.waiting_since(now=due - timedelta(seconds=1)) is None
    for minutes in range(0, 180, 10):
        now = due + timedelta(minutes=minutes)
        delivery.deliver_due(now=now)
        assert OutboxMessage.objects.waiting_since(now=now) == due
    assert OutboxMessage.objects.get(kind="reminder").attempts > 5
    delivery.deliver_due(now=VISIT)
    (failed,) = OutboxMessage.objects.needing_a_person(now=VISIT)
    assert (failed.kind, failed.problem) == ("reminder", "too_late")


VISIT = local("2026-12-07 16:00")
AFTER = VISIT + timedelta(hours=1)


@pytest.mark.parametrize("end", [booking.complete_request, booking.miss_request])
def test_once_a_visit_is_marked_nothing_that_was_not_sent_about_it_leaves(inbox, staff, end):
    confirmed = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    end(confirmed, by=staff, now=AFTER)
    assert delivery.deliver_due(now=AFTER) == 0
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"dropped"}


def test_once_a_request_was_answered_nobody_is_told_that_we_have_it(inbox, staff):
    asked = booking.submit_request(submission_key="untimed", starts_at=None, person=ADA, now=WEDNESDAY)
    booking.answer_request(asked, by=staff, now=WEDNESDAY)
    assert delivery.deliver_due(now=AFTER) == 0


def test_a_note_on_what_has_ended_drops_no_letter(inbox, staff):
    ended = decisions(staff)["declined"](submit(), WEDNESDAY)
    booking.note_request(ended, text="Called.", by=staff, now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY) == 1


def test_a_visit_is_not_confirmed_after_it_has_begun_and_staff_learn_that_nobody_was_told(inbox, staff, desk):
    booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    assert delivery.deliver_due(now=VISIT) == 0
    assert dict(OutboxMessage.objects.values_list("kind", "state")) == {
        "requested": "dropped",
        "confirmed": "failed",
        "reminder": "dropped",
    }
    assert "too_late" in desk.get("/admin/").content.decode()


def test_no_letter_says_that_a_visit_stays_after_it_has_begun(inbox, staff):
    decide, waiting = decisions(staff), {}
    for number, end in enumerate(("declined", "move_taken_back", "expired", "offer_taken_back")):
        later = number * timedelta(minutes=30)
        request = submit(key=end, starts_at=VISIT + later, email=f"{end}@example.com", wants_earlier=True)
        request = booking.confirm_request(request, by=staff, now=WEDNESDAY)
        if end == "offer_taken_back":
            waiting[end] = decide["offered"](request, WEDNESDAY)
        else:
            waiting[end] = booking.move_request(request, starts_at=local("2026-12-09 16:00") + later, now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY) == 8
    for end, request in waiting.items():
        decide[end](request, request.answer_by if end == "expired" else WEDNESDAY)
    assert delivery.deliver_due(now=local("2026-12-08 12:00")) == 2
    late = OutboxMessage.objects.filter(problem="too_late", state="failed").values_list("kind", flat=True)
    assert sorted(late) == ["move_taken_back", "offer_taken_back"], "the others tell what they did not get"
    for message in OutboxMessage.objects.filter(kind__in=["move_declined", "move_expired"]):
        letter = letter_of(message, now=WEDNESDAY)
        assert letter.subject.startswith("The time you asked for is no longer held: Wednesday, December 9, ")
        assert "another time" in letter.text
        assert "Your confirmed visit was:" in letter.text
        assert "unchanged" not in letter.text


@pytest.mark.parametrize("is_marked", [False, True])
def test_who_expects_a_visit_that_was_moved_is_told_however_late(inbox, staff, is_marked):
    """It was moved forward; without this letter they come at the time before, which lies ahead."""
    confirmed = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    earlier = local("2026-12-04 16:00")
    moved = booking.reschedule_request(confirmed, starts_at=earlier, by=staff, now=WEDNESDAY)
    if is_marked:
        booking.miss_request(moved, by=staff, now=earlier)
    assert delivery.deliver_due(now=earlier) == 1
    assert inbox.letters[-1]["Subject"] == "Confirmed at a new time: Friday, December 4, 4:00 PM"


def test_a_mail_server_may_be_away_over_a_weekend(inbox, settings):
    submit()
    send_to(1, settings)
    now = WEDNESDAY
    while now < WEDNESDAY + timedelta(days=2, hours=12):
        delivery.deliver_due(now=now)
        now += timedelta(minutes=30)
    send_to(inbox.port, settings)
    assert delivery.deliver_due(now=now + timedelta(hours=1)) == 1


def test_the_desk_reads_a_letter_without_the_link_to_the_patients_own_page(clock, desk):
    request = submit()
    page = desk.get(f"/admin/consults/outboxmessage/{OutboxMessage.objects.get().pk}/change/").content.decode()
    assert request.token not in page
    assert "the link to the patient" in page
    assert "Monday, December 7" in page


def test_attempts_end(inbox):
    submit()
    inbox.answer = "451 later"
    # Most of them are behind it.
    OutboxMessage.objects.update(attempts=delivery.MOST_ATTEMPTS - 3)
    now, states = WEDNESDAY, []
    for _ in range(3):
        delivery.deliver_due(now=now)
        states.append(OutboxMessage.objects.get().state)
        now += timedelta(hours=2)
    assert states == ["waiting", "waiting", "failed"]


@pytest.mark.databases
def test_two_workers_send_one_letter_once(inbox):
    submit()
    seen_by_both = OutboxMessage.objects.get()
    batch = delivery.Batch()
    assert delivery._deliver(seen_by_both, WEDNESDAY, batch, read_rules(WEDNESDAY), Answers()) is True
    assert delivery._deliver(seen_by_both, WEDNESDAY, batch, read_rules(WEDNESDAY), Answers()) is False
    batch.close()
    assert len(inbox.letters) == 1


@pytest.mark.databases
def test_without_the_claim_two_workers_would_send_it_twice(inbox, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(delivery, "_claim", lambda *_: True)
    submit()
    seen_by_both = OutboxMessage.objects.get()
    batch = delivery.Batch()
    delivery._deliver(seen_by_both, WEDNESDAY, batch, read_rules(WEDNESDAY), Answers())
    delivery._deliver(seen_by_both, WEDNESDAY, batch, read_rules(WEDNESDAY), Answers())
    batch.close()
    assert len(inbox.letters) == 2


@pytest.mark.databases
def test_a_letter_whose_worker_died_is_taken_again_after_its_lease(inbox, monkeypatch):
    submit()

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(mail.Sender, "send", die)
        with pytest.raises(SystemExit):
            delivery.deliver_due(now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY + delivery.LEASE - timedelta(seconds=1)) == 0
    assert delivery.deliver_due(now=WEDNESDAY + delivery.LEASE) == 1
    assert len(inbox.letters) == 1


def test_a_letter_whose_end_cannot_be_noted_is_repeated_once_and_then_told_to_staff(inbox, monkeypatch):
    """A full disk may have room for the claim alone."""
    submit()

    def refuse(*_):
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_not_returned", refuse)
        for turn in range(5):
            with suppress(OperationalError):
                delivery.deliver_due(now=WEDNESDAY + turn * delivery.LEASE)
    assert len(inbox.letters) == 2
    assert len({letter["Message-ID"] for letter in inbox.letters}) == 1
    (failed,) = OutboxMessage.objects.needing_a_person(now=WEDNESDAY)
    assert (failed.state, failed.problem) == ("failed", NO_ANSWER)


def test_problems_are_noted_without_personal_data(inbox, caplog, monkeypatch):
    submit()

    def refuse(*_):
        raise smtplib.SMTPSenderRefused(550, b"ada@example.com is unwelcome", "ada@example.com")

    monkeypatch.setattr(smtp_server.SmtpServer, "give", refuse)
    delivery.deliver_due(now=WEDNESDAY)
    assert OutboxMessage.objects.get().problem == "SMTPSenderRefused"
    assert "ada@example.com" not in caplog.text


def test_a_server_that_dies_over_the_letter_gets_it_again_under_the_same_id(inbox):
    """It may have kept the letter and died before it said so: at least once, and told apart by the Message-ID."""
    submit()
    submit(key="next", starts_at=local("2026-12-07 17:00"), email="next@example.com")
    inbox.dies = 1
    assert delivery.deliver_due(now=WEDNESDAY) == 1, "the next letter goes over a new line"
    waiting = OutboxMessage.objects.get(state="waiting")
    assert waiting.problem == NO_ANSWER
    assert delivery.deliver_due(now=waiting.not_before) == 1
    assert [letter["To"] for letter in inbox.letters] == ["next@example.com", "ada@example.com"]
    assert inbox.letters[1]["Message-ID"] == f"<{waiting.message_id}@127.0.0.1>"


def test_a_server_that_dies_in_the_middle_of_the_letter_is_tried_again(inbox, settings):
    submit()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        send_to(listening.getsockname()[1], settings)
        dying = threading.Thread(target=_reads_a_little_and_dies, args=[listening])
        dying.start()
        assert delivery.deliver_due(now=WEDNESDAY) == 0
        dying.join()
    message = OutboxMessage.objects.get()
    assert message.state == "waiting"
    send_to(inbox.port, settings)
    assert delivery.deliver_due(now=message.not_before) == 1
    assert len(inbox.letters) == 1


def _reads_a_little_and_dies(listening: socket.socket) -> None:
    line, _ = listening.accept()
    with line:
        line.sendall(b"220 here\r\n")
        for answer in (b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
            line.recv(4096)
            line.sendall(answer)
        line.recv(64)


def test_the_time_out_of_a_step_does_not_count_for_the_answer_to_a_letter(inbox, settings):
    submit()
    inbox.pause = 0.6
    send_to(inbox.port, settings, timeout=0.2)
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    assert len(inbox.letters) == 1


def test_a_batch_goes_over_one_connection_and_ends_when_it_is_told_to(inbox):
    for number, hour in enumerate((16, 17, 18)):
        submit(key=str(number), starts_at=local(f"2026-12-07 {hour}:00"))
    assert delivery.deliver_due(now=WEDNESDAY, stop=lambda: len(inbox.letters) == 2) == 2
    assert len(inbox.lines) == 1
    assert delivery.deliver_due(now=WEDNESDAY) == 1


def test_several_letters_go_in_order(inbox):
    for number, hour in enumerate((16, 17, 18)):
        submit(key=str(number), starts_at=local(f"2026-12-07 {hour}:00"), email=f"p{number}@example.com")
    assert delivery.deliver_due(now=WEDNESDAY) == 3
    assert [letter["To"] for letter in inbox.letters] == ["p0@example.com", "p1@example.com", "p2@example.com"]


def first_letters(number: int) -> None:
    for each in range(number):
        starts_at = local("2026-12-09 16:00") + timedelta(minutes=30 * each)
        submit(key=f"first-{each}", starts_at=starts_at, email=f"p{each}@example.com")


def test_first_letters_are_bounded_by_the_hour_and_keep_no_other_letter_waiting(inbox, monkeypatch, settings):
    """A person who asks in many strangers' names writes to few of them."""
    monkeypatch.setattr(delivery, "MOST_FIRST_LETTERS_AN_HOUR", 3)
    known = submit(key="known")
    delivery.deliver_due(now=WEDNESDAY)
    first_letters(5)
    booking.withdraw_request(known, now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY, at_most=3) == 2
    assert delivery.deliver_due(now=WEDNESDAY, at_most=3) == 1
    assert inbox.letters[-1]["Subject"].startswith("You withdrew")
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(minutes=59)) == 0
    assert OutboxMessage.objects.waiting_since(now=WEDNESDAY + timedelta(minutes=59)) == WEDNESDAY
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(minutes=60)) == 3
    settings.BOOKING_RATE = None
    another = submit(key="one more", starts_at=local("2026-12-08 16:00"), email="q@example.com")
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(minutes=60)) == 1
    assert OutboxMessage.objects.get(event__request=another).state == "done"


def test_letters_about_corrected_addresses_leave_room_for_those_of_other_patients(inbox, monkeypatch):
    """Two letters each: without a bound of their own, few people would keep everybody waiting."""
    monkeypatch.setattr(delivery, "MOST_FIRST_LETTERS_AN_HOUR", 4)
    monkeypatch.setattr(delivery, "MOST_ABOUT_CORRECTIONS_AN_HOUR", 1)
    asked = submit(key="asked")
    delivery.deliver_due(now=WEDNESDAY)
    booking.readdress_request(asked, email="right@example.com", now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    first_letters(3)
    assert delivery.deliver_due(now=WEDNESDAY) == 2
    assert delivery.first_letters_wait(now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(hours=1)) == 2
    assert not delivery.first_letters_wait(now=WEDNESDAY + timedelta(hours=2))


def test_first_letters_that_staff_deal_with_after_a_failure_keep_no_others_waiting(monkeypatch, staff):
    monkeypatch.setattr(delivery, "MOST_FIRST_LETTERS_AN_HOUR", 3)
    first_letters(3)
    OutboxMessage.objects.update(state="failed", problem="refused_550", attempts=1)
    assert mark_dealt_with(OutboxMessage.objects.all(), by=staff, now=WEDNESDAY) == 3
    submit(key="next")
    assert delivery.deliver_due(now=WEDNESDAY) == 1


def test_a_letter_that_takes_the_place_of_an_unsent_first_one_is_the_first(inbox, monkeypatch):
    """Otherwise a bot that moves or withdraws at once writes to any number of strangers, in any name."""
    monkeypatch.setattr(delivery, "MOST_FIRST_LETTERS_AN_HOUR", 1)
    withdrawn, moved, _ = (
        submit(key=key, starts_at=local(f"2026-12-07 {hour}:00"), email=f"{key}@example.com", full_name="Bob Knows Anna")
        for key, hour in (("withdrawn", 16), ("moved", 17), ("asked", 18))
    )
    booking.withdraw_request(withdrawn, now=WEDNESDAY)
    booking.move_request(moved, starts_at=local("2026-12-08 17:00"), now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(hours=1)) == 1
    assert [letter["To"] for letter in inbox.letters] == ["asked@example.com", "moved@example.com"]
    assert b"Hello Bob,\r" in inbox.letters[1].get_payload(0).get_payload(decode=True)
    assert not OutboxMessage.objects.filter(event__request=withdrawn, state="waiting").exists()


@pytest.mark.databases
def test_letters_that_somebody_can_cause_again_and_again_leave_after_all_others(inbox):
    moved = submit(key="moved")
    booking.move_request(moved, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
    submit(key="asked", starts_at=local("2026-12-07 17:00"), email="q@example.com")
    assert delivery.deliver_due(now=WEDNESDAY) == 2
    assert [letter["To"] for letter in inbox.letters] == ["q@example.com", "ada@example.com"]


@pytest.mark.databases
def test_what_was_not_sent_is_folded_into_the_last_letter_which_is_true_alone(inbox):
    request = submit()
    request = booking.confirm_request(request, by=colleague("bo"), now=WEDNESDAY)
    booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
    waiting = OutboxMessage.objects.filter(state="waiting").exclude(kind="reminder").order_by("pk")
    assert [message.kind for message in waiting] == ["confirmed", "moved"], "the visit is still to be entered in the calendar"
    booking.withdraw_request(request, now=WEDNESDAY)
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(days=30)) == 1
    assert [letter["Subject"] for letter in inbox.letters] == ["You cancelled your visit: Monday, December 7, 4:00 PM"]
