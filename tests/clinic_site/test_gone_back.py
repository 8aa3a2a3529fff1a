"""A database that went back to an earlier state behind the site's back holds, however new the copy was."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command

from clinic_site import gone_back
from clinic_site.models import BY_HAND, Hold
from consults.models import ConsultRequest, OutboxMessage, WorkerHeartbeat
from tests.builders import WEDNESDAY, submit
from tests.holding import STEP, Machine, reasons

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic", "made"),
]

RESTORED = Hold.Reason.RESTORED
BEAT = timedelta(seconds=5)


@pytest.fixture
def overdue() -> ConsultRequest:
    """A request that nobody answered in time, as the copy has it, and whose letter left."""
    request = submit()
    OutboxMessage.objects.update(state=OutboxMessage.State.DONE)
    return request


def work_until(now, **options) -> Machine:
    """A worker that gave three signs of life."""
    WorkerHeartbeat.objects.beat(now=now - 3 * BEAT)
    machine = Machine(now - 2 * BEAT, **options)
    for _ in range(2):
        machine.turn(BEAT)
    return machine


def put_back(ago: timedelta, *, now) -> None:
    """The rest of an older database: its sign of life."""
    WorkerHeartbeat.objects.update(beats=1, beat_at=now - ago)


@pytest.mark.parametrize("options", [{}, {"once": True}], ids=["worker", "once"])
@pytest.mark.parametrize("ago", [timedelta(minutes=1), timedelta(hours=20), timedelta(days=30)], ids=str)
def test_a_database_that_has_gone_back_holds_as_after_a_restore(overdue, ago, options):
    now = overdue.answer_by - timedelta(minutes=1)
    work_until(now)
    put_back(ago, now=now)
    machine = Machine(now + 2 * timedelta(minutes=1), **options)
    machine.turn(BEAT)
    assert (reasons(), mail.outbox) == ([RESTORED], [])
    assert "by hand" in Hold.objects.get().report
    overdue.refresh_from_db()
    assert overdue.status == ConsultRequest.Status.REQUESTED


def test_without_what_is_remembered_a_copy_of_today_would_go_unnoticed(overdue, settings):
    """The negative control."""
    now = overdue.answer_by - timedelta(minutes=1)
    work_until(now)
    put_back(timedelta(hours=20), now=now)
    (settings.DATA_DIR / "signs-of-life").unlink()
    machine = Machine(now + 2 * timedelta(minutes=1))
    # What fell due before a start waits until the clocks have settled.
    for passed in (BEAT, timedelta(minutes=6), timedelta(minutes=6)):
        machine.turn(passed)
    assert (reasons(), len(mail.outbox)) == ([], 1)


def test_a_database_that_goes_back_while_the_worker_runs_is_noticed_with_its_next_sign_of_life(overdue):
    machine = work_until(WEDNESDAY)
    put_back(timedelta(minutes=1), now=WEDNESDAY)
    for _ in range(4):
        machine.turn(BEAT)
    assert reasons() == [RESTORED]


def test_a_restore_by_the_sites_own_command_is_told_once(overdue):
    work_until(WEDNESDAY)
    WorkerHeartbeat.objects.all().delete()
    told = Hold.objects.put(RESTORED, now=WEDNESDAY + STEP, report="berta: was deactivated")
    Machine(WEDNESDAY + timedelta(minutes=5)).turn(BEAT)
    assert list(Hold.objects.all()) == [told]


@pytest.mark.parametrize("off", [timedelta(0), timedelta(days=-365), timedelta(days=365)], ids=["right", "behind", "ahead"])
def test_an_earlier_restore_tells_nothing_of_a_later_one_whatever_its_clock_said(overdue, staff, off):
    Hold.objects.put(RESTORED, now=WEDNESDAY + off)
    Hold.objects.update(ended_at=WEDNESDAY, ended_by=staff)
    machine = work_until(WEDNESDAY + timedelta(minutes=5))
    put_back(timedelta(minutes=1), now=machine.now)
    machine.turn(BEAT)
    assert reasons() == [RESTORED]


@pytest.mark.parametrize("off", [timedelta(0), timedelta(days=-365), timedelta(days=365)], ids=["right", "behind", "ahead"])
def test_a_restore_that_an_owner_has_answered_is_asked_about_once(overdue, staff, off):
    """Also where the file cannot be replaced, or is of another machine that was stopped meanwhile."""
    work_until(WEDNESDAY)
    put_back(timedelta(minutes=1), now=WEDNESDAY)
    Hold.objects.put(RESTORED, now=WEDNESDAY + off)
    Hold.objects.update(ended_at=WEDNESDAY, ended_by=staff)
    Machine(WEDNESDAY + timedelta(minutes=5)).turn(BEAT)
    assert reasons() == []


def test_a_copy_put_in_place_before_the_yes_keeps_what_the_restore_said_about_accounts(overdue):
    Hold.objects.put(RESTORED, now=WEDNESDAY, report="berta: was deactivated")
    machine = work_until(WEDNESDAY + timedelta(minutes=5))
    for _ in range(2):
        put_back(timedelta(minutes=1), now=machine.now)
        machine.turn(BEAT)
    assert Hold.objects.get().report.splitlines() == ["berta: was deactivated", BY_HAND]
    Hold.objects.put(RESTORED, now=machine.now, report="carla: was deactivated")
    assert Hold.objects.get().report.splitlines() == ["berta: was deactivated", "carla: was deactivated"]


def test_a_restore_that_a_clock_ahead_has_dated_is_shown_as_of_the_start(overdue):
    """As in a copy whose newest event is of such a clock."""
    Hold.objects.put(RESTORED, now=WEDNESDAY + timedelta(days=365))
    machine = Machine(WEDNESDAY)
    assert Hold.objects.get().began_at == machine.now


def test_a_restore_by_a_clock_that_is_behind_keeps_what_it_said_about_accounts(overdue, monkeypatch, clock):
    work_until(WEDNESDAY)
    WorkerHeartbeat.objects.all().delete()
    clock(WEDNESDAY - timedelta(days=2000))
    monkeypatch.setattr("clinic_site.management.commands.restore.keep_what_was_taken", lambda before: ["berta: was deactivated"])
    call_command("restore", hold=True, verbosity=0)
    Machine(WEDNESDAY + timedelta(minutes=5)).turn(BEAT)
    assert Hold.objects.get().report == "berta: was deactivated"


def test_two_workers_and_a_file_that_nobody_can_read_are_no_reason_to_hold(overdue, settings):
    first, second = work_until(WEDNESDAY), Machine(WEDNESDAY)
    for _ in range(3):
        first.turn(BEAT)
        second.turn(BEAT)
    path = settings.DATA_DIR / "signs-of-life"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("9")
    second.turn(BEAT)
    path.unlink()
    path.mkdir()
    gone_back.remember(9)
    second.turn(BEAT)
    assert reasons() == []


def test_a_site_that_starts_over_beside_an_older_file_is_asked_nothing(settings):
    gone_back.remember(9)
    Machine(WEDNESDAY).turn(BEAT)
    assert (reasons(), gone_back.has_gone_back()) == ([], False)
