"""What the background worker does about what it cannot do."""

import signal
import threading
from concurrent.futures import Future
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connections

from clinic_site import backups
from clinic_site.set_aside_letter import write_letter_if_set_aside
from consults import booking
from consults.messages.channels.mail import Sender
from consults.messages.channels.not_sent import Unanswered
from consults.messages.outbox import write_to_staff
from consults.models import AccessRecord, ConsultPolicy, ConsultRequest, OutboxMessage
from tests.builders import WEDNESDAY, local, submit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic"),
]
LONG_AFTER = WEDNESDAY + timedelta(days=100)


@pytest.fixture
def work(clock, monkeypatch):
    """Does what is due at an instant, as the worker does."""
    # SQLite would wait for the end of this test's transaction.
    monkeypatch.setattr(backups, "back_up_if_due", lambda **_: None)
    # The command closes its connection at its end, and with it the test's transaction would be gone on PostgreSQL.
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def work_at(instant) -> None:
        clock(instant)
        call_command("worker", once=True)

    yield work_at
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_who_asks_for_what_is_due_waits_for_the_mail_server(work, monkeypatch):
    """Its answer would be lost with the process, and the letter repeated."""
    submit()
    answer: Future[None] = Future()

    def send(*_):
        threading.Timer(0.1, answer.set_result, [None]).start()
        raise Unanswered(answer)

    monkeypatch.setattr(Sender, "send", send)
    work(WEDNESDAY)
    assert OutboxMessage.objects.get().state == "done"


def test_whatever_cannot_be_read_keeps_nothing_else_waiting(work, settings, staff):
    # No mail program takes such an address: the monthly reminder fails.
    settings.STAFF_INBOX = "desk@clinic.example\nBcc: x@y.example"
    starts = [local(f"2026-12-{day} 16:00") for day in ("08", "09", "10", "11")]
    unreadable, whole, *asked = [submit(key=f"form {start}", starts_at=start) for start in starts]
    ended = [booking.withdraw_request(request, now=WEDNESDAY) for request in asked]
    letter = OutboxMessage.objects.filter(event__request=ended[1]).first()
    OutboxMessage.objects.filter(pk=letter.pk).update(sealed=b"nothing")
    ConsultRequest.objects.filter(pk__in=(unreadable.pk, ended[0].pk)).update(sealed=b"nothing")
    # A request is erased once its letter has left, in the same turn.
    work(LONG_AFTER)
    statuses = dict(ConsultRequest.objects.values_list("pk", "status"))
    assert (statuses[unreadable.pk], statuses[whole.pk]) == ("requested", "expired")
    assert [whole.email] == [sent.to[0] for sent in mail.outbox if "We did not answer your request in time" in sent.body]
    assert ConsultRequest.objects.get(pk=ended[1].pk).erased_at == LONG_AFTER
    letter.refresh_from_db()
    assert letter.state in {OutboxMessage.State.FAILED, OutboxMessage.State.DROPPED}


def test_whatever_goes_wrong_with_a_backup_keeps_no_letter_waiting_and_is_told(work, settings, monkeypatch, tmp_path, caplog):
    settings.DATA_DIR, settings.STAFF_INBOX = tmp_path, "desk@clinic.example"
    submit()
    monkeypatch.setattr(backups, "back_up_if_due", lambda **_: "caf\udce9".encode())
    work(WEDNESDAY)
    assert "The website has no new backup" in [sent.subject for sent in mail.outbox]
    assert {to for sent in mail.outbox for to in sent.to} >= {"ada@example.com", "desk@clinic.example"}
    assert "UnicodeEncodeError" in caplog.text


def test_a_late_backup_is_mailed_to_the_staff_inbox_once_a_day(work, settings, monkeypatch, tmp_path):
    settings.DATA_DIR, settings.STAFF_INBOX = tmp_path, "desk@clinic.example"

    def fail(**_):
        raise backups.BackupFailed("No space left on device")

    def letters() -> int:
        return len([sent for sent in mail.outbox if sent.subject == "The website has no new backup"])

    monkeypatch.setattr(backups, "back_up_if_due", fail)
    counted = []
    for hours in (0, 1, 23, 24, 25):
        work(WEDNESDAY + timedelta(hours=hours))
        counted.append(letters())
    assert counted == [1, 1, 1, 2, 2]
    assert {to for sent in mail.outbox for to in sent.to} == {"desk@clinic.example"}
    backups.folder().mkdir()
    (backups.folder() / f"{WEDNESDAY + timedelta(hours=47):%Y-%m-%dT%H%M%SZ}.tar.gz").touch()
    work(WEDNESDAY + timedelta(hours=48))
    assert letters() == 2


