"""What a letter, a call and the page say of times that have ended, of the calendar, and of a place that changed: all the same."""

import re
from datetime import timedelta
from functools import partial

import pytest
from icalendar import Calendar

from consults import booking
from consults.desk.marking import mark_made
from consults.messages.delivery import deliver_due
from consults.models import EarlierOffer, OutboxMessage
from pages.models import Clinic
from tests.builders import WEDNESDAY, letter_of
from tests.consults.messages.test_wording import (
    FRIDAY,
    MONDAY,
    NO_OFFER,
    REPLACES,
    TUESDAY,
    asked,
    last_message,
    moved_by_staff,
    said,
)
from tests.consults.statuses import LATER, NEXT, START, decisions, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
ELSEWHERE = "200 Schilling Dr S., Dundas, MN 55019"


def told(staff, *, now=WEDNESDAY) -> None:
    """Every message leaves, and every call is made."""
    deliver_due(now=now)
    mark_made(OutboxMessage.objects.all(), by=staff, now=now)


def lost_in(text: str) -> set[str]:
    """The sentences on what has ended."""
    return set(re.findall(r"(?:This replaces|The (?:other )?time|Your visit had been moved)[^.]*\.", text))


def test_letters_and_calls_name_the_same_times_as_lost_however_late_they_are(staff):
    """Who is reached after a new visit began still has to hear that the time they know is gone."""
    ways = {
        ("confirmed", "rescheduled"): {REPLACES},
        ("rescheduled",): {f"This replaces the time you asked for, {MONDAY}, which is no longer held for you."},
        ("confirmed", "moved", "confirmed"): {REPLACES},
        ("confirmed", "moved", "rescheduled"): {REPLACES, f"The other time you asked for, {TUESDAY}, is no longer held for you."},
        ("offered", "confirmed"): {NO_OFFER},
        ("confirmed", "offered", "offer_accepted"): {REPLACES},
        ("confirmed", "offered", "cancelled"): {NO_OFFER},
        ("confirmed", "moved", "cancelled"): {f"The other time you asked for, {TUESDAY}, is no longer held for you."},
    }
    for steps, expected in ways.items():
        for contact_by in ("email", "phone"):
            with undone(f"{steps} {contact_by}"):
                message = last_message(asked(staff, *steps, contact_by=contact_by))
                for now in (WEDNESDAY, message.event.starts_at):
                    assert lost_in(" ".join(letter_of(message, now=now)["text"].split())) == expected


def test_a_call_after_the_new_visit_began_takes_the_old_time_out_of_the_calendar(staff):
    for steps in (("confirmed", "rescheduled"), ("confirmed", "moved", "confirmed")):
        with undone(str(steps)):
            message = last_message(asked(staff, *steps, contact_by="phone"))
            late = letter_of(message, now=message.event.starts_at)["text"]
            assert "If the old time is in your calendar, please take it out." in late


def test_a_call_about_a_visit_that_they_know_from_their_page_alone_names_the_calendar(staff):
    """The page gives out a file, and reading it leaves no trace."""
    sentence = "If you put another time in your calendar from your own page, please"
    request = asked(staff, contact_by="phone")
    told(staff)
    request = booking.confirm_request(request, by=staff, now=WEDNESDAY)
    assert "calendar" not in said(request)[1]
    request = moved_by_staff(request, staff, LATER)
    assert f"{sentence} change it there too." in said(request)[1]
    assert f"{sentence} take it out." in letter_of(last_message(request), now=LATER)["text"]
    moved_by_staff(request, staff, START)
    assert sentence in said(request)[1], "the page has shown the time between"


def test_a_time_that_is_offered_before_its_letter_left_is_not_called_lost(staff):
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            request = asked(staff, "confirmed", contact_by=contact_by)
            told(staff)
            request = moved_by_staff(request, staff, LATER)
            booking.offer_earlier(request, starts_at=START, by=staff, now=WEDNESDAY)
            letter = OutboxMessage.objects.get(kind="rescheduled", recipient="patient")
            assert lost_in(" ".join(letter_of(letter)["text"].split())) == {f"This replaces {MONDAY}."}


