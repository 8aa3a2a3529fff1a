"""After a restore, a jump of the clock or a long pause nothing leaves the house before an owner says yes."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError, connection

from clinic_site import backups
from clinic_site.holds import due_at
from clinic_site.models import Hold
from consults import booking
from consults.messages.outbox import write_to_staff
from consults.models import ConsultRequest, OutboxMessage, WorkerHeartbeat
from consults.models.worker_heartbeat import WorkerHeartbeatQuerySet
from tests.builders import PASSWORD, WEDNESDAY, colleague, local, submit
from tests.holding import STEP, Machine, go_on, owner_at, reasons

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic"),
]

Reason, Status, State = Hold.Reason, ConsultRequest.Status, OutboxMessage.State
DAY = timedelta(days=1)
# The reply times of what `submit` makes by default are over, and its start is not.
OVERDUE = WEDNESDAY + timedelta(days=4)
TO_ERASE = WEDNESDAY + timedelta(days=100)


def three_that_wait() -> tuple[ConsultRequest, ConsultRequest]:
    """A letter, a request that will be overdue, and one that will be to erase; the last two are returned."""
    ended = booking.withdraw_request(submit(key="ended", starts_at=local("2026-12-08 16:00")), now=WEDNESDAY)
    OutboxMessage.objects.update(state=State.DONE)
    return submit(key="open"), ended


def done() -> tuple[int, str, bool]:
    """How many letters went out, the status of the open request, and whether the ended one was erased."""
    status = ConsultRequest.objects.get(submission_key="open").status
    return len(mail.outbox), status, ConsultRequest.objects.get(submission_key="ended").erased_at is not None


NOTHING = (0, Status.REQUESTED, False)


@pytest.mark.parametrize(
    ("jump", "holds"),
    [
        pytest.param(timedelta(days=365), [Reason.CLOCK], id="a year ahead"),
        pytest.param(timedelta(hours=1, seconds=1), [Reason.CLOCK], id="more than an hour ahead"),
        pytest.param(timedelta(minutes=59), [], id="less than an hour ahead"),
        pytest.param(-timedelta(minutes=59), [], id="less than an hour back"),
        pytest.param(-timedelta(hours=1, seconds=1), [Reason.CLOCK], id="more than an hour back"),
    ],
)
def test_a_clock_that_jumps_puts_a_hold_in_place(made, jump, holds):
    machine = Machine(WEDNESDAY)
    machine.turn(jump=jump)
    machine.turn()
    assert reasons() == holds


@pytest.mark.databases
def test_after_a_jump_nothing_is_sent_expired_erased_or_deleted_and_backups_go_on(made, caplog):
    three_that_wait()
    machine = Machine(WEDNESDAY - DAY)
    assert made == [True]
    machine.turn(jump=TO_ERASE - machine.now)
    for _ in range(3):
        machine.turn(timedelta(minutes=20))
    assert done() == NOTHING
    assert (made[0], set(made[1:]), len(made)) == (True, {False}, 4)
    assert "failed" not in caplog.text
    assert WorkerHeartbeat.objects.is_running(now=machine.now)


def test_a_clock_set_back_stops_no_turn_of_the_worker(made):
    """Its periods are of the clock that nobody sets."""
    machine = Machine(WEDNESDAY)
    machine.turn(jump=-timedelta(days=365))
    machine.turn(timedelta(minutes=20))
    assert len(made) == 2
    assert WorkerHeartbeat.objects.last_beat() == machine.now


def test_small_steps_add_up_and_a_machine_that_slept_did_not_jump(made):
    machine = Machine(WEDNESDAY)
    for _ in range(2):
        machine.turn(timedelta(hours=20))
    assert reasons() == []
    for _ in range(3):
        machine.turn(jump=timedelta(minutes=25))
    assert reasons() == [Reason.CLOCK]


@pytest.mark.parametrize("slept", [False, True], ids=["stopped", "asleep"])
def test_after_a_long_pause_what_fell_due_waits_and_what_is_newer_goes_on(made, slept):
    three_that_wait()
    machine = Machine(WEDNESDAY - DAY)
    WorkerHeartbeat.objects.end()
    if slept:
        machine.turn(OVERDUE - machine.now)
    else:
        machine = Machine(OVERDUE)
    assert (reasons(), done()) == ([Reason.DOWNTIME], NOTHING)
    submit(key="new", now=machine.now + STEP, starts_at=local("2026-12-09 16:00"), email="new@example.com")
    machine.turn(2 * STEP)
    assert [sent.to for sent in mail.outbox] == [["new@example.com"]]
    assert done()[1:] == NOTHING[1:]


@pytest.mark.parametrize(("hours", "holds"), [(20, []), (120, [Reason.DOWNTIME])])
def test_a_database_that_is_away_for_days_is_a_long_pause_although_the_worker_runs(made, monkeypatch, hours, holds):
    """Nobody could answer meanwhile."""
    overdue = three_that_wait()[0].answer_by + timedelta(minutes=1)
    start = overdue - timedelta(hours=hours)
    WorkerHeartbeat.objects.beat(now=start)
    machine = Machine(start)
    OutboxMessage.objects.update(state=State.DONE)
    mail.outbox.clear()
    with monkeypatch.context() as patched:
        patched.setattr(WorkerHeartbeatQuerySet, "beat", _database_is_away)
        patched.setattr(connection, "close", lambda: None)
        while machine.now < overdue:
            machine.turn(timedelta(hours=1))
    for _ in range(3):
        machine.turn()
    assert (reasons(), done()) == (holds, NOTHING if holds else (1, Status.EXPIRED, False))


def _database_is_away(self, *, now):
    raise OperationalError("database or disk is full")


@pytest.mark.parametrize(
    ("pause", "options", "holds"),
    [
        pytest.param(timedelta(hours=23), {}, [], id="less than a day"),
        pytest.param(timedelta(days=4), {"once": True}, [], id="somebody asks for what is due"),
        pytest.param(-timedelta(hours=2), {}, [Reason.CLOCK], id="the last sign of life is yet to come"),
    ],
)
def test_what_is_no_long_pause(made, pause, options, holds):
    three_that_wait()
    WorkerHeartbeat.objects.beat(now=OVERDUE - pause)
    Machine(OVERDUE, **options)
    assert reasons() == holds


@pytest.mark.parametrize(
    ("pause", "holds"),
    [
        pytest.param(None, [], id="never before"),
        pytest.param(timedelta(days=7) - STEP, [], id="a week"),
        pytest.param(timedelta(days=7), [Reason.DOWNTIME], id="more than a week"),
        pytest.param(timedelta(days=-8), [Reason.CLOCK], id="the last sign of life is yet to come"),
    ],
)
def test_doing_what_is_due_once_is_guarded_from_a_wrong_clock_too(made, pause, holds):
    three_that_wait()
    if pause is not None:
        WorkerHeartbeat.objects.beat(now=TO_ERASE - pause)
    Machine(TO_ERASE, once=True)
    assert (reasons(), done() == NOTHING, made) == (holds, bool(holds), [not holds])


def test_a_clock_that_was_wrong_before_the_start_deletes_no_backup(made):
    """As after a long pause: nobody can tell the two apart."""
    backups.folder().mkdir()
    for days in range(4):
        (backups.folder() / f"{WEDNESDAY - days * DAY:%Y-%m-%dT%H%M%SZ}.tar.gz").touch()
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    Machine(WEDNESDAY + timedelta(days=365))
    assert (reasons(), made) == ([Reason.DOWNTIME], [False])


def test_a_long_pause_in_which_nothing_fell_due_asks_nobody(made):
    WorkerHeartbeat.objects.beat(now=WEDNESDAY - 30 * DAY)
    Machine(WEDNESDAY)
    assert reasons() == []


@pytest.mark.parametrize(
    ("waits", "options", "holds"),
    [
        pytest.param("request", {}, [Reason.DOWNTIME], id="a request that may expire"),
        pytest.param("reminder", {}, [Reason.DOWNTIME], id="a letter that may go out"),
        pytest.param("offer", {}, [Reason.DOWNTIME], id="an offer that may lapse"),
        pytest.param("", {}, [], id="nothing"),
        pytest.param("request", {"once": True}, [], id="somebody asks for what is due"),
    ],
)
def test_a_clock_that_may_be_wrong_is_asked_about_before_anything_is_due(made, staff, waits, options, holds):
    """After a power cut without a clock of its own a machine may start days ahead, and nothing tells that from a pause."""
    request = submit(now=WEDNESDAY, wants_earlier=True)
    if waits != "request":
        booking.confirm_request(request, by=staff, now=WEDNESDAY)
    if waits == "offer":
        booking.offer_earlier(request, starts_at=local("2026-12-04 16:00"), by=staff, now=WEDNESDAY)
    OutboxMessage.objects.exclude(kind=waits).update(state=State.DONE)
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    start = WEDNESDAY + DAY + STEP
    assert not due_at(start)
    Machine(start, **options)
    assert reasons() == holds


@pytest.mark.parametrize("reason", Reason.values)
def test_the_page_and_the_desk_tell_the_time_of_the_server(made, clock, client, reason):
    clock(WEDNESDAY)
    Hold.objects.put(reason, now=WEDNESDAY)
    owner_at(client)
    for path in ("/admin/hold/", "/admin/"):
        page = " ".join(client.get(path).content.decode().split())
        assert "The server says that it is <strong>Wednesday, December 2, 2026, 10:00 AM</strong>" in page


@pytest.mark.parametrize(("ago", "asked"), [(1, [0, 0, 1]), (14, [0, 1, 1]), (15, [1, 1, 2])])
def test_a_worker_that_starts_backs_up_a_quarter_of_an_hour_after_the_last_backup(made, ago, asked):
    backups.folder().mkdir()
    (backups.folder() / f"{WEDNESDAY + STEP - timedelta(minutes=ago):%Y-%m-%dT%H%M%SZ}.tar.gz").touch()
    machine, counted = Machine(WEDNESDAY), [len(made)]
    for _ in range(2):
        machine.turn(timedelta(minutes=7, seconds=30))
        counted.append(len(made))
    assert counted == asked


# The yes


def test_an_owner_sees_what_waits_and_lets_it_go(made, clock, client):
    clock(TO_ERASE)
    waiting, ended = three_that_wait()
    Hold.objects.put(Reason.CLOCK, now=TO_ERASE)
    WorkerHeartbeat.objects.beat(now=TO_ERASE)
    machine = Machine(TO_ERASE)
    owner_at(client)
    page = " ".join(client.get("/admin/hold/").content.decode().split())
    for words in ("sent now: 1", "expire now: 1", "erased now: 1", waiting.reference, ended.reference):
        assert words in page
    assert "Ada" not in page
    assert go_on(client, "send").status_code == 302
    (hold,) = Hold.objects.all()
    assert (hold.ended_by, hold.ended_at, hold.without_letters) == (client.user, TO_ERASE, False)
    for _ in range(2):
        machine.turn(timedelta(minutes=20))
    # The letter about the expiry takes the place of the one that had not gone out yet.
    assert done() == (1, Status.EXPIRED, True)


def test_without_the_letters_what_was_due_is_dropped_and_what_is_new_goes_out(made, clock, client):
    """Also the letter of a request that expires now. After a restore more is dropped: `test_yes_after_a_restore.py`."""
    waiting, _ = three_that_wait()
    write_to_staff("late_backup", to="desk@clinic.example", subject="Old", text="Old", now=WEDNESDAY)
    clock(OVERDUE)
    Hold.objects.put(Reason.CLOCK, now=OVERDUE)
    WorkerHeartbeat.objects.beat(now=OVERDUE)
    answered = submit(key="answered", now=OVERDUE - 2 * DAY, starts_at=local("2026-12-10 16:00"), email="bea@example.com")
    OutboxMessage.objects.filter(event__request=answered).update(state=State.DONE)
    booking.confirm_request(answered, by=colleague("anna", "Front desk"), now=OVERDUE + STEP)
    submit(key="new", now=OVERDUE + STEP, starts_at=local("2026-12-09 16:00"), email="new@example.com")
    clock(OVERDUE + 2 * STEP)
    go_on(owner_at(client), "drop")
    Machine(OVERDUE + 3 * STEP)
    assert sorted(sent.to[0] for sent in mail.outbox) == ["bea@example.com", "new@example.com"]
    waiting.refresh_from_db()
    assert waiting.status == Status.EXPIRED
    assert set(OutboxMessage.objects.filter(event__request=waiting).values_list("state", flat=True)) == {State.DROPPED}


def test_without_the_letters_the_clock_may_have_been_wrong_when_it_all_began(made, clock, client):
    """The machine was off until the reply time was over, and its clock started years behind before it was set right."""
    waiting, _ = three_that_wait()
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    machine = Machine(WEDNESDAY - 2000 * DAY)
    machine.turn(jump=OVERDUE - machine.now)
    assert reasons() == [Reason.CLOCK, Reason.CLOCK]
    submit(key="new", now=machine.now, starts_at=local("2026-12-09 16:00"), email="new@example.com")
    clock(machine.now)
    go_on(owner_at(client), "drop")
    for _ in range(2):
        machine.turn()
    assert [sent.to[0] for sent in mail.outbox] == ["new@example.com"]
    waiting.refresh_from_db()
    assert (reasons(), waiting.status) == ([], Status.EXPIRED)


@pytest.mark.databases
def test_only_owners_say_yes_and_everybody_sees_that_something_waits(made, clock, client, desk):
    Hold.objects.put(Reason.CLOCK, now=WEDNESDAY)
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    assert "Nothing is being sent:" in desk.get("/admin/").content.decode()
    desk.post("/admin/reauthenticate/", {"password": PASSWORD, "next": "/admin/"})
    assert (desk.get("/admin/hold/").status_code, go_on(desk, "send").status_code) == (403, 403)
    warnings = desk.get("/health/ready").json()["warnings"]
    assert any(warning.startswith("hold: the server's clock jumped") for warning in warnings)
    client.force_login(colleague("olga", "Owners"))
    assert "/admin/reauthenticate/" in go_on(client, "send").headers["location"]
    assert reasons() == [Reason.CLOCK]


def test_a_yes_ends_only_what_its_page_showed(made, clock, client):
    first = Hold.objects.put(Reason.RESTORED, now=WEDNESDAY)
    Hold.objects.put(Reason.CLOCK, now=WEDNESDAY)
    owner_at(client).post("/admin/hold/", {"up_to": first.pk, "letters": "send"})
    assert reasons() == [Reason.CLOCK]
    for nonsense in ("", "x", "９" * 400, "9" * 400):
        client.post("/admin/hold/", {"up_to": nonsense, "letters": "send"})
    assert reasons() == [Reason.CLOCK]


@pytest.mark.databases
def test_a_database_that_another_tool_restored_gets_the_same_hold(made):
    Hold.objects.all().delete()
    call_command("restore", hold=True)
    assert list(Hold.objects.values_list("reason", flat=True)) == ["restored"]


@pytest.mark.parametrize(("letters", "told"), [("send", 1), ("drop", 0)])
def test_an_offer_that_ran_out_waits_for_the_yes_like_any_expiry(made, clock, client, letters, told):
    anna, late = colleague("anna"), local("2026-12-04 15:00")
    visit = booking.confirm_request(submit(wants_earlier=True), by=anna, now=WEDNESDAY)
    booking.offer_earlier(visit, starts_at=local("2026-12-04 16:00"), by=anna, now=WEDNESDAY)
    OutboxMessage.objects.exclude(kind="reminder").update(state=State.DONE)
    Hold.objects.put(Reason.CLOCK, now=late)
    WorkerHeartbeat.objects.beat(now=late)
    Machine(late + STEP)
    assert [offer.answer for offer in visit.offers.all()] == [""]
    clock(late + 2 * STEP)
    owner = owner_at(client)
    assert "the offer of an earlier time" in owner.get("/admin/hold/").content.decode()
    go_on(owner, letters)
    Machine(late + 3 * STEP)
    assert [offer.answer for offer in visit.offers.all()] == ["lapsed"]
    assert (visit.seats.count(), len(mail.outbox)) == (6, told)


def test_without_the_letters_a_move_whose_kept_visit_has_begun_tells_nobody_either(made, clock, client):
    moving = booking.confirm_request(submit(starts_at=local("2026-12-07 16:00")), by=colleague("anna"), now=WEDNESDAY)
    booking.move_request(moving, starts_at=local("2026-12-09 16:00"), now=WEDNESDAY)
    OutboxMessage.objects.update(state=State.DONE)
    begun = local("2026-12-07 17:00")
    clock(begun)
    Hold.objects.put(Reason.CLOCK, now=begun)
    WorkerHeartbeat.objects.beat(now=begun)
    clock(begun + 2 * STEP)
    go_on(owner_at(client), "drop")
    Machine(begun + 3 * STEP)
    moving.refresh_from_db()
    assert (moving.status, mail.outbox) == (Status.CONFIRMED, [])
