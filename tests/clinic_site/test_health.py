"""What monitors read."""

import logging
import shutil
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clinic_site import backups
from clinic_site.models import Hold
from consults.models import OutboxMessage, WorkerHeartbeat
from tests.builders import WEDNESDAY, submit


def test_live_asks_nothing_but_the_process(client):
    response = client.get("/health/live", headers={"host": "anything.example"})
    assert (response.status_code, response.json()["status"]) == (200, "ok")


@pytest.mark.databases
@pytest.mark.django_db
@pytest.mark.parametrize(("age", "status"), [(0, 200), (29, 200), (31, 503), (None, 503), (-60, 503)])
def test_ready_needs_a_worker_that_was_well_lately(client, age, status):
    if age is not None:
        WorkerHeartbeat.objects.create(beat_at=timezone.now() - timedelta(seconds=age))
    response = client.get("/health/ready")
    assert response.status_code == status
    assert response.json()["checks"] == {"database": True, "migrations": True, "worker": status == 200}


@pytest.mark.django_db
@pytest.mark.ignore_template_errors
def test_the_desk_says_when_the_worker_is_gone(clinic, clock, desk):
    WorkerHeartbeat.objects.create(beat_at=WEDNESDAY)
    assert "background worker" not in desk.get("/admin/").content.decode()
    clock(WEDNESDAY + timedelta(seconds=31))
    page = " ".join(desk.get("/admin/").content.decode().split())
    assert "is not running (its last sign of life was on December 2, 10:00 AM). Until it is, no email is sent" in page
    WorkerHeartbeat.objects.end()
    clock(WEDNESDAY + timedelta(seconds=1))
    assert "background worker of this site is not running" in desk.get("/admin/").content.decode()


@pytest.mark.databases
@pytest.mark.django_db
def test_ready_sees_a_migration_that_was_not_run(client):
    WorkerHeartbeat.objects.create(beat_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'consults'")
    assert client.get("/health/ready").json()["checks"]["migrations"] is False


@pytest.mark.databases
@pytest.mark.django_db
def test_over_https_probes_inside_the_machine_are_not_redirected(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health/live").status_code == 200
    assert client.get("/faqs/").status_code == 301


@pytest.mark.databases
@pytest.mark.django_db
def test_not_being_ready_yet_is_no_error_in_the_log(client):
    """Read where Django's own logger sends it: a filter of that logger decides."""
    lines = []
    handler = logging.Handler()
    handler.emit = lines.append
    logging.getLogger("django").addHandler(handler)
    try:
        assert client.get("/health/ready").status_code == 503
    finally:
        logging.getLogger("django").removeHandler(handler)
    assert lines == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_a_late_backup_and_waiting_mail_are_warnings_for_monitors_and_for_the_desk(desk, client):
    now = WEDNESDAY
    WorkerHeartbeat.objects.create(beat_at=now)
    folder = backups.folder()
    shutil.rmtree(folder, ignore_errors=True)

    page = ""

    def seen() -> tuple[int, list[str], bool]:
        nonlocal page
        ready, page = client.get("/health/ready"), " ".join(desk.get("/admin/").content.decode().split())
        late_on_desk = "Please tell the person who looks after the server" in page
        return ready.status_code, [warning.partition(":")[0] for warning in ready.json()["warnings"]], late_on_desk

    assert seen() == (200, ["backup"], True)
    folder.mkdir()
    for age, is_late in ((31, True), (29, False)):
        (folder / f"{now - timedelta(hours=age):%Y-%m-%dT%H%M%SZ}.tar.gz").touch()
        assert seen() == (200, ["backup"] if is_late else [], is_late)
    assert "All email was sent" in page
    submit(now=now - timedelta(hours=2))
    assert seen() == (200, ["mail"], True)
    # A retry is put off.
    tried = {"attempts": 3, "problem": "ConnectionRefusedError", "not_before": now + timedelta(minutes=20)}
    OutboxMessage.objects.update(**tried)
    assert seen() == (200, ["mail"], True)
    assert "1 message has been waiting, the oldest since December 2, 8:00 AM (ConnectionRefusedError)" in page
    assert "Not sent yet: 1." in page
    assert "All email was sent" not in page
    hold = Hold.objects.put(Hold.Reason.CLOCK, now=now)
    assert seen() == (200, ["hold", "mail"], False)
    hold.delete()
    # A reminder is written long before it is due.
    OutboxMessage.objects.update(kind="reminder", attempts=0)
    assert seen() == (200, [], False)
    shutil.rmtree(folder)


@pytest.mark.django_db
def test_a_warning_that_cannot_be_found_keeps_no_other_from_being_told(client, caplog):
    WorkerHeartbeat.objects.create(beat_at=timezone.now())
    common = {"channel": "mail", "not_before": timezone.now(), "recipient": "staff", "kind": "due", "sealed": b""}
    OutboxMessage.objects.create(created_at=timezone.now(), state="failed", **common)
    broken = OutboxMessage.objects.create(created_at=timezone.now(), attempts=1, **common)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER consults_outboxmessage_types_update")
        cursor.execute("UPDATE consults_outboxmessage SET created_at = '2026-11-30 25:61:00' WHERE id = %s", [broken.pk])
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (200, "ok")
    warnings = response.json()["warnings"]
    assert "mail: cannot be read (ValueError)" in warnings
    assert "mail: 1 messages could not be sent" in warnings
    assert "Traceback" not in caplog.text