def take_place(how: str | None) -> None:
    Clinic.objects.update(consult_kind=how)


def entry_of(message: OutboxMessage, *, now=WEDNESDAY):
    (entry,) = Calendar.from_ical(letter_of(message, now=now)["calendar"]).walk("VEVENT")
    return entry


def test_what_leaves_a_visit_as_it_is_names_the_place_that_changed_and_corrects_the_calendar_once(staff):
    ways = {
        (): "reminder",
        ("moved",): "moved",
        ("moved", "declined"): "move_declined",
        ("moved", "expired"): "move_expired",
        ("moved", "move_taken_back"): "move_taken_back",
        ("offered", "offer_taken_back"): "offer_taken_back",
    }
    for steps, kind in ways.items():
        for contact_by in ("email", "phone"):
            with undone(f"{kind} {contact_by}"):
                request = asked(staff, "confirmed", contact_by=contact_by)
                told(staff)
                for step in steps[:-1]:
                    request = decisions(staff)[step](request, WEDNESDAY)
                    told(staff)
                take_place("By phone.")
                for step in steps[-1:]:
                    request = decisions(staff)[step](request, request.answer_by if step == "expired" else WEDNESDAY)
                message = OutboxMessage.objects.filter(kind=kind, recipient="patient").get()
                now = max(message.not_before, WEDNESDAY)
                text = " ".join(letter_of(message, now=now)["text"].split())
                about_offer = " of your confirmed call" if "offered" in steps else ""
                assert f"place{about_offer} has changed" in text
                assert "Nothing else has changed" not in text
                assert "unchanged" not in text
                assert not letter_of(message, now=now)["subject"].startswith("Your call is unchanged")
                assert f": By phone, and not {ELSEWHERE}. " in text or not about_offer
                assert ELSEWHERE in text.partition("has changed")[2].partition("calendar")[0]
                if contact_by == "email":
                    entry = entry_of(message, now=now)
                    assert (entry["location"], entry.decoded("dtstart"), entry.decoded("dtstamp")) == ("By phone", START, now)
                told(staff, now=now)
                if kind != "reminder":
                    reminder = OutboxMessage.objects.get(kind="reminder")
                    assert "has changed" not in letter_of(reminder, now=reminder.not_before)["text"], "it was told"
                    assert letter_of(reminder)["calendar"] == ""
                as_sent = letter_of(OutboxMessage.objects.get(pk=message.pk))["text"]
                assert f"place{about_offer} has changed" in as_sent


def test_the_place_that_a_visit_is_measured_by_is_the_one_that_was_told(staff):
    """A confirmation may wait while the place changes, and changes again."""
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            asked(staff, "confirmed", contact_by=contact_by)
            reminder = OutboxMessage.objects.get(kind="reminder")
            take_place("By phone.")
            told(staff)
            assert "has changed" not in letter_of(reminder)["text"]
            take_place(None)
            assert "place has changed" in letter_of(reminder)["text"]
            assert "By phone" in letter_of(reminder)["text"]


def test_the_page_names_the_place_that_they_were_told_until_a_message_names_the_new_one(client, staff):
    request = asked(staff, "confirmed")
    told(staff)

    def has_changed() -> bool:
        page = client.get(f"/consults/{request.token}/").content.decode()
        return f"The place of your confirmed call has changed. It was: {ELSEWHERE}." in " ".join(page.split())

    def button() -> str:
        page = client.get(f"/consults/{request.token}/").content.decode()
        return page.partition('/calendar.ics">')[2].split()[0]

    assert not has_changed()
    assert button() == "Add"
    take_place("By phone.")
    assert has_changed()
    assert button() == "Change"
    booking.move_request(request, starts_at=NEXT, now=WEDNESDAY)
    assert has_changed()
    told(staff)
    assert not has_changed()


