"""Who has two requests reads of the end of one of them, and not that the time of the other is gone."""

from datetime import timedelta

import pytest

from consults import booking
from consults.desk import data_request
from consults.messages.delivery import deliver_due
from consults.models import ConsultPolicy, ConsultRequest, OutboxMessage, SpecialHours
from tests.builders import CHICAGO, WEDNESDAY, letter_of, submit
from tests.consults.messages.test_taken_back import lived
from tests.consults.messages.test_wording import MONDAY, TUESDAY, WEDNESDAY_9, last_message, said
from tests.consults.statuses import EARLIER, LATER, NEXT, START, decisions, reason, undone

ENDED = "One of your requests has ended: Monday, December 7, 4:00 PM"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]


@pytest.fixture(autouse=True)
def two_seats(clinic) -> None:
    ConsultPolicy.objects.update(capacity=2)


def two(staff, *steps: str, first: str, starts_at=START, **answers) -> tuple[ConsultRequest, ConsultRequest]:
    """One request, then the other, after these decisions."""
    person = {name: answers[name] for name in ("contact_by",) if name in answers}
    one = submit(**person)
    if first:
        one = decisions(staff)[first](one, WEDNESDAY)
    other = submit(key="key-2", starts_at=starts_at, **answers)
    for step in steps:
        other = decisions(staff)[step](other, other.answer_by if step == "expired" else WEDNESDAY)
    return one, other


def test_what_ends_one_of_two_requests_for_one_time_says_that_the_other_stays(staff):
    for steps in (("declined",), ("withdrawn",), ("expired",), ("confirmed", "cancelled"), ("confirmed", "withdrawn")):
        for first, stays in (("confirmed", "visit"), ("", "request")):
            for contact_by in ("email", "phone"):
                with undone(f"{steps} {first} {contact_by}"):
                    one, other = two(staff, first=first, contact_by=contact_by)
                    OutboxMessage.objects.exclude(kind="reminder").update(state="done", done_at=WEDNESDAY)
                    for step in steps:
                        other = decisions(staff)[step](other, other.answer_by if step == "expired" else WEDNESDAY)
                    letter = letter_of(last_message(other))
                    text = " ".join(letter["text"].split())
                    how = f"it stays confirmed for {MONDAY}" if first else f"it still waits for our answer about {MONDAY}"
                    assert f"This does not change your other {stays}, reference {one.reference}: {how}." in text
                    assert letter["subject"].startswith("One of your requests has ended")
                    assert contact_by == "phone" or letter["subject"] == ENDED
                    assert "no longer held" not in text
                    assert "takes the visit out" not in text


def test_a_confirmation_names_what_else_they_have_and_calls_no_time_of_it_lost(staff):
    one, other = two(staff, "confirmed", first="confirmed", starts_at=NEXT)
    assert f"your other visit, reference {one.reference}: it stays confirmed for {MONDAY}." in said(other)[1]
    OutboxMessage.objects.exclude(kind="reminder").update(state="done", done_at=WEDNESDAY)
    other = booking.reschedule_request(other, starts_at=START, by=staff, now=WEDNESDAY)
    OutboxMessage.objects.exclude(kind="reminder").update(state="done", done_at=WEDNESDAY)
    subject, text = said(booking.reschedule_request(other, starts_at=LATER, by=staff, now=WEDNESDAY))
    assert subject == "Confirmed at a new time: Wednesday, December 9, 4:00 PM"
    assert f"This replaces {MONDAY}. This does not change your other visit" in text
    moving = booking.move_request(one, starts_at=NEXT, now=WEDNESDAY)
    text = " ".join(letter_of(last_message(other))["text"].split())
    assert f"for {MONDAY}. The new time asked for there, {TUESDAY}, still waits for our answer." in text
    assert WEDNESDAY_9 in said(booking.decline_request(moving, reason=reason("decline"), by=staff, now=WEDNESDAY))[1]


def test_a_move_calls_no_time_lost_that_another_request_holds(staff):
    one, other = two(staff, first="confirmed")
    OutboxMessage.objects.exclude(kind="reminder").update(state="done", done_at=WEDNESDAY)
    text = said(booking.move_request(other, starts_at=NEXT, now=WEDNESDAY))[1]
    assert "no longer held" not in text
    assert f"your other visit, reference {one.reference}: it stays confirmed for {MONDAY}." in text


