"""Servers whose clocks differ send, expire and erase nothing, whatever an owner says, until the wrong one is set right."""

from datetime import timedelta

import pytest
from django.core import mail

from clinic_site.models import Hold
from consults import booking
from consults.models import ConsultRequest, OutboxMessage, WorkerHeartbeat
from tests.builders import WEDNESDAY, local, submit
from tests.holding import Machine, go_on, owner_at, reasons

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic", "made"),
]

BEAT = timedelta(seconds=5)
YEAR = timedelta(days=365)
CLOCK, DOWNTIME = Hold.Reason.CLOCK, Hold.Reason.DOWNTIME


def work(*machines: Machine, turns: int = 3) -> None:
    for _ in range(turns):
        for machine in machines:
            machine.turn(BEAT)


@pytest.fixture
def right() -> Machine:
    """A server whose clock is right, and whose worker has told a patient that we have the request."""
    machine = Machine(WEDNESDAY)
    submit()
    work(machine)
    mail.outbox.clear()
    return machine


@pytest.mark.parametrize("letters", ["send", "drop"])
@pytest.mark.parametrize("off", [YEAR, timedelta(hours=2)], ids=["a year ahead", "two hours ahead"])
@pytest.mark.slow
def test_a_yes_to_the_right_clock_lets_the_wrong_one_do_nothing(right, client, clock, letters, off):
    wrong = Machine(right.now + off)
    work(right, wrong)
    clock(right.now)
    owner = owner_at(client)
    for _ in range(3):
        go_on(owner, letters)
        work(right, wrong)
        assert CLOCK in reasons()
    assert (ConsultRequest.objects.get().status, mail.outbox) == ("requested", [])
    assert "The clock of one server says December 2, 202" in owner.get("/admin/hold/").content.decode()
    warnings = owner.get("/health/ready").json()["warnings"]
    assert any(warning.startswith("clock: The clock of one server says") for warning in warnings)


def test_once_the_wrong_clock_is_set_right_a_yes_lets_the_site_go_on(right, client, clock):
    wrong = Machine(right.now + YEAR)
    work(right, wrong)
    wrong.turn(BEAT, jump=-YEAR)
    work(right, wrong, turns=8)
    submit(key="new", now=right.now, starts_at=local("2026-12-09 16:00"), email="new@example.com")
    clock(right.now)
    go_on(owner_at(client), "send")
    work(right, wrong)
    assert (reasons(), [sent.to for sent in mail.outbox]) == ([], [["new@example.com"]])


def test_a_long_backup_beside_the_yes_is_no_reason_to_go_on(right, client, clock):
    wrong = Machine(right.now + YEAR)
    work(right, wrong)
    clock(right.now)
    go_on(owner_at(client), "send")
    wrong.turn(timedelta(minutes=1))
    assert (reasons(), mail.outbox) == ([], [])
    work(right, wrong)
    assert (reasons(), mail.outbox) == ([CLOCK], [])


def test_a_server_whose_clock_is_wrong_is_stopped(right, client, clock):
    wrong = Machine(right.now + YEAR)
    work(right, wrong)
    WorkerHeartbeat.objects.end()
    work(right, turns=8)
    submit(key="new", now=right.now, starts_at=local("2026-12-09 16:00"), email="new@example.com")
    clock(right.now)
    go_on(owner_at(client), "send")
    work(right)
    assert (reasons(), [sent.to for sent in mail.outbox]) == ([], [["new@example.com"]])


@pytest.mark.parametrize("off", [timedelta(0), timedelta(minutes=59), -timedelta(minutes=59)], ids=str)
def test_servers_whose_clocks_differ_by_less_than_an_hour_work_side_by_side(right, off):
    other = Machine(right.now + off)
    work(right, other)
    assert reasons() == []


def test_two_workers_of_a_machine_that_slept_have_one_clock(right):
    other = Machine(right.now)
    work(right, other)
    for machine in (right, other):
        machine.turn(timedelta(hours=20))
    work(right, other)
    assert reasons() == []


def soon_overdue(staff) -> tuple[ConsultRequest, Machine]:
    """A request whose reply time is over in three hours, a visit whose reminder is due in two, and the worker until then."""
    request = submit(starts_at=local("2026-12-09 16:00"))
    visit = booking.confirm_request(
        submit(key="visit", email="bea@example.com", starts_at=local("2026-12-09 17:00")), by=staff, now=WEDNESDAY
    )
    OutboxMessage.objects.exclude(kind="reminder").update(state="done", done_at=WEDNESDAY)
    start = request.answer_by - timedelta(hours=3)
    WorkerHeartbeat.objects.beat(now=start)
    machine = Machine(start)
    OutboxMessage.objects.filter(event__request=visit, kind="reminder").update(not_before=machine.now + timedelta(hours=2))
    work(machine)
    return request, machine


def told() -> list[str]:
    return sorted(letter.to[0] for letter in mail.outbox)


def test_a_server_that_joins_with_its_clock_ahead_sends_and_expires_nothing(staff):
    request, right = soon_overdue(staff)
    wrong = Machine(right.now + timedelta(hours=6))
    work(wrong, right)
    request.refresh_from_db()
    assert (reasons(), request.status, told()) == ([CLOCK], "requested", [])


def test_a_clock_that_is_set_right_after_a_start_has_done_no_harm_before(staff):
    """Also when the worker was started twice meanwhile: the sign of life of the first was by the wrong clock."""
    request, machine = soon_overdue(staff)
    ahead = timedelta(hours=6)
    for _ in range(2):
        machine = Machine(machine.now + ahead)
        ahead = timedelta(0)
        for _ in range(2):
            machine.turn(timedelta(minutes=2))
    submit(key="new", now=machine.now, email="new@example.com", starts_at=local("2026-12-10 16:00"))
    machine.turn(timedelta(minutes=1))
    assert (reasons(), told()) == ([], ["new@example.com"])
    machine.turn(BEAT, jump=-timedelta(hours=6))
    request.refresh_from_db()
    assert (reasons(), request.status, told()) == ([CLOCK], "requested", ["new@example.com"])


def test_after_a_night_off_what_fell_due_waits_ten_minutes_and_after_an_update_not_at_all(staff):
    request, machine = soon_overdue(staff)
    overdue = request.answer_by + timedelta(minutes=1)
    machine = Machine(overdue)
    machine.turn(timedelta(minutes=9))
    assert (reasons(), told()) == ([], [])
    machine.turn(timedelta(minutes=1))
    machine.turn(BEAT)
    assert (reasons(), told()) == ([], ["ada@example.com", "bea@example.com"])
    submit(key="new", now=machine.now, email="new@example.com", starts_at=local("2026-12-10 16:00"))
    Machine(machine.now + timedelta(minutes=59))
    assert told() == ["ada@example.com", "bea@example.com", "new@example.com"]