def test_the_end_of_an_offer_beside_a_request_whose_place_changed_does_not_say_that_nothing_else_has(staff):
    for contact_by in ("email", "phone"):
        for end in (booking.expire_request, partial(booking.take_back_offer, by=staff)):
            with undone(f"{contact_by} {end}"):
                request = asked(staff, "offered", contact_by=contact_by)
                told(staff)
                take_place("By phone.")
                at = EarlierOffer.objects.get().answer_by if end is booking.expire_request else WEDNESDAY
                text = said(end(request, now=at))[1]
                assert re.search(f"{FRIDAY}(, is no longer held)?[.]? We will still answer your request for {MONDAY} by", text)


def test_the_entry_of_a_place_that_changed_is_newer_than_any_that_the_page_gave_out(client, staff):
    """Also that of a confirmation which waited meanwhile."""
    for kind in ("confirmed", "reminder"):
        with undone(kind):
            request = asked(staff, "confirmed")
            if kind == "reminder":
                told(staff)
                request = booking.note_request(request, text="Prefers mornings.", by=staff, now=WEDNESDAY)
            (of_page,) = Calendar.from_ical(client.get(f"/consults/{request.token}/calendar.ics").content).walk("VEVENT")
            take_place("By phone.")
            later = entry_of(OutboxMessage.objects.get(kind=kind), now=WEDNESDAY + timedelta(days=4))
            assert later["location"] == "By phone"
            assert later["sequence"] >= of_page["sequence"]
            assert later.decoded("dtstamp") > of_page.decoded("dtstamp")


def test_no_message_calls_a_time_lost_that_is_offered_while_it_waits(client, staff):
    """One that was sent before reads as it did then."""
    ways = {
        ("moved",): (START, "moved"),
        ("rescheduled", "moved", "declined"): (NEXT, "move_declined"),
        ("rescheduled", "moved", "expired"): (NEXT, "move_expired"),
        ("rescheduled", "moved", "move_taken_back"): (NEXT, "move_taken_back"),
        ("quarantined", "released"): (START, "released"),
    }
    for steps, (lost, kind) in ways.items():
        for contact_by in ("email", "phone"):
            with undone(f"{kind} {contact_by}"):
                request = asked(staff, *steps[:-1], contact_by=contact_by)
                now = request.answer_by if steps[-1] == "expired" else WEDNESDAY
                if kind == "released":
                    request = booking.release_request(request, by=staff, now=now, without_time=True)
                else:
                    request = decisions(staff)[steps[-1]](request, now)
                message = OutboxMessage.objects.get(kind=kind, recipient="patient")

                def text(message=message, now=now) -> str:
                    return " ".join(letter_of(OutboxMessage.objects.get(pk=message.pk), now=now)["text"].split())

                before = text()
                is_lost = ("no longer held", "cannot offer")
                assert any(words in before for words in is_lost)
                with undone("sent before the offer"):
                    told(staff, now=now)
                    later = now + timedelta(minutes=1)
                    booking.offer_earlier(request, starts_at=lost, by=staff, now=later)
                    assert text(now=later) == before
                booking.offer_earlier(request, starts_at=lost, by=staff, now=now)
                assert not any(words in text() for words in is_lost), text()
                page = client.get(f"/consults/{request.token}/").content.decode()
                assert "no longer held" not in page


def test_the_reason_of_a_cancelled_visit_stands_before_the_other_times_that_ended(staff):
    """It speaks of "then": the time that was named last."""
    for steps in (("confirmed", "moved", "cancelled"), ("confirmed", "offered", "cancelled")):
        for contact_by in ("email", "phone"):
            with undone(f"{steps} {contact_by}"):
                text = said(asked(staff, *steps, contact_by=contact_by))[1]
                why = text.index("The clinic has to close at that time.")
                assert text.index(MONDAY) < why < text.index("is no longer held")