def test_only_the_contact_that_is_answered_hears_of_another_request_and_a_call_of_ones_own_alone(staff):
    """Anybody may type somebody's contacts, and a number is a household's."""
    ways = {
        "the same mailbox": ({"email": "Ada+x@example.com"}, "your other visit"),
        "one mailbox of two people": ({"full_name": "Bo Example"}, "the other visit with this email address"),
        "another spelling, and another name": ({"email": "ada+bo@example.com", "full_name": "Bo Example"}, ""),
        "another mailbox": ({"email": "bo@example.com"}, ""),
        "by phone, and the number of a request that is answered by mail": ({"contact_by": "phone"}, ""),
    }
    for way, (answers, words) in ways.items():
        with undone(way):
            decisions(staff)["confirmed"](submit(), WEDNESDAY)
            other = submit(key="key-2", **answers)
            text = said(decisions(staff)["declined"](other, WEDNESDAY))[1]
            assert ("This does not change" in text) == bool(words)
            assert words in text
    for name, is_told in (("Ada Example", True), ("ADA  example", True), ("Bo Example", False)):
        with undone(name):
            submit(contact_by="phone")
            other = submit(key="key-2", contact_by="phone", full_name=name)
            assert ("This does not change" in said(decisions(staff)["declined"](other, WEDNESDAY))[1]) == is_told


def test_who_calls_about_a_lost_time_learns_that_another_name_at_the_number_has_it_and_the_person_does_not(staff):
    """The same person, spelled otherwise, would take the visit out of their calendar and not come."""
    for name, starts_at, step, is_warned in (
        ("Ada M. Example", START, "cancelled", True),
        ("Ada M. Example", START, "declined", True),
        ("Ada M. Example", NEXT, "cancelled", False),
        ("Ada M. Example", START, "confirmed", False),
        ("ADA  example", START, "cancelled", False),
    ):
        with undone(f"{name} {step}"):
            one = lived(staff, *(["confirmed"] if step == "cancelled" else []), contact_by="phone")
            other = submit(key="key-2", contact_by="phone", full_name=name, starts_at=starts_at)
            booking.confirm_request(other, by=staff, now=WEDNESDAY)
            subject, text = said(decisions(staff)[step](one, WEDNESDAY))
            line = (
                f"For you, not to read out: request {other.reference}, under another name with this number, is for {MONDAY} too."
            )
            assert (line in text, "For you, not to read out" in text) == (is_warned, is_warned)
            assert subject.startswith("One of your") == (name == "ADA  example")
            copy = data_request.everything_about(one, "", WEDNESDAY)["messages"]
            assert not any("not to read out" in letter.text for _, letter in copy), "it is printed for the person"


def test_what_was_sent_about_two_requests_reads_as_it_did_and_the_page_names_no_other(client, staff):
    one, other = two(staff, "declined", first="confirmed")
    deliver_due(now=WEDNESDAY)
    before = said(other)[1]
    page = client.get(f"/consults/{other.token}/").content.decode()
    assert one.reference not in page
    assert f"<dt>Time that this request no longer holds</dt><dd>{MONDAY}</dd>" in page
    later = NEXT.replace(day=3)
    decisions(staff)["cancelled"](one, later)
    assert said(other)[1] == before
    submit(key="key-3", now=later)
    assert said(other)[1] == before


def test_one_that_has_ended_begun_or_was_set_aside_is_no_other_request(staff):
    for first in ("declined", "withdrawn", "quarantined"):
        with undone(first):
            assert "This does not change" not in said(two(staff, "declined", first=first)[1])[1]
    two(staff, "confirmed", first="confirmed", starts_at=LATER)
    letter = OutboxMessage.objects.get(kind="confirmed", event__request__submission_key="key-2")
    assert "This does not change" in letter_of(letter)["text"]
    assert "This does not change" not in letter_of(letter, now=START)["text"]


def test_no_message_calls_a_time_lost_that_another_request_holds_or_is_offered(staff):
    """`steps` of the second request; then what the first holds of MONDAY, which the second has lost."""
    ways = {
        # A reminder in place of a confirmation that was lost.
        ("confirmed", "rescheduled lost", "reminder"): "This replaces {time}. This does not change",
        ("confirmed", "rescheduled unsent", "cancelled"): "had been moved to that time from {time}. This does not change",
        ("confirmed", "moved", "rescheduled"): "This replaces {time}. ",
        ("quarantined", "released_without_time"): "on your own page, or wait until we get in touch.",
    }
    for steps, sentence in ways.items():
        for holds in ("confirmed", "requested", "offered"):
            with undone(f"{steps} {holds}"):
                other = lived(staff, *steps[:-1]) if steps[-1] == "reminder" else lived(staff, *steps[:-1], f"{steps[-1]} unsent")
                _hold_monday(staff, holds)
                kind = {"kind": "reminder", "event__request": other, "state": "waiting"}
                message = OutboxMessage.objects.get(**kind) if steps[-1] == "reminder" else last_message(other)
                text = " ".join(letter_of(message, now=max(WEDNESDAY, message.not_before))["text"].split())
                assert sentence.format(time=MONDAY) in text
                assert f"{MONDAY}, which is no longer held" not in text
                assert f"{MONDAY}, is no longer held" not in text
                assert "No time is held for you" not in text
                there = {
                    "confirmed": "stays confirmed for",
                    "requested": "our answer about",
                    "offered": "The time offered there,",
                }
                assert there[holds] in text


