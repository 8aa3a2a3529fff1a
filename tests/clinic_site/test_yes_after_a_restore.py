"""After a restore the site takes for open what was answered since: no letter that says so goes out, also later."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail

from clinic_site import holds
from clinic_site.models import Hold
from consults import booking
from consults.models import AccessRecord, ConsultRequest, EarlierOffer, OutboxMessage, WorkerHeartbeat
from tests.builders import WEDNESDAY, colleague, letter_of, local, submit
from tests.consults.statuses import decisions, undone
from tests.holding import STEP, Machine, go_on, owner_at, reasons

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic", "made", "clock"),
]

Reason, Status, State = Hold.Reason, ConsultRequest.Status, OutboxMessage.State
RESTORED_AT = WEDNESDAY + timedelta(hours=1)
OFFERED = local("2026-12-07 16:00")


@pytest.fixture
def anna(staff):
    """Asked before the backup; what staff answered since is lost."""
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    request = submit(key="anna", full_name="Anna Example", email="anna@example.com")
    _was_sent()
    return request


@pytest.fixture
def bert(staff):
    """Confirmed in the backup; that he withdrew since is lost. His reminder waits."""
    request = submit(key="bert", full_name="Bert Example", email="bert@example.com", starts_at=local("2026-12-08 16:00"))
    booking.confirm_request(request, by=staff, now=WEDNESDAY)
    _was_sent()
    return request


@pytest.fixture
def carl() -> ConsultRequest:
    """Asked before the backup. His letter is to be tried again."""
    request = submit(key="carl", full_name="Carl Example", email="carl@example.com", starts_at=local("2026-12-09 16:00"))
    OutboxMessage.objects.filter(event__request=request).update(attempts=3, not_before=RESTORED_AT + timedelta(hours=1))
    return request


@pytest.fixture
def restored(anna, bert):
    return Hold.objects.put(Reason.RESTORED, now=RESTORED_AT)


def _was_sent() -> None:
    OutboxMessage.objects.filter(state=State.WAITING, not_before__lte=WEDNESDAY).update(state=State.DONE)


def days_pass() -> list[str]:
    """A worker works on until every reply time, visit and pause is over; whom it wrote to."""
    WorkerHeartbeat.objects.beat(now=RESTORED_AT)
    machine = Machine(RESTORED_AT)
    for _ in range(15):
        machine.turn(timedelta(hours=15))
    return [sent.to[0] for sent in mail.outbox]


def yes(hold: Hold, *, without_letters: bool, now=RESTORED_AT + STEP) -> None:
    assert holds.go_on(up_to=hold.pk, by=colleague("olga", "Owners"), now=now, without_letters=without_letters)


@pytest.mark.parametrize("off", [timedelta(0), timedelta(days=-2000), timedelta(days=2000)], ids=["right", "behind", "ahead"])
def test_without_the_letters_nothing_of_before_the_restore_is_written_later_either(anna, bert, carl, off):
    """Neither what becomes due after the yes, nor a letter whose next attempt was to come, whatever the clock said meanwhile."""
    yes(Hold.objects.put(Reason.RESTORED, now=RESTORED_AT + off), without_letters=True)
    assert set(holds.to_check(now=RESTORED_AT + STEP)) == {anna, bert, carl}
    assert days_pass() == []
    assert {request.status for request in (_again(anna), _again(carl))} == {Status.REQUESTED}
    assert set(OutboxMessage.objects.exclude(state=State.DONE).values_list("state", flat=True)) == {State.DROPPED}


def test_with_the_letters_everything_goes_on(restored, anna, bert):
    """The negative control: the owner saw each line, and says that it is right."""
    yes(restored, without_letters=False)
    assert sorted(days_pass()) == ["anna@example.com", "bert@example.com"]
    assert _again(anna).status == Status.EXPIRED


def test_a_letter_that_is_dropped_because_it_may_have_left_is_taken_back_like_one_that_did(made, staff):
    """What was not due by then is in nobody's hands."""
    for minutes, may_be_known in ((30, True), (90, False)):
        with undone(str(minutes)):
            request = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
            due = WEDNESDAY + timedelta(minutes=minutes)
            OutboxMessage.objects.filter(kind="confirmed").update(attempts=1, problem="TimeoutError", not_before=due)
            yes(Hold.objects.put(Reason.RESTORED, now=RESTORED_AT), without_letters=True)
            letter = OutboxMessage.objects.get(kind="confirmed")
            assert (letter.state, letter.may_be_known, letter.is_known) == (State.DROPPED, may_be_known, False)
            decisions(staff)["cancelled"](request, RESTORED_AT + STEP)
            subject = letter_of(OutboxMessage.objects.get(kind="cancelled"))["subject"]
            assert subject.startswith("Cancelled: " if may_be_known else "About your request: ")