def test_a_call_about_an_offer_that_ended_asks_of_a_visit_that_has_begun(staff):
    message = last_message(asked(staff, "confirmed", "offered", "offer_taken_back", contact_by="phone"))
    assert f"stays on {MONDAY}." in letter_of(message)["text"]
    assert "ask whether it took place" not in letter_of(message)["text"]
    for now, words in ((START, "is now:"), (START + timedelta(minutes=30), "was")):
        late = letter_of(message, now=now)["text"]
        assert f"Your confirmed visit {words} {MONDAY}.\nThen: ask whether it took place." in late, "as their page has it"


def test_the_reminder_says_that_how_to_join_has_changed_since_they_were_told(staff):
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            Clinic.objects.update(consult_kind="By video.", video_link="https://a.example/1")
            request = asked(staff, "confirmed", contact_by=contact_by)
            told(staff)
            reminder, sentence = OutboxMessage.objects.get(kind="reminder"), "How to join has changed since we last told you."
            assert sentence not in letter_of(reminder, now=reminder.not_before)["text"]
            # Its letter names the place, and not how to join.
            booking.take_back_move(booking.move_request(request, starts_at=NEXT, now=WEDNESDAY), now=WEDNESDAY)
            told(staff)
            Clinic.objects.update(video_link="https://b.example/2")
            text = letter_of(reminder, now=reminder.not_before)["text"]
            assert sentence in text
            assert "How to join: https://b.example/2" in text.partition(sentence)[2]
            Clinic.objects.update(consult_kind="By phone.")
            assert sentence not in letter_of(reminder, now=reminder.not_before)["text"]


def test_who_hears_too_late_that_their_visit_was_taken_back_reads_an_apology_and_is_asked_whether_they_came(staff):
    ways = {
        ("confirmed", "rescheduled"): "whether they came, and whether the time works.",
        ("confirmed", "moved", "confirmed"): "whether they came.",
        ("confirmed", "cancelled"): "whether they came, and offer to find another time.",
        # They know of it.
        ("confirmed", "withdrawn"): "",
        ("confirmed", "offered", "offer_accepted"): "",
        ("rescheduled",): "",
    }
    for steps, asks in ways.items():
        for contact_by, apology in (
            ("email", "Hello Ada Example, This email comes late, and we are sorry. "),
            ("phone", f"We are sorry that we did not reach you before {MONDAY}."),
        ):
            with undone(f"{steps} {contact_by}"):
                message = last_message(asked(staff, *steps, contact_by=contact_by))
                for now in (WEDNESDAY, START):
                    text = " ".join(letter_of(message, now=now)["text"].split())
                    is_late = now == START and bool(asks)
                    assert (apology in text) == is_late
                    assert ("whether they came" in text) == (is_late and contact_by == "phone")
                    assert contact_by == "email" or not is_late or f"Then: ask {asks}" in text


def test_who_is_given_another_time_after_their_visit_began_was_reached_in_time(staff):
    request = asked(staff, "confirmed")
    told(staff)
    booking.reschedule_request(request, starts_at=LATER, by=staff, now=START + timedelta(minutes=20))
    assert "comes late" not in letter_of(last_message(request), now=START + timedelta(minutes=25))["text"]


def test_the_file_of_the_page_takes_out_the_time_that_page_and_letter_name(client, staff):
    """Of a visit that nobody heard of, and that staff moved before they cancelled it."""
    request = booking.confirm_request(asked(staff), by=staff, now=WEDNESDAY)
    request = decisions(staff)["cancelled"](moved_by_staff(request, staff, LATER), WEDNESDAY)
    page = client.get(f"/consults/{request.token}/").content.decode()
    (entry,) = Calendar.from_ical(client.get(f"/consults/{request.token}/calendar.ics").content).walk("VEVENT")
    assert MONDAY in page
    assert "take it out with this file" in page
    assert entry.decoded("dtstart") == entry_of(last_message(request)).decoded("dtstart") == START


