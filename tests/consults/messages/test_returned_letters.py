"""A letter that comes back becomes a call to make, once, and only while it is still true."""

import uuid
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults import booking, erasure
from consults.decision import NotAllowed
from consults.desk.marking import mark_dealt_with, mark_made, send_again
from consults.desk.outbox_words import letter_of
from consults.messages import delivery, outbox, refused
from consults.messages.answers import Answers
from consults.messages.channels.mail import Sender
from consults.messages.channels.not_sent import NO_ANSWER, NotSent, Unanswered
from consults.messages.delivery_reports import DeliveryReport, Unanswerable, read_report
from consults.messages.returned_letters import take_report
from consults.models import OutboxMessage
from consults.public.page_words import PageWords
from pages.consult_kind import VISIT
from tests.builders import ADA, WEDNESDAY, colleague, local, submit
from tests.consults.statuses import reason, undone
from tests.reports import report, returned, status

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("database", "clinic"),
]
LATER = WEDNESDAY + timedelta(hours=3)


def sent(kind: str = "requested", recipient: str = "patient") -> OutboxMessage:
    """The letter of this kind, after whatever was due left."""
    delivery.deliver_due(now=WEDNESDAY)
    return OutboxMessage.objects.get(kind=kind, recipient=recipient)


def comes_back(letter: OutboxMessage, *, now=LATER, given_up: str = "5.1.1") -> bool:
    return take_report(DeliveryReport(letter.message_id, given_up), now=now)


def states() -> list[tuple[str, str, str]]:
    return list(OutboxMessage.objects.order_by("pk").values_list("kind", "channel", "state"))


@pytest.mark.databases
def test_a_letter_that_came_back_is_a_call_to_make():
    submit()
    assert comes_back(sent())
    (call,) = OutboxMessage.objects.calls_to_make(now=LATER)
    letter = letter_of(call, now=LATER)
    assert (letter.to, call.problem, call.done_at) == ("507-555-0100", "returned_5.1.1", None)
    assert "Say: we have your request for Monday, December 7" in letter.text
    assert delivery.deliver_due(now=LATER + timedelta(days=1)) == 0


def test_the_headers_of_a_letter_that_left_lead_back_to_it(settings):
    submit()
    letter = sent()
    headers = mail.outbox[0].message().as_string()
    assert read_report(report(status(), returned(headers)).encode(), host=settings.PUBLIC.host) == DeliveryReport(
        letter.message_id, "5.1.1"
    )


def test_an_address_that_takes_no_mail_is_called_until_it_is_corrected_as_the_page_says(staff):
    def headline(request) -> str:
        return PageWords(request, WEDNESDAY, VISIT).headline[1]

    for is_corrected in (False, True):
        request = submit(key=str(is_corrected), starts_at=local(f"2026-12-07 {16 + is_corrected}:00"))
        delivery.deliver_due(now=WEDNESDAY)
        assert comes_back(OutboxMessage.objects.get(event__request=request, kind="requested"))
        OutboxMessage.objects.filter(event__request=request).update(state="done", done_at=LATER)
        if is_corrected:
            booking.readdress_request(request, email="right@example.com", now=WEDNESDAY)
        request.refresh_from_db()
        assert headline(request) == f"It is not confirmed until we {'write to' if is_corrected else 'call'} you."
        booking.decline_request(request, reason=reason("decline"), by=staff, now=WEDNESDAY)
        answer = OutboxMessage.objects.get(event__request=request, kind="declined")
        assert answer.channel == ("mail" if is_corrected else "call")
        request.refresh_from_db()
        assert ("email" in headline(request)) == is_corrected