def _hold_monday(staff, how: str) -> None:
    one = submit(key="key-2", wants_earlier=True, starts_at=LATER if how == "offered" else START)
    if how == "confirmed":
        booking.confirm_request(one, by=staff, now=WEDNESDAY)
    if how == "offered":
        ends = START - timedelta(minutes=1)
        booking.offer_earlier(one, starts_at=START, by=staff, now=WEDNESDAY)
        # It is offered still when the reminder of the day before leaves.
        one.offers.update(answer_by=ends)


def test_a_time_is_the_same_time_after_the_clinic_changed_the_length_of_a_consult(staff):
    """One start, asked for before the change by the first request and after it by the second."""
    for step, subject in (
        ("cancelled", ENDED),
        ("expired", ENDED),
        ("rescheduled", "Confirmed at a new time: Wednesday, December 9, 4:00 PM"),
    ):
        with undone(step):
            one = lived(staff) if step == "expired" else lived(staff, "confirmed")
            ConsultPolicy.objects.update(length_minutes=60)
            booking.confirm_request(submit(key="key-2"), by=staff, now=WEDNESDAY)
            if step == "rescheduled":
                ended = booking.reschedule_request(one, starts_at=LATER, by=staff, now=WEDNESDAY)
            else:
                ended = decisions(staff)[step](one, one.answer_by if step == "expired" else WEDNESDAY)
            said_of_one, text = said(ended)
            assert said_of_one == subject
            assert "no longer held for you" not in text
            assert "4:00 PM to 5:00 PM" in text
    with undone("a move that is declined, and its time offered"):
        moving = booking.move_request(lived(staff, "confirmed"), starts_at=EARLIER, now=WEDNESDAY)
        OutboxMessage.objects.filter(kind="moved").update(state="done", done_at=WEDNESDAY)
        ConsultPolicy.objects.update(length_minutes=60)
        declined = booking.decline_request(moving, reason=reason("decline"), by=staff, now=WEDNESDAY)
        answer = last_message(declined)
        booking.offer_earlier(declined, starts_at=EARLIER, by=staff, now=WEDNESDAY)
        assert "We offer it to you now." in " ".join(letter_of(answer)["text"].split())
        assert "The time you asked for before" not in said(declined)[1]


def test_the_end_of_an_offer_or_of_a_move_does_not_call_a_time_lost_that_another_request_has(staff):
    for steps, lost, subject in (
        (("confirmed", "offered", "offer_taken_back"), EARLIER, "About the time we offered"),
        (("confirmed", "moved", "declined"), NEXT, "Your visit is unchanged"),
    ):
        with undone(steps[-1]):
            other = lived(staff, *steps[:-1], f"{steps[-1]} unsent")
            before = said(other)
            submit(key="key-2", starts_at=lost)
            after = said(other)
            assert "no longer" in before[0] + before[1] or "cannot offer" in before[1]
            assert "no longer" not in after[0] + after[1]
            assert "cannot offer" not in after[1]
            assert after[0].startswith(f"{subject}: ")
            assert "This does not change your other request" in after[1]


def test_an_offer_that_cannot_be_taken_any_more_is_not_called_open(staff):
    """It ran out, and the worker has not come to it, or its date was closed: the page shows none."""
    request = lived(staff, "quarantined", "released_without_time unsent")
    offer = booking.offer_earlier(request, starts_at=START, by=staff, now=WEDNESDAY).offers.get()
    letter = OutboxMessage.objects.get(kind="released")

    def text(now=WEDNESDAY) -> str:
        return " ".join(letter_of(letter, now=now)["text"].split())

    assert f"The time you asked for, {MONDAY}, is offered to you." in text()
    gone = f"The time you asked for, {MONDAY}, is no longer held for you."
    assert gone in text(now=offer.answer_by)
    SpecialHours.objects.create(date=START.astimezone(CHICAGO).date())
    assert gone in text()


def test_another_request_whose_visit_has_begun_while_its_move_waits_still_waits(staff):
    """Nothing has ended the move yet: the site was down."""
    one, other = two(staff, first="confirmed", starts_at=LATER)
    booking.move_request(one, starts_at=NEXT, now=WEDNESDAY)
    late = START + timedelta(minutes=5)
    declined = booking.decline_request(other, reason=reason("decline"), by=staff, now=late)
    text = " ".join(letter_of(last_message(declined), now=late)["text"].split())
    assert f"your other request, reference {one.reference}: it still waits for our answer about {TUESDAY}." in text


def test_another_request_that_went_unanswered_is_not_said_to_wait(staff):
    """It asked for no time, and its reply time has passed: its page says so before the worker ends it."""
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            other = lived(staff, "quarantined", "released_without_time", contact_by=contact_by)
            one = booking.confirm_request(submit(key="key-2", contact_by=contact_by), by=staff, now=WEDNESDAY)
            message = last_message(one)
            for now, is_named in ((WEDNESDAY, True), (other.answer_by, False)):
                assert (other.reference in letter_of(message, now=now)["text"]) == is_named
