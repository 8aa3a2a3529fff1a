"""What a clock that was ahead has dated is dated again by the yes of an owner who saw that the clock is right."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core import mail

from clinic_site.models import Hold
from clinic_site.set_aside_letter import write_letter_if_set_aside
from consults import booking
from consults.clock_ahead import date_again
from consults.erasure import due_for_erasure
from consults.models import AccessRecord, ConsultRequest, EarlierOffer, OutboxMessage, Reason
from consults.spam import looks_like_spam
from staff.cleanup import delete_failed_sign_ins
from tests.builders import ADA, WEDNESDAY, letter_of, local, submit
from tests.holding import STEP, Machine, go_on, owner_at, reasons

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic", "made"),
]

YEAR = timedelta(days=364)
DAY = timedelta(days=1)
Status, State = ConsultRequest.Status, OutboxMessage.State
# Friday, when the clinic closes.
ANSWER_BY = local("2026-12-04 20:00")


def jump_ahead(jump=YEAR) -> Machine:
    """A worker that has sent the letter of a first request, and whose clock is ahead since."""
    submit(key="old", email="old@example.com", starts_at=local("2026-12-09 16:00"))
    machine = Machine(WEDNESDAY)
    machine.turn()
    mail.outbox.clear()
    machine.turn(jump=jump)
    assert reasons() == [Hold.Reason.CLOCK]
    return machine


def set_right(machine: Machine, clock, jump=YEAR) -> None:
    machine.turn(STEP, jump=-jump)
    clock(machine.now)


def decline(request: ConsultRequest, by, now) -> ConsultRequest:
    words = {"use": "decline", "label": "Closed", "text": "The clinic is closed."}
    reason, _ = Reason.objects.get_or_create(code="test", defaults=words)
    return booking.decline_request(request, reason=reason, by=by, now=now)


def of(key: str) -> ConsultRequest:
    return ConsultRequest.objects.get(submission_key=key)


def test_what_a_clock_that_was_ahead_set_aside_is_told_until_somebody_opens_it(staff, settings):
    """From the beginning, or by a correction. Its event keeps the wrong date, and opening it counts before that, too."""
    settings.STAFF_INBOX = "desk@clinic.example"
    corrected = submit(key="corrected")

    def opened(request: ConsultRequest, at) -> None:
        AccessRecord.objects.write(AccessRecord.Kind.OPENED, by=staff, at=at, request=request)

    opened(corrected, WEDNESDAY)
    now, ahead = WEDNESDAY + timedelta(hours=1), WEDNESDAY + 4 * DAY
    aside = submit(key="aside", looks_like_spam=True, starts_at=local("2026-12-08 16:00"), now=ahead)
    booking.readdress_request(corrected, email="q@example.com", sets_aside=lambda: True, now=ahead)
    date_again(now=now, last_event=0)
    for request in (aside, corrected):
        now += DAY
        assert write_letter_if_set_aside(now=now)
        opened(request, now)
    assert not write_letter_if_set_aside(now=now + DAY)


@pytest.mark.parametrize("letters", ["send", "drop"])
def test_what_a_clock_that_was_ahead_has_dated_leaves_and_is_answered_as_if_it_had_come_in_now(
    made, clock, client, staff, letters
):
    machine = jump_ahead()
    submit(key="new", now=machine.now, email="new@example.com", phone="", starts_at=local("2027-12-06 16:00"))
    decline(of("old"), staff, machine.now)
    set_right(machine, clock)
    warnings = owner_at(client).get("/health/ready").json()["warnings"]
    assert "mail: 2 messages are dated in the future, by a clock that was ahead" in warnings
    page = " ".join(client.get("/admin/hold/").content.decode().split())
    found = ("Dated in the future: requests 2, messages 2", of("new").reference, of("old").reference)
    for words in (*found, "the time above is right"):
        assert words in page
    assert "must be answered by December 4, 2026, 8:00 PM" in page
    assert go_on(client, letters).status_code == 302
    machine.turn()
    assert sorted(sent.to[0] for sent in mail.outbox) == ["new@example.com", "old@example.com"]
    assert "Friday, December 4, 2026" in letter_of(OutboxMessage.objects.get(event__request=of("new")))["text"]
    said_yes = Hold.objects.latest("pk").ended_at
    assert (of("new").answer_by, of("new").created_at, of("old").ended_at) == (ANSWER_BY, said_yes, said_yes)
    assert "Dated in the future" not in client.get("/admin/hold/").content.decode()
    while machine.now < ANSWER_BY:
        machine.turn(timedelta(hours=20))
    assert of("new").status == Status.EXPIRED


def test_a_reminder_keeps_its_time_and_a_promise_of_a_right_clock_is_kept(made, clock, client, staff):
    ahead = 3 * DAY
    machine = jump_ahead(ahead)
    booking.note_request(of("old"), text="Called.", by=staff, now=machine.now)
    promised = of("old").answer_by
    submit(key="new", now=machine.now, email="new@example.com", starts_at=local("2026-12-10 16:00"))
    booking.confirm_request(of("new"), by=staff, now=machine.now)
    set_right(machine, clock, ahead)
    go_on(owner_at(client), "send")
    machine.turn()
    assert [sent.subject for sent in mail.outbox] == ["Confirmed: Thursday, December 10, 4:00 PM"]
    assert OutboxMessage.objects.get(kind="reminder").not_before == local("2026-12-09 10:00")
    assert of("old").answer_by == promised


@pytest.mark.parametrize("then", ["nothing", "a move", "a second yes"])
def test_a_visit_confirmed_by_a_clock_ahead_of_its_reminder_gets_one_all_the_same(made, clock, client, staff, then):
    machine = jump_ahead(6 * DAY + timedelta(hours=20))
    submit(key="new", now=WEDNESDAY, email="new@example.com", starts_at=local("2026-12-09 17:00"))
    booking.confirm_request(of("new"), by=staff, now=machine.now)
    if then == "a move":
        booking.move_request(of("new"), starts_at=local("2026-12-14 16:00"), now=machine.now)
    reminders = OutboxMessage.objects.filter(kind="reminder")
    assert not reminders.exists(), "its time had passed, by that clock"
    set_right(machine, clock, 6 * DAY + timedelta(hours=20))
    go_on(owner_at(client), "send")
    if then == "a second yes":
        date_again(now=machine.now, last_event=0)
    reminder = reminders.get()
    assert (reminder.state, reminder.not_before) == ("waiting", local("2026-12-08 10:00"))
    assert reminder.created_at == Hold.objects.latest("pk").ended_at
    assert "Wednesday, December 9, 2026, 5:00 PM" in letter_of(reminder)["text"]


def test_a_move_that_a_clock_ahead_took_is_answered_by_today_s_time(made, clock, client, staff):
    machine = jump_ahead(3 * DAY)
    booking.move_request(of("old"), starts_at=local("2026-12-11 16:00"), now=machine.now)
    assert of("old").answer_by == local("2026-12-08 20:00")
    set_right(machine, clock, 3 * DAY)
    go_on(owner_at(client), "send")
    assert of("old").answer_by == ANSWER_BY


def test_a_letter_that_was_tried_by_a_clock_ahead_is_tried_again_at_once(made, clock, client):
    """Also a call to make, which would stay off the desk."""
    submit(key="call", contact_by="phone")
    machine = jump_ahead()
    tried = {"attempts": 1, "problem": "ConnectionRefusedError", "not_before": machine.now + timedelta(minutes=1)}
    OutboxMessage.objects.update(state=State.WAITING, done_at=None, **tried)
    set_right(machine, clock)
    go_on(owner_at(client), "send")
    machine.turn()
    assert [sent.to for sent in mail.outbox] == [["old@example.com"]]
    assert OutboxMessage.objects.calls_to_make(now=machine.now).count() == 1


@pytest.mark.slow
def test_what_ended_under_a_wrong_clock_is_kept_as_long_as_anything_else(made, clock, client, staff):
    submit(key="behind", starts_at=local("2026-12-08 16:00"))
    machine = jump_ahead()
    decline(of("old"), staff, machine.now)
    set_right(machine, clock, 2 * YEAR)
    booking.withdraw_request(of("behind"), now=machine.now)
    machine.turn(jump=YEAR)
    clock(machine.now)
    go_on(owner_at(client), "send")
    machine.turn(timedelta(minutes=20))
    assert {of("old").erased_at, of("behind").erased_at} == {None}
    for _ in range(101):
        machine.turn(timedelta(hours=23, minutes=50))
    assert None not in {of("old").erased_at, of("behind").erased_at}


def test_what_was_made_and_ended_by_a_clock_behind_is_told_and_kept_as_long_as_anything_else(made, clock, client, staff):
    """A letter, and a call to make."""
    machine = jump_ahead(-YEAR)
    for key, contact_by in (("mail", "email"), ("call", "phone")):
        request = submit(key=key, contact_by=contact_by, starts_at=local("2025-12-09 16:00"), now=machine.now)
        decline(request, staff, machine.now)
    set_right(machine, clock, -YEAR)
    go_on(owner_at(client), "send")
    for _ in range(3):
        machine.turn(timedelta(minutes=20))
    assert [sent.subject for sent in mail.outbox] == ["About your request: Tuesday, December 9, 4:00 PM"]
    assert OutboxMessage.objects.calls_to_make(now=machine.now).count() == 1
    assert {of("mail").erased_at, of("call").erased_at} == {None}
    for _ in range(91):
        machine.turn(timedelta(hours=23, minutes=50))
    assert None not in {of("mail").erased_at, of("call").erased_at}


# What ends without a yes, because it is only compared with the time of the clock that is right


def test_moves_of_a_clock_ahead_keep_nobody_from_moving():
    request = submit(starts_at=local("2026-12-09 16:00"))
    for half_hours in range(1, 7):
        start = local("2026-12-09 16:00") + half_hours * timedelta(minutes=30)
        request = booking.move_request(request, starts_at=start, now=WEDNESDAY + 2 * DAY)
    booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)


def test_a_form_that_was_read_while_the_clock_was_ahead_is_not_taken_for_a_machines():
    form = {"honeypot": "", "person": ADA, "starts_at": None, "client": "", "limits_addresses": True}
    found = [looks_like_spam(**form, read_at=WEDNESDAY + ahead, now=WEDNESDAY) for ahead in (timedelta(0), YEAR)]
    assert found == [True, False]


def test_what_was_set_aside_by_a_clock_ahead_is_erased_a_month_after_it_came_in(staff):
    aside = booking.quarantine_request(submit(), by=staff, now=WEDNESDAY + YEAR)
    due = [due_for_erasure(now=WEDNESDAY + days * DAY).exists() for days in (29, 30)]
    assert (due, aside.status) == ([False, True], Status.QUARANTINED)


def test_a_failed_sign_in_of_a_clock_ahead_locks_nobody_out_once_it_is_right(clock):
    AccessAttempt.objects.create(username="anna", ip_address="fd00::1", failures_since_start=5)
    AccessAttempt.objects.update(attempt_time=WEDNESDAY + YEAR)
    assert delete_failed_sign_ins(now=WEDNESDAY) == 1


def test_an_offer_of_a_clock_that_was_ahead_is_held_no_longer_than_one_of_today(made, clock, client, staff):
    machine = jump_ahead()
    new = booking.submit_request(submission_key="new", starts_at=None, person=ADA, wants_earlier=True, now=machine.now)
    booking.offer_earlier(new, starts_at=local("2027-12-06 16:00"), by=staff, now=machine.now)
    set_right(machine, clock)
    assert go_on(owner_at(client), "send").status_code == 302
    offer = EarlierOffer.objects.get()
    assert (offer.answer_by, offer.offered_at) == (ANSWER_BY, Hold.objects.latest("pk").ended_at)
    letter = letter_of(OutboxMessage.objects.get(event__request=new, kind="offered"))["text"]
    assert "Friday, December 4, 2026, 8:00 PM" in letter
    assert "December 3, 2027" not in letter
