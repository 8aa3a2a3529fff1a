"""Why no backup could be made is told: damage of the database at once, anything else after an hour."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from clinic_site import backups, database_copy, failing_backups
from clinic_site.database_copy import BackupFailed, DatabaseDamaged
from consults.models import WorkerHeartbeat
from tests.builders import WEDNESDAY
from tests.holding import Machine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]

QUARTER = timedelta(minutes=15)
FULL, DAMAGED = BackupFailed("No space left on device"), DatabaseDamaged("the backup is damaged: row 3 missing from index i")


@pytest.fixture
def failing(monkeypatch, settings, tmp_path) -> dict:
    """What each attempt raises; the last good backup is of ten minutes ago."""
    settings.DATA_DIR, settings.STAFF_INBOX = tmp_path, "desk@clinic.example"
    backups.folder().mkdir()
    (backups.folder() / f"{WEDNESDAY - timedelta(minutes=10):%Y-%m-%dT%H%M%SZ}.tar.gz").touch()
    told: dict = {"error": None}

    def attempt(**_):
        if told["error"]:
            raise told["error"]

    monkeypatch.setattr(backups, "back_up_if_due", attempt)
    return told


def letters() -> list[tuple[str, str]]:
    return [(sent.subject, " ".join(sent.body.split())) for sent in mail.outbox if "desk@clinic.example" in sent.to]


@pytest.mark.parametrize(
    ("error", "quarters", "subject"),
    [(DAMAGED, 0, "The website's database is damaged"), (FULL, 4, "The website makes no backups")],
    ids=["damage at once", "a full disk after an hour"],
)
def test_why_backups_fail_is_told_on_the_desk_to_monitors_and_by_letter(failing, desk, client, clock, error, quarters, subject):
    def told() -> tuple[bool, bool, list[str]]:
        clock(machine.now)
        WorkerHeartbeat.objects.beat(now=machine.now)
        warnings = [warning for warning in client.get("/health/ready").json()["warnings"] if warning.startswith("backup: ")]
        desk.force_login(desk.user)
        page = " ".join(desk.get("/admin/").content.decode().split())
        assert all(str(error) in warning for warning in warnings)
        return bool(warnings), str(error) in page, [subject for subject, _ in letters()]

    clock(WEDNESDAY)
    machine = Machine(WEDNESDAY)
    failing["error"] = error
    machine.turn(QUARTER)
    for _ in range(quarters):
        assert told() == (False, False, [])
        machine.turn(QUARTER)
    assert told() == (True, True, [subject])
    assert str(error) in letters()[0][1]
    machine.turn(QUARTER)
    failing["error"] = None
    machine.turn(QUARTER)
    assert told() == (False, False, [subject])


def test_another_failure_after_damage_does_not_hide_it(failing):
    failing_backups.remember(DAMAGED, now=WEDNESDAY)
    failing_backups.remember(FULL, now=WEDNESDAY + QUARTER)
    assert "row 3 missing" in failing_backups.problem(now=WEDNESDAY + QUARTER)
    failing_backups.forget()
    assert failing_backups.problem(now=WEDNESDAY + QUARTER) == ""


def test_the_letter_about_a_late_backup_quotes_the_reason(failing):
    machine = Machine(WEDNESDAY + timedelta(hours=31))
    failing["error"] = FULL
    machine.turn(QUARTER)
    machine.turn(timedelta(days=1))
    subject, body = letters()[-1]
    assert (subject, "The last attempt failed: No space left on device" in body) == ("The website has no new backup", True)


def test_a_backup_by_command_ends_what_is_told(failing, monkeypatch, tmp_path):
    failing_backups.remember(FULL, now=WEDNESDAY - timedelta(hours=2))

    def fail(*, now):
        raise FULL

    monkeypatch.setattr(backups, "back_up", fail)
    with pytest.raises(CommandError):
        call_command("backup", verbosity=0)
    assert failing_backups.problem(now=WEDNESDAY)
    monkeypatch.setattr(backups, "back_up", lambda *, now: tmp_path / "made")
    call_command("backup", verbosity=0)
    assert failing_backups.problem(now=WEDNESDAY) == ""


@pytest.mark.parametrize("content", ["", "2026-12-02 damaged", "never damaged it is"])
def test_a_note_that_nobody_can_read_tells_nothing(failing, content):
    (backups.folder() / "backup-problem.txt").write_text(content)
    assert (failing_backups.problem(now=WEDNESDAY), failing_backups.damage()) == ("", "")


def test_a_ruined_file_is_damage_and_a_full_disk_is_none(tmp_path):
    ruined = tmp_path / "ruined.sqlite3"
    ruined.write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.DatabaseError) as found, closing(sqlite3.connect(ruined)) as database:
        database.execute("SELECT * FROM sqlite_master")
    assert isinstance(database_copy.failed(found.value), DatabaseDamaged)
    assert not isinstance(database_copy.failed(OSError(28, "No space left on device")), DatabaseDamaged)