def test_the_page_refers_to_a_call_about_the_end_as_it_is_until_it_is_made_and_after(client, staff):
    request = decisions(staff)["declined"](asked(staff, contact_by="phone"), WEDNESDAY)

    def page() -> str:
        return client.get(f"/consults/{request.token}/").content.decode()

    assert "We will tell you why when we call." in page()
    told(staff)
    assert "We told you why when we called." in page()


def test_the_page_does_not_promise_to_write_to_an_address_that_took_no_letter_and_cannot_be_corrected(client, staff):
    ways = {("confirmed",): False, (): True}
    for steps, is_promised in ways.items():
        with undone(str(steps)):
            request = asked(staff, *steps)
            assert "We will write to" in client.get(f"/consults/{request.token}/").content.decode()
            OutboxMessage.objects.exclude(kind="reminder").filter(recipient="patient").update(
                state="failed", problem="returned_5.1.1"
            )
            page = client.get(f"/consults/{request.token}/").content.decode()
            assert "Our last email did not reach you" in page
            assert ("We will write to" in page) == is_promised


def test_the_letter_about_a_request_tells_the_place_where_no_confirmation_arrived(client, staff):
    for starts_at, is_told in ((START, True), (None, False)):
        with undone(str(starts_at)):
            request = asked(staff, timeless=starts_at is None)
            deliver_due(now=WEDNESDAY)
            take_place("By phone.")
            booking.reschedule_request(request, starts_at=LATER, by=staff, now=WEDNESDAY)
            OutboxMessage.objects.filter(kind="rescheduled").update(state="failed", problem="returned_5.1.1")
            reminder = OutboxMessage.objects.get(kind="reminder")
            letter = letter_of(reminder, now=reminder.not_before)
            assert (f"It was: {ELSEWHERE}." in letter["text"]) == is_told
            assert letter["calendar"], "it takes the part of the confirmation"
            page = " ".join(client.get(f"/consults/{request.token}/").content.decode().split())
            assert ("The place of your confirmed call has changed." in page) == is_told


def test_an_apology_for_a_late_answer_is_told_by_what_takes_its_place(staff):
    apology = "We said that we would answer your request sooner, and we did not. That is our mistake, and we are sorry."
    for step in ("moved", "confirmed", "rescheduled", "declined"):
        for contact_by in ("email", "phone"):
            with undone(f"{step} {contact_by}"):
                request = asked(staff, "quarantined", contact_by=contact_by)
                late = request.answer_by + timedelta(hours=1)
                request = booking.release_request(request, by=staff, now=late)
                assert apology in said(request)[1]
                request = decisions(staff)[step](request, late)
                assert apology in said(request)[1]
                if step == "confirmed":
                    told(staff, now=late)
                    assert apology not in said(moved_by_staff(request, staff, LATER))[1]


def test_a_letter_that_restores_a_request_and_leaves_after_its_reply_time_apologizes(staff):
    request = asked(staff, "quarantined", "released")
    apology = "We said that we would answer your request sooner"
    assert apology not in said(request)[1]
    assert apology in letter_of(last_message(request), now=request.answer_by)["text"]