def test_what_is_asked_and_answered_after_the_restore_keeps_its_letters(restored, anna, bert, staff):
    """Also a request of before that a person answers, and one that its patient moves: its new reply time counts."""
    booking.confirm_request(anna, by=staff, now=RESTORED_AT + STEP)
    yes(restored, without_letters=True, now=RESTORED_AT + 2 * STEP)
    submit(key="dora", now=RESTORED_AT + 3 * STEP, email="dora@example.com", starts_at=local("2026-12-09 16:00"))
    booking.move_request(_again(bert), starts_at=local("2026-12-10 16:00"), now=RESTORED_AT + 3 * STEP)
    assert sorted(days_pass()) == [
        *["anna@example.com"] * 2,  # confirmed, and the reminder
        *["bert@example.com"] * 2,  # the new time, which then nobody answers
        *["dora@example.com"] * 2,
    ]


def test_a_date_of_a_clock_that_was_ahead_is_no_sign_that_anybody_checked(anna, bert, staff):
    """Something happened before the backup, while the clock was days ahead."""
    for request in (anna, bert):
        booking.note_request(request, text="Called.", by=staff, now=RESTORED_AT + timedelta(days=3))
    yes(Hold.objects.put(Reason.RESTORED, now=RESTORED_AT), without_letters=True)
    assert set(holds.to_check(now=RESTORED_AT + STEP)) == {anna, bert}
    assert days_pass() == []


def test_who_asks_after_a_restore_by_a_clock_that_was_ahead_is_told_and_expires_like_anybody(anna, bert):
    """The clock is right again when the site starts, or while the worker runs."""
    Hold.objects.put(Reason.RESTORED, now=RESTORED_AT + timedelta(days=365))
    hold = Hold.objects.put(Reason.CLOCK, now=RESTORED_AT + STEP)
    dora = submit(key="dora", now=RESTORED_AT + STEP, email="dora@example.com", starts_at=local("2026-12-09 16:00"))
    yes(hold, without_letters=True, now=RESTORED_AT + 2 * STEP)
    eve = submit(key="eve", now=RESTORED_AT + 3 * STEP, email="eve@example.com", starts_at=local("2026-12-10 16:00"))
    assert sorted(days_pass()) == [*["dora@example.com"] * 2, *["eve@example.com"] * 2]
    assert {_again(request).status for request in (dora, eve)} == {Status.EXPIRED}
    assert not Hold.objects.filter(began_at__gt=RESTORED_AT + 2 * STEP).exists()


def test_neither_a_call_to_remind_nor_what_failed_before_is_left_to_make_or_to_send(staff, anna):
    """Of a call that was to be made already, a colleague sees what became of it since."""
    call = submit(key="call", contact_by="phone", starts_at=local("2026-12-08 16:00"))
    booking.confirm_request(call, by=staff, now=WEDNESDAY)
    OutboxMessage.objects.filter(event__request=anna).update(state=State.FAILED, problem="no_answer_may_have_arrived")
    yes(Hold.objects.put(Reason.RESTORED, now=RESTORED_AT), without_letters=True)
    late = local("2026-12-07 12:00")
    assert [call.kind for call in OutboxMessage.objects.calls_to_make(now=late)] == ["confirmed"]
    assert set(OutboxMessage.objects.filter(event__request=anna).values_list("state", flat=True)) == {State.DROPPED}