def test_the_reminder_of_an_address_that_takes_no_mail_is_a_call_on_its_day(staff):
    for phone in ("507-555-0100", ""):
        with undone(phone):
            booking.confirm_request(submit(phone=phone), by=staff, now=WEDNESDAY)
            comes_back(sent("confirmed"))
            reminder = OutboxMessage.objects.get(kind="reminder")
            day = reminder.not_before
            assert (reminder.channel, reminder.state) == ("call" if phone else "mail", "waiting")
            assert letter_of(reminder, now=day).to == (phone or "ada@example.com")
            assert reminder not in OutboxMessage.objects.calls_owed(now=LATER)
            assert (reminder in OutboxMessage.objects.calls_owed(now=day)) == bool(phone)


def test_without_a_number_it_is_failed_mail():
    submit(phone="")
    assert comes_back(sent())
    assert states() == [("requested", "mail", "failed")]
    assert list(OutboxMessage.objects.needing_a_person(now=LATER)) == [OutboxMessage.objects.get()]


def test_the_page_never_refers_to_an_email_that_is_known_to_be_lost(staff):
    """There is no number to call: what the email said stands on the page, or how they hear from us."""

    def headline(request) -> tuple[str, str]:
        request.refresh_from_db()
        return PageWords(request, WEDNESDAY, VISIT).headline

    request = submit(phone="")
    letter = sent()
    assert headline(request)[1] == "It is not confirmed until we write to you."
    comes_back(letter)
    says, lost = headline(request)[1], "Our last email did not reach you."
    assert says.startswith(
        f"It is not confirmed until we write to you. {lost} If your address was wrong, please correct it below."
    )
    for step, use in ((booking.decline_request, "decline"), (booking.cancel_request, "cancel")):
        request = submit(key=use, phone="", starts_at=local("2026-12-08 16:00"))
        if use == "cancel":
            booking.confirm_request(request, by=staff, now=WEDNESDAY)
            sent("confirmed")
        step(request, reason=reason(use), by=staff, now=WEDNESDAY)
        delivery.deliver_due(now=WEDNESDAY)
        assert headline(request)[1].startswith("Our email tells you why.")
        comes_back(OutboxMessage.objects.filter(event__request=request, recipient="patient").order_by("event__number").last())
        failed = OutboxMessage.objects.failed().filter(event__request=request)
        # "Dealt with" means that a colleague told them, or that there is nobody to tell: no email is there for it.
        for _ in range(2):
            assert headline(request)[1].startswith("Our email did not reach you, so we say it here. The clinic has to close")
            mark_dealt_with(failed, by=staff, now=WEDNESDAY)
        assert not failed.exists()
    visit = booking.confirm_request(submit(key="visit", phone="", starts_at=local("2026-12-10 16:00")), by=staff, now=WEDNESDAY)
    booking.reschedule_request(visit, starts_at=local("2026-12-11 16:00"), by=staff, now=WEDNESDAY)
    letter = sent("rescheduled")
    assert "did not reach you" not in headline(visit)[1]
    comes_back(letter)
    assert headline(visit)[1].endswith(f"{lost} Please get in touch with us.")


def test_the_same_report_twice_makes_one_call_and_after_the_call_none():
    submit()
    letter = sent()
    assert [comes_back(letter), comes_back(letter)] == [True, False]
    assert len(OutboxMessage.objects.calls_to_make(now=LATER)) == 1
    OutboxMessage.objects.update(state="done", done_at=LATER)
    assert not comes_back(letter)
    assert states() == [("requested", "call", "done")]


def test_delays_and_successes_change_nothing():
    submit()
    assert not comes_back(sent(), given_up="")
    assert states() == [("requested", "mail", "done")]


@pytest.mark.parametrize("attempts", [0, 3])
def test_what_never_left_or_is_unknown_changes_nothing_and_its_report_is_left_to_people(attempts):
    submit()
    letter = OutboxMessage.objects.get()
    OutboxMessage.objects.update(attempts=attempts, problem="ConnectionRefusedError" if attempts else "")
    for message_id in (letter.message_id, uuid.uuid4()):
        with pytest.raises(Unanswerable):
            take_report(DeliveryReport(message_id, "5.1.1"), now=LATER)
        assert not take_report(DeliveryReport(message_id, ""), now=LATER)
    assert states() == [("requested", "mail", "waiting")]


