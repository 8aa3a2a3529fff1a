"""The worker reads delivery reports beside its turns, and says when it cannot."""

import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from clinic_site import backups, delivery_reports
from clinic_site.env_secrets import Mailbox
from clinic_site.housekeeping import READ_REPORTS_EVERY
from clinic_site.models import Hold
from consults.messages import mailbox
from consults.messages.mailbox import MailboxReader
from consults.models import WorkerHeartbeat
from tests.builders import WEDNESDAY, colleague
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.holding import Machine
from tests.reports import HOST, PLAIN, report, returned, status
from tests.server import started_before

pytestmark = pytest.mark.server
SUBMIT = """
from datetime import timedelta
from django.utils import timezone
from consults import booking
from consults.models import Person
person = Person("Ada Example", "ada@mail.example", phone="507-555-0100", contact_by="email")
booking.submit_request(submission_key="a", starts_at=None, person=person, now=timezone.now())
"""
MESSAGES = """
from consults.models import OutboxMessage
print(*OutboxMessage.objects.values_list("channel", "state", "problem"))
"""


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def machine(imap, folder, settings, monkeypatch):
    """A worker that reads a mailbox of its own, which has a report in it."""
    monkeypatch.setenv("SSL_CERT_FILE", imap.certificate)
    monkeypatch.setattr(backups, "back_up_if_due", lambda **_: None)
    settings.BOUNCES, settings.PUBLIC = imap.mailbox(folder.name), type(settings.PUBLIC)("https", HOST, f"https://{HOST}")
    # One that changes nothing: another thread would wait for the end of this test's transaction.
    imap.bring(folder.name, PLAIN.replace("failed", "delayed"))
    return Machine(WEDNESDAY)


def after(machine: Machine, passed: timedelta) -> None:
    machine.turn(passed)
    machine.work.finish()


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
@pytest.mark.slow
def test_the_mailbox_is_read_every_few_minutes(machine, imap, folder):
    machine.work.finish()
    assert imap.left(folder.name) == []
    imap.bring(folder.name, PLAIN.replace("failed", "delayed"))
    after(machine, READ_REPORTS_EVERY / 2)
    assert len(imap.left(folder.name)) == 1
    after(machine, READ_REPORTS_EVERY / 2)
    assert imap.left(folder.name) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_full_mailbox_is_read_round_after_round(machine, imap, folder, monkeypatch):
    machine.work.finish()
    monkeypatch.setattr(mailbox, "MOST_MAILS", 1)
    imap.bring(folder.name, *[PLAIN.replace("failed", "delayed")] * 3)
    left = []
    for passed in (READ_REPORTS_EVERY, timedelta(seconds=1), timedelta(seconds=1)):
        after(machine, passed)
        left.append(len(imap.left(folder.name)))
    assert left == [2, 1, 0]


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("reason", Hold.Reason.values)
def test_reports_wait_for_the_yes(machine, imap, folder, reason):
    """A call is made of what the database knows, and for when the clock says it is."""
    machine.work.finish()
    imap.bring(folder.name, PLAIN.replace("failed", "delayed"))
    Hold.objects.put(reason, now=WEDNESDAY)
    after(machine, READ_REPORTS_EVERY)
    assert len(imap.left(folder.name)) == 1
    Hold.objects.update(ended_at=WEDNESDAY, ended_by=colleague("olga", "Owners"), without_letters=False)
    after(machine, timedelta(seconds=1))
    assert imap.left(folder.name) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_server_that_hangs_keeps_no_turn_waiting(folder, settings, monkeypatch):
    monkeypatch.setattr(backups, "back_up_if_due", lambda **_: None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.BOUNCES = Mailbox("127.0.0.1", silent.getsockname()[1], "me", "secret", "INBOX")
        machine = Machine(WEDNESDAY)
        machine.turn(READ_REPORTS_EVERY)
        readers = [thread for thread in threading.enumerate() if thread.name == "delivery reports"]
        assert len(readers) == 1, "the first round still waits, and there is no second one"
        line, _ = silent.accept()
        line.close()
        machine.work.finish()
    assert delivery_reports.problem(now=WEDNESDAY + timedelta(hours=2)).endswith("Error")


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_a_failure_that_lasts_is_told_until_the_mailbox_is_read_again(imap, folder, settings, clock, desk, monkeypatch, caplog):
    monkeypatch.setenv("SSL_CERT_FILE", imap.certificate)
    monkeypatch.setattr(backups, "is_late", lambda **_: False)
    settings.BOUNCES = right = imap.mailbox("ann")
    wrong = Mailbox(right.host, right.port, "ann", "wrong-horse", "INBOX")

    def told(account: Mailbox, **later: float) -> tuple[int, list[str], bool]:
        now = WEDNESDAY + timedelta(**later)
        clock(now)
        WorkerHeartbeat.objects.beat(now=now)
        desk.force_login(desk.user)
        delivery_reports.read_reports(MailboxReader(account, host=HOST), now=now)
        ready = desk.get("/health/ready")
        return ready.status_code, ready.json()["warnings"], "mailbox for delivery reports" in desk.get("/admin/").content.decode()

    assert told(wrong) == (200, [], False)
    assert told(wrong, minutes=59) == (200, [], False)
    since = "delivery reports: not read since 2026-12-02 16:00 UTC: login: refused"
    assert told(wrong, minutes=60) == (200, [since], True)
    assert told(right, minutes=65) == (200, [], False)
    assert told(wrong, minutes=70) == (200, [], False)
    settings.BOUNCES = None
    assert delivery_reports.problem(now=WEDNESDAY + timedelta(days=1)) == ""
    assert "wrong-horse" not in caplog.text
    assert "ann" not in caplog.text


def test_a_note_of_a_failure_that_is_damaged_is_as_none(folder, settings):
    settings.BOUNCES = Mailbox("127.0.0.1", 1, "me", "secret", "INBOX")
    (folder / "delivery-reports-problem.txt").write_text("half")
    assert delivery_reports.problem(now=WEDNESDAY) == ""


@pytest.mark.nightly
def test_a_letter_of_the_running_site_that_comes_back_is_a_call(imap, tmp_path):
    site = started_before(tmp_path)
    site.shell(SUBMIT)
    assert site.manage("worker", "--once").returncode == 0
    (letter,) = site.letters("ada@mail.example")
    imap.bring("site", report(status(), returned(f"Message-ID: {letter['Message-ID']}\n")))
    reading = {"BOUNCES_URL": imap.url("site"), "SSL_CERT_FILE": imap.certificate}
    done = [site.manage("worker", "--once", **reading) for _ in range(2)]
    assert site.shell(MESSAGES) == "('call', 'waiting', 'returned_5.1.1')"
    assert imap.left("site") == []
    logged = "".join(each.stdout + each.stderr for each in done)
    assert re.search(r"message \d+ was refused, and is a call to make now: returned_5.1.1", logged)
    assert not any(word in logged for word in ("ada", PASSWORD, quote(PASSWORD, safe=""), "site:"))