def test_a_second_restore_checks_nothing_of_what_the_first_left_to_check(restored, anna, bert, staff):
    yes(restored, without_letters=True)
    booking.note_request(bert, text="Called.", by=staff, now=RESTORED_AT + 2 * STEP)
    second = Hold.objects.put(Reason.RESTORED, now=RESTORED_AT + 3 * STEP)
    assert holds.go_on(up_to=second.pk, by=User.objects.get(username="olga"), now=RESTORED_AT + 4 * STEP)
    assert set(holds.to_check(now=RESTORED_AT + 5 * STEP)) == {anna}
    assert days_pass() == []


def test_of_two_owners_at_once_the_first_decides_about_the_letters(restored, monkeypatch):
    real = holds.letters_of_before
    with_letters = []

    def say_yes_between(hold):
        with_letters.append(holds.go_on(up_to=hold.pk, by=User.objects.get(username="olga"), now=RESTORED_AT + STEP))
        return real(hold)

    monkeypatch.setattr(holds, "letters_of_before", say_yes_between)
    yes(restored, without_letters=True)
    assert (with_letters, Hold.objects.get().without_letters) == ([0], True)


def test_a_note_is_no_answer_to_a_request_and_a_check_of_a_visit(restored, anna, bert, staff):
    yes(restored, without_letters=True)
    now = RESTORED_AT + 2 * STEP
    assert set(holds.to_check(now=now)) == {anna, bert}
    for request in (anna, bert):
        booking.note_request(request, text="Called.", by=staff, now=now)
    assert set(holds.to_check(now=now)) == {anna}
    assert days_pass() == []


@pytest.fixture
def offered(bert, staff) -> ConsultRequest:
    """Bert's visit of Tuesday, and the earlier time that he was offered; that he accepted it since is lost."""
    ConsultRequest.objects.update(wants_earlier=True)
    booking.offer_earlier(_again(bert), starts_at=OFFERED, by=staff, now=WEDNESDAY)
    _was_sent()
    return bert


def test_an_offer_of_before_is_kept_until_somebody_has_answered_the_offer_itself(offered, staff, client, clock):
    """A note says nothing about it. No letter tells him later that the time is no longer held, and nobody else gets it."""
    yes(Hold.objects.put(Reason.RESTORED, now=RESTORED_AT), without_letters=True)
    booking.note_request(offered, text="Called.", by=staff, now=RESTORED_AT + 2 * STEP)
    assert days_pass() == []
    assert (EarlierOffer.objects.get().answer, offered.seats.count()) == ("", 12)
    after_both = RESTORED_AT + timedelta(days=8)
    assert set(holds.to_check(now=after_both)) == {offered}
    clock(after_both)
    page = " ".join(owner_at(client, "pia").get("/admin/").content.decode().split())
    assert "time offered: Monday, December 7, 4:00 PM" in page
    booking.complete_request(_again(offered), by=staff, now=after_both)
    assert not holds.to_check(now=after_both).exists()


@pytest.mark.parametrize("too_late", [False, True], ids=["in time", "after its reply time"])
def test_an_offer_of_before_that_was_accepted_is_recorded(offered, staff, too_late):
    yes(Hold.objects.put(Reason.RESTORED, now=RESTORED_AT), without_letters=True)
    if too_late:
        now = EarlierOffer.objects.get().answer_by + STEP
        booking.reschedule_request(offered, starts_at=OFFERED, by=staff, now=now)
    else:
        now = RESTORED_AT + 2 * STEP
        booking.accept_offer(offered, by=staff, now=now)
    assert (_again(offered).confirmed_starts_at, holds.to_check(now=now).exists()) == (OFFERED, False)