@pytest.mark.parametrize("phone", ["507-555-0100", ""])
@pytest.mark.parametrize("answer", ["kept", "refused", "lost"])
def test_a_report_may_come_before_the_answer_for_its_letter(monkeypatch, phone, answer):
    submit(phone=phone)
    coming, answers = Future(), Answers()

    def take_time(*_):
        raise Unanswered(coming)

    with monkeypatch.context() as slow:
        slow.setattr(Sender, "send", take_time)
        delivery.deliver_due(now=WEDNESDAY, answers=answers)
    assert comes_back(OutboxMessage.objects.get())
    what_became_of_it = [("requested", "call", "waiting")] if phone else [("requested", "mail", "failed")]
    assert states() == what_became_of_it
    if answer == "kept":
        coming.set_result(None)
    else:
        coming.set_exception(NotSent("refused_550", permanent=True) if answer == "refused" else NotSent(NO_ANSWER))
    assert delivery.deliver_due(now=LATER, answers=answers) == 0
    assert (states(), OutboxMessage.objects.get().problem) == (what_became_of_it, "returned_5.1.1")
    assert not comes_back(OutboxMessage.objects.get())


@pytest.mark.parametrize("problem", ["refused_451", "refused_554"])
def test_what_a_server_refuses_after_some_time_never_left(monkeypatch, problem):
    """A stranger whose letter was refused hears nothing of its end, and a reminder that never left is told to staff."""
    coming, answers = Future(), Answers()

    def take_time(*_):
        raise Unanswered(coming)

    monkeypatch.setattr(Sender, "send", take_time)
    request = submit(phone="")
    delivery.deliver_due(now=WEDNESDAY, answers=answers)
    assert OutboxMessage.objects.get().may_have_arrived
    coming.set_exception(NotSent(problem, is_hopeless=problem == "refused_554"))
    delivery.deliver_due(now=WEDNESDAY, answers=answers)
    letter = OutboxMessage.objects.get()
    assert (letter.state, letter.problem, letter.done_at, letter.may_have_arrived) == ("waiting", problem, None, False)
    booking.withdraw_request(request, now=LATER)
    assert states() == [("requested", "mail", "dropped")]


def test_what_may_have_arrived_before_may_still_have_once_a_slow_server_refuses_its_copy(monkeypatch):
    coming, answers = Future(), Answers()
    results = iter([NotSent(NO_ANSWER), Unanswered(coming)])

    def send(*_):
        raise next(results)

    monkeypatch.setattr(Sender, "send", send)
    submit(phone="")
    delivery.deliver_due(now=WEDNESDAY, answers=answers)
    delivery.deliver_due(now=LATER, answers=answers)
    coming.set_exception(NotSent("refused_451"))
    delivery.deliver_due(now=LATER, answers=answers)
    letter = OutboxMessage.objects.get()
    assert (letter.state, letter.problem, letter.done_at, letter.attempts) == ("waiting", NO_ANSWER, WEDNESDAY, 2)


def test_addresses_that_take_no_mail_call_a_number_as_seldom_as_requests_by_phone(monkeypatch, staff):
    """Three requests, and twelve moves of all of them. A correction calls it no more on that day, and once on a later one."""

    def refuse(*_):
        raise NotSent("refused_550", permanent=True)

    monkeypatch.setattr(Sender, "send", refuse)
    now, calls = WEDNESDAY, []

    def make_calls() -> int:
        delivery.deliver_due(now=now)
        calls.append(mark_made(OutboxMessage.objects.all(), by=staff, now=now))
        return calls[-1]

    def correct(request, email: str):
        return booking.readdress_request(request, email=email, now=now)

    requests = []
    for number in range(3):
        starts_at = local(f"2026-12-07 {16 + number}:00")
        requests.append(submit(key=str(number), email=f"dead{number}@example.com", starts_at=starts_at))
        make_calls()
    for number, request in enumerate(requests):
        for step in range(6):
            now += timedelta(minutes=1)
            with suppress(NotAllowed):
                booking.move_request(request, starts_at=local(f"2026-12-{8 + step % 2:02} {16 + number}:00"), now=now)
            make_calls()
    assert sum(calls) == 3 + 12
    for number in range(3):
        correct(requests[number], f"also-dead{number}@example.com")
        assert make_calls() == 0
    failed = OutboxMessage.objects.failed().values_list("kind", flat=True)
    assert list(failed) == ["readdressed"] * 3, "staff see it, and nobody is called about an address that was left"
    now += timedelta(days=1)
    correct(requests[0], "dead-too@example.com")
    assert make_calls() == 1


