"""A job of the background worker that fails keeps no other waiting, and is named."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone

from clinic_site import backups, housekeeping, jobs
from clinic_site.background_work import BackgroundWork
from clinic_site.jobs import Jobs, short_waits
from consults.messages import delivery
from consults.models import OutboxMessage, WorkerHeartbeat
from consults.one_by_one import decide_each
from pages.models import Clinic
from tests.builders import WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]


def fail(*_, **__):
    raise OperationalError("database disk image is malformed, near ada@example.com")


@pytest.fixture
def data(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(backups, "back_up_if_due", lambda **_: None)


@pytest.mark.usefixtures("data")
def test_a_table_that_cannot_be_touched_stops_no_letter_and_is_named(monkeypatch, caplog, client, clock, desk):
    clock(WEDNESDAY)
    submit()
    for name in ("delete_failed_sign_ins", "forget_clients", "erase_due"):
        fails = lambda **_: fail()  # noqa: E731
        fails.__name__ = name
        monkeypatch.setattr(housekeeping, name, fails)
    # Every page and several jobs ask for it.
    Clinic.objects.update(time_zone="Mars/Olympus")
    work = BackgroundWork()
    for second in range(3):
        now = WEDNESDAY + timedelta(seconds=second)
        work.turn(now=now, steady=1000.0 + second, read_clock=lambda now=now: now)
    assert [letter.to for letter in mail.outbox] == [["ada@example.com"]]
    assert "delete_failed_sign_ins failed" in caplog.text
    assert "ada@" not in caplog.text
    assert caplog.text.count("delete_failed_sign_ins failed") == 1, "its next try is at its next period"
    clock(WEDNESDAY + timedelta(seconds=30))
    assert jobs.problems(now=WEDNESDAY + timedelta(seconds=30)) == []
    WorkerHeartbeat.objects.beat(now=WEDNESDAY + timedelta(minutes=2))
    clock(WEDNESDAY + timedelta(minutes=2))
    ready = client.get("/health/ready").json()
    told = "delete_failed_sign_ins has been failing since 2026-12-02 16:00 UTC (OperationalError)"
    assert f"worker: {told}" in ready["warnings"]
    assert ready["checks"]["worker"]
    page = " ".join(desk.get("/admin/").content.decode().split())
    assert told in page
    assert "time zone: 'Mars/Olympus' is unknown here, and America/Chicago is used: are all times right?" in ready["warnings"]
    assert client.get("/book-a-consult/").status_code == 200
    assert "Letters still leave" in page


@pytest.mark.usefixtures("data")
def test_letters_that_cannot_leave_make_the_site_not_ready(client):
    now = timezone.now()
    WorkerHeartbeat.objects.beat(now=now)
    work = Jobs()
    fail.__name__ = "deliver_due"
    work.begin(now=now - timedelta(minutes=2), steady=0.0)
    assert work.do(fail) is None
    assert client.get("/health/ready").json()["checks"]["worker"] is False
    work.begin(now=now, steady=120.0)
    deliver_due = lambda: 1  # noqa: E731
    deliver_due.__name__ = "deliver_due"
    assert work.do(deliver_due) == 1
    assert client.get("/health/ready").json()["checks"]["worker"] is True


@pytest.mark.usefixtures("data")
def test_a_job_that_fails_is_tried_again_after_ever_longer_pauses():
    work, tried = Jobs(), []

    def job():
        tried.append(second)
        raise DatabaseError

    for second in range(300):
        work.begin(now=WEDNESDAY, steady=float(second))
        work.do(job)
    assert tried == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]


@pytest.mark.databases
def test_housekeeping_waits_shortly_for_a_lock_on_postgresql():
    if connection.vendor != "postgresql":
        with short_waits():
            assert connection.is_usable()
        return

    def lock_timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return cursor.fetchone()[0]

    usual = lock_timeout()
    with short_waits():
        assert lock_timeout() == "3s"
    assert lock_timeout() == usual != "3s"


def test_a_request_that_the_database_keeps_from_us_keeps_no_other_waiting():
    """Three in a row are no row's fault, and a locked SQLite file is everybody's."""
    requests = [submit(key=str(number), looks_like_spam=True) for number in range(4)]
    broken: set[int] = {requests[0].pk}

    def decide(request) -> None:
        if request.pk in broken:
            raise DatabaseError

    assert decide_each(decide, requests) == (3, broken)
    broken |= {one.pk for one in requests}
    with pytest.raises(DatabaseError):
        decide_each(decide, requests)
    with pytest.raises(OperationalError):
        decide_each(fail, requests)


def test_a_message_that_the_database_keeps_from_us_keeps_no_other_waiting(monkeypatch):
    for number in range(2):
        submit(key=str(number), email=f"p{number}@example.com", starts_at=local(f"2026-12-0{7 + number} 16:00"))
    first = OutboxMessage.objects.order_by("not_before", "pk").first()
    claim = delivery._claim

    def claim_unless_locked(message, *arguments):
        if message.pk == first.pk:
            raise DatabaseError
        return claim(message, *arguments)

    monkeypatch.setattr(delivery, "_claim", claim_unless_locked)
    assert delivery.deliver_due(now=WEDNESDAY) == 1
    assert OutboxMessage.objects.get(state="waiting").pk == first.pk