def test_what_was_set_aside_and_nobody_opened_is_told_to_the_staff_inbox_once_a_day(work, settings, clock, desk):
    """What staff set aside themselves, they know. The letter says nothing of whom it is about."""
    settings.STAFF_INBOX = "desk@clinic.example"

    def letters() -> list:
        return [sent for sent in mail.outbox if sent.subject == "Requests were set aside"]

    booking.quarantine_request(submit(key="by staff"), by=desk.user, now=WEDNESDAY)
    work(WEDNESDAY)
    assert not letters()
    aside = submit(key="aside", looks_like_spam=True)
    counted = []
    for hours in (1, 2, 24, 25):
        work(WEDNESDAY + timedelta(hours=hours))
        counted.append(len(letters()))
    assert counted == [1, 1, 1, 2]
    assert "not opened yet: 1." in letters()[0].body
    assert not [word for word in ("Ada", "ada@", aside.reference) if word in letters()[0].body]
    desk.force_login(desk.user)
    desk.get(f"/admin/consults/consultrequest/{aside.pk}/change/")
    work(WEDNESDAY + timedelta(hours=60))
    assert len(letters()) == 2


def test_what_a_correction_set_aside_is_told_whoever_opened_it_before(settings, staff):
    settings.STAFF_INBOX = "desk@clinic.example"
    request = submit()

    def at(hours: int) -> datetime:
        return WEDNESDAY + timedelta(hours=hours)

    def opened(hours: int) -> None:
        AccessRecord.objects.write(AccessRecord.Kind.OPENED, by=staff, at=at(hours), request=request)

    def corrected(hours: int) -> None:
        booking.readdress_request(request, email=f"p{hours}@example.com", sets_aside=lambda: True, now=at(hours))

    opened(1)
    booking.quarantine_request(request, by=staff, now=at(2))
    assert not write_letter_if_set_aside(now=at(3))
    booking.release_request(request, by=staff, now=at(4))
    corrected(5)
    assert write_letter_if_set_aside(now=at(6)), "neither who opened it before nor who set it aside before has seen this"
    opened(7)
    # It was set aside already.
    corrected(8)
    assert not write_letter_if_set_aside(now=at(72))


def test_the_hash_of_an_address_that_was_left_is_kept_for_a_day(work):
    """No limit asks for it after that, and a change of the field key does not make it again."""
    request = submit()
    work(WEDNESDAY)
    booking.readdress_request(request, email="right@example.com", now=WEDNESDAY)
    kept = []
    for hours in (23, 24):
        work(WEDNESDAY + timedelta(hours=hours))
        kept.append(bool(ConsultRequest.objects.get().former_contacts))
    assert kept == [True, False]


def test_of_two_workers_one_writes_the_letter_of_the_day(settings, monkeypatch):
    """The second one waits for the lock while the first writes."""
    settings.STAFF_INBOX = "desk@clinic.example"
    submit(looks_like_spam=True)
    take_lock = ConsultPolicy.objects.lock

    def wait_for_the_other(*arguments):
        write_to_staff("set_aside", to=settings.STAFF_INBOX, subject="By the first", text="", now=WEDNESDAY)
        return take_lock(*arguments)

    monkeypatch.setattr(ConsultPolicy.objects, "lock", wait_for_the_other)
    assert not write_letter_if_set_aside(now=WEDNESDAY)
    assert OutboxMessage.objects.filter(kind="set_aside").count() == 1


def test_an_unreadable_request_stays_where_a_person_sees_it(work, clock, desk):
    request = submit()
    ConsultRequest.objects.filter(pk=request.pk).update(sealed=b"nothing")
    work(LONG_AFTER)
    desk.force_login(desk.user)
    page = desk.get("/admin/").content.decode()
    assert request.reference in page.partition('aria-labelledby="waiting"')[2].partition("</section>")[0]