def test_a_report_may_come_while_its_letter_is_sent(monkeypatch):
    submit()
    with monkeypatch.context() as slow:
        slow.setattr(Sender, "send", lambda _, message, __: comes_back(message))
        assert delivery.deliver_due(now=WEDNESDAY) == 0
    assert states() == [("requested", "call", "waiting")]


def test_what_was_answered_in_person_since_is_no_call():
    asked = booking.submit_request(submission_key="untimed", starts_at=None, person=ADA, now=WEDNESDAY)
    letter = sent()
    booking.answer_request(asked, by=colleague("bo"), now=WEDNESDAY)
    assert not comes_back(letter)


def test_an_erased_letter_stays_erased():
    request = submit()
    sent()
    request = booking.withdraw_request(request, now=WEDNESDAY)
    letter = sent("withdrawn")
    erasure.erase_at_once(request, by=colleague("bo"), now=WEDNESDAY)
    before = states()
    assert not comes_back(letter)
    assert states() == before
    assert {bytes(sealed) for sealed in OutboxMessage.objects.values_list("sealed", flat=True)} == {b""}


def test_a_letter_about_no_request_that_came_back_is_failed_mail_that_nobody_can_send_again(staff):
    """What it said was forgotten when it was sent."""
    outbox.write_to_staff("set_aside", to="desk@dead.example", subject="Set aside", text="A link", now=WEDNESDAY)
    letter = sent("set_aside", "staff")
    assert [comes_back(letter), comes_back(letter)] == [True, False]
    (failed,) = OutboxMessage.objects.needing_a_person(now=LATER)
    assert (failed.state, failed.problem) == ("failed", "returned_5.1.1")
    every = OutboxMessage.objects.all()
    assert (send_again(every, by=staff, now=LATER), mark_dealt_with(every, by=staff, now=LATER)) == (0, 1)
    assert not comes_back(letter)


def test_a_notice_to_staff_that_came_back_is_failed_mail(settings):
    settings.STAFF_INBOX = "desk@clinic.example"
    submit()
    assert comes_back(sent(recipient="staff"))
    assert OutboxMessage.objects.get(recipient="staff").state == "failed"


@pytest.mark.parametrize("ends", ["", "taken back", "out of time"])
def test_an_offer_that_came_back_is_a_call_while_it_is_open_and_replaces_no_other_letter(staff, ends):
    request = submit(wants_earlier=True)
    booking.offer_earlier(request, starts_at=local("2026-12-04 16:00"), by=staff, now=WEDNESDAY)
    letter = sent("offered")
    if ends == "taken back":
        booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    late = letter.event.request.offers.get().answer_by
    assert comes_back(letter, now=late if ends == "out of time" else LATER) == (not ends)
    assert comes_back(OutboxMessage.objects.get(kind="requested")), "it says what an offer leaves as it is"


def test_a_letter_that_a_later_one_replaced_makes_no_call():
    request = submit()
    letter = sent()
    booking.withdraw_request(request, now=WEDNESDAY)
    sent("withdrawn")
    assert not comes_back(letter)
    assert comes_back(OutboxMessage.objects.get(kind="withdrawn"))