def test_an_offer_that_is_made_after_the_restore_lapses_like_any(offered, staff):
    yes(Hold.objects.put(Reason.RESTORED, now=RESTORED_AT), without_letters=True)
    now = RESTORED_AT + 2 * STEP
    booking.refuse_offer(offered, by=staff, now=now)
    booking.offer_earlier(_again(offered), starts_at=OFFERED, by=staff, now=now)
    assert not holds.to_check(now=now).exists()
    assert days_pass() == ["bert@example.com"] * 2
    assert EarlierOffer.objects.latest("pk").answer == "lapsed"


def test_the_page_lists_every_open_request_and_waiting_letter_of_before(restored, anna, bert, carl, client, clock):
    clock(RESTORED_AT + STEP)
    # Restored once more before anybody looked.
    Hold.objects.put(Reason.RESTORED, now=RESTORED_AT, report="berta: was deactivated")
    page = " ".join(owner_at(client).get("/admin/hold/").content.decode().split())
    for words in ("Requests and visits to check: 3", "Letters from before the restore: 2", "reminder", "berta: was deactivated"):
        assert words in page
    assert "is from <strong>Wednesday, December 2, 10:00 AM</strong>" in page
    for request in (anna, bert, carl):
        assert (request.reference in page, request.full_name in page) == (True, True)
    assert page.count("a backup was restored") == 1
    record = AccessRecord.objects.get(kind=AccessRecord.Kind.LISTED)
    assert (record.by, record.rows) == (client.user, 3)


def test_who_may_not_see_requests_sees_no_names(restored, client, clock):
    clock(RESTORED_AT + STEP)
    owner_at(client)
    view = client.user.groups.get().permissions.get(codename="view_consultrequest")
    client.user.groups.get().permissions.remove(view)
    assert "Anna" not in client.get("/admin/hold/").content.decode()
    assert not AccessRecord.objects.exists()


def test_a_long_list_ends_with_how_many_there_are(restored, client, clock, monkeypatch):
    monkeypatch.setattr("clinic_site.hold_page.MOST_SHOWN", 1)
    clock(RESTORED_AT + STEP)
    page = " ".join(owner_at(client).get("/admin/hold/").content.decode().split())
    assert ("Requests and visits to check: 2" in page, "Anna" in page, "Bert" in page) == (True, True, False)


def test_what_is_to_check_stays_on_the_desk_until_a_person_has(restored, anna, bert, client, clock, staff):
    clock(RESTORED_AT + STEP)
    go_on(owner_at(client), "drop")
    page = client.get("/admin/").content.decode()
    assert "To check after the restore: 2" in page
    booking.confirm_request(anna, by=staff, now=RESTORED_AT + 2 * STEP)
    booking.note_request(bert, text="Called.", by=staff, now=RESTORED_AT + 2 * STEP)
    assert "To check after the restore" not in client.get("/admin/").content.decode()


def _again(request: ConsultRequest) -> ConsultRequest:
    return ConsultRequest.objects.get(pk=request.pk)


@pytest.mark.parametrize(
    ("age", "options", "found"),
    [
        pytest.param(None, {}, [], id="a new site"),
        pytest.param(timedelta(minutes=59), {}, [], id="a new site whose first request was faster than its worker"),
        pytest.param(timedelta(minutes=61), {}, [Reason.RESTORED], id="requests on which no worker has run"),
        pytest.param(timedelta(minutes=61), {"once": True}, [], id="somebody asks for what is due"),
    ],
)
def test_requests_without_a_sign_of_life_are_a_copy_put_in_place_by_hand(age, options, found):
    """As after `pg_restore`: no dump holds a sign of life, nor a hold of its own."""
    if age is not None:
        submit(now=WEDNESDAY - age)
    for _ in range(2):
        Machine(WEDNESDAY, **options)
    assert reasons() == found
    assert bool(mail.outbox) == (age is not None and not found)