def test_a_time_that_has_begun_waits_for_no_answer_in_letter_call_or_page(client, staff, clock):
    """Nobody has ended the request or the move yet: the site was down, or a person has to say yes first."""
    at = START + timedelta(minutes=5)
    sorry = "We did not answer before the time you asked for began. That is our mistake, and we are sorry."
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            first = asked(staff, contact_by=contact_by)
            assert "sorry" not in said(first)[1]
            late = NEXT + timedelta(minutes=5)
            for now in (at, late):
                letter = letter_of(last_message(first), now=now)
                text = " ".join(letter["text"].split())
                assert letter["subject"].startswith("We did not answer your request"), now
                assert (sorry if contact_by == "email" else "Say: we did not answer your request for") in text
                assert ("welcome to ask again" if contact_by == "email" else "offer to find another time") in text
                assert not re.search("will (still )?answer|as soon as|not confirmed", text), text
                first = booking.move_request(first, starts_at=NEXT, now=WEDNESDAY) if now == at else first
        with undone(f"a move {contact_by}"):
            kept = booking.reschedule_request(asked(staff, contact_by=contact_by), starts_at=LATER, by=staff, now=WEDNESDAY)
            told(staff)
            moved = booking.move_request(kept, starts_at=START, now=WEDNESDAY)
            for now, is_promised in ((WEDNESDAY, True), (at, False)):
                letter = letter_of(last_message(moved), now=now)
                text = " ".join(letter["text"].split())
                assert bool(re.search("will answer|not confirmed", text)) == is_promised, text
                assert letter["subject"].startswith("You asked for this time") == is_promised
                assert ("Your confirmed visit keeps its time" in text) != is_promised, text
            told(staff)
            reminder = OutboxMessage.objects.get(kind="reminder", state="waiting")
            waits = "The other time you asked for"
            assert waits in letter_of(reminder, now=WEDNESDAY)["text"]
            assert waits not in letter_of(reminder, now=at)["text"]
            for now, label in ((WEDNESDAY, "not yet confirmed"), (at, "not answered")):
                clock(now)
                page = client.get(f"/consults/{kept.token}/").content.decode()
                assert f"<dt>Time you asked for, {label}</dt>" in page
                assert ("We did not answer about the new time before it began." in page) == (now == at)


def test_a_reminder_says_that_a_new_time_still_waits(staff):
    """Otherwise it reads as the answer, and who is told to cancel what they cannot keep cancels both."""
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            request = asked(staff, "confirmed", "moved", contact_by=contact_by)
            told(staff)
            reminder = OutboxMessage.objects.get(kind="reminder")
            waits = f"The other time you asked for, {TUESDAY}, still waits for our answer."
            now = reminder.not_before
            assert waits in " ".join(letter_of(reminder, now=now)["text"].split())
            booking.take_back_move(request, now=now)
            assert "still waits" not in letter_of(reminder, now=now)["text"]


def test_a_move_that_is_confirmed_after_the_kept_visit_began_comes_late(staff):
    request = asked(staff, "confirmed", "moved")
    told(staff)
    request = booking.confirm_request(request, by=staff, now=START + timedelta(minutes=5))
    text = " ".join(letter_of(last_message(request), now=START + timedelta(minutes=6))["text"].split())
    assert "This email comes late, and we are sorry. Your visit is confirmed at a new time." in text


def test_who_is_called_for_a_consult_reads_that_we_call_and_a_hint_of_the_number(client, staff):
    Clinic.objects.update(consult_kind="By phone.")
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            request = asked(staff, "confirmed", contact_by=contact_by)
            calls = f"We will call you at the number ending in {request.phone[-4:]}."
            assert calls in said(request)[1]
            assert f"By phone. {calls}" in " ".join(client.get(f"/consults/{request.token}/").content.decode().split())
    Clinic.objects.update(consult_kind=None)
    request = asked(staff, "confirmed")
    assert "We will call you" not in said(request)[1] + client.get(f"/consults/{request.token}/").content.decode()


def test_an_offer_beside_a_visit_whose_place_changed_names_the_new_place(staff):
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            request = asked(staff, "confirmed", contact_by=contact_by)
            told(staff)
            take_place("By phone.")
            text = said(decisions(staff)["offered"](request, WEDNESDAY))[1]
            assert f"stays on {MONDAY}. The place has changed: By phone, and not {ELSEWHERE}." in text


def test_the_page_of_a_request_that_was_set_aside_says_that_an_offer_ended(client, staff):
    request = asked(staff, "offered", "quarantined")
    page = " ".join(client.get(f"/consults/{request.token}/").content.decode().split())
    assert "We can no longer offer you Friday, December 4" in page