def test_a_corrected_address_makes_no_call_of_the_one_before(settings):
    settings.STAFF_INBOX = "desk@clinic.example"
    request = submit()
    letter = sent()
    booking.readdress_request(request, email="other@example.com", now=WEDNESDAY)
    delivery.deliver_due(now=WEDNESDAY)
    assert not comes_back(letter)
    assert not comes_back(OutboxMessage.objects.get(kind="old_address"))
    assert not comes_back(OutboxMessage.objects.get(kind="requested", recipient="staff"))


def test_what_was_set_aside_since_makes_no_call():
    request = submit()
    letter = sent()
    booking.quarantine_request(request, by=colleague("bo"), now=WEDNESDAY)
    assert not comes_back(letter)


def test_a_confirmation_counts_while_a_move_waits_for_its_answer():
    request = booking.confirm_request(submit(), by=colleague("bo"), now=WEDNESDAY)
    letter = sent("confirmed")
    request = booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
    assert comes_back(letter)
    booking.confirm_request(request, by=colleague("cy"), now=WEDNESDAY)
    confirmed = OutboxMessage.objects.filter(kind="confirmed").order_by("pk")
    confirmed.update(state="done", channel="mail")
    assert [comes_back(each) for each in confirmed] == [False, True]


@pytest.mark.parametrize(("hour", "calls"), [("15:59", 1), ("16:00", 0)])
@pytest.mark.parametrize("kind", ["confirmed", "reminder"])
def test_nobody_is_called_about_coming_to_a_visit_that_has_begun(kind, hour, calls):
    booking.confirm_request(submit(), by=colleague("bo"), now=WEDNESDAY)
    OutboxMessage.objects.update(state="done", done_at=WEDNESDAY)
    now = local(f"2026-12-07 {hour}")
    comes_back(OutboxMessage.objects.get(kind=kind), now=now)
    assert len(OutboxMessage.objects.calls_to_make(now=now)) == calls


def test_a_letter_that_no_key_opens_is_failed_mail(caplog):
    submit()
    letter = sent()
    OutboxMessage.objects.update(sealed=b"nothing")
    assert comes_back(letter)
    assert OutboxMessage.objects.get().problem == "cannot_open"
    assert "ada@example.com" not in caplog.text


def test_a_letter_is_found_by_one_query_of_its_index_under_the_lock_of_decisions():
    submit()
    letter = sent()
    with CaptureQueriesContext(connection) as captured:
        comes_back(letter)
    statements = [query["sql"] for query in captured]
    looks = [number for number, sql in enumerate(statements) if '"message_id" = ' in sql]
    assert len(looks) == 1
    if connection.vendor == "postgresql":
        assert any("FOR UPDATE" in sql for sql in statements[: looks[0]])
    else:
        assert "USING INDEX" in OutboxMessage.objects.filter(message_id=letter.message_id).explain()


def erased_in_between(monkeypatch) -> set[bytes]:
    """What is sealed after an erasure between the look at the letter and the call that is made of it."""
    request, count_call = submit(), refused.count_call
    letter = sent()

    def count_and_erase(*arguments, **named) -> bool:
        counted = count_call(*arguments, **named)
        erasure.erase_at_once(request, by=colleague("bo"), now=WEDNESDAY)
        return counted

    monkeypatch.setattr(refused, "count_call", count_and_erase)
    comes_back(letter)
    return {bytes(sealed) for sealed in OutboxMessage.objects.values_list("sealed", flat=True)}


def test_an_erasure_in_between_is_not_undone(monkeypatch):
    assert erased_in_between(monkeypatch) == {b""}


def test_without_the_look_at_what_is_sealed_an_erasure_would_be_undone(monkeypatch):
    """Negative control."""
    monkeypatch.setattr(refused, "_unchanged", lambda message: OutboxMessage.objects.filter(pk=message.pk))
    assert erased_in_between(monkeypatch) != {b""}
