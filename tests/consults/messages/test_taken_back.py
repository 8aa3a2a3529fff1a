"""Whatever was told and is no longer true is taken back by the next message, whichever that is and whatever became of others."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from consults import booking
from consults.desk.marking import mark_dealt_with
from consults.messages.channels.not_sent import NO_ANSWER
from consults.messages.delivery import deliver_due
from consults.messages.refused import refuse
from consults.models import ConsultRequest, EarlierOffer, OutboxMessage
from pages.models import Clinic
from tests.builders import WEDNESDAY, letter_of, submit
from tests.consults.messages.test_changes import ELSEWHERE, entry_of, told
from tests.consults.messages.test_wording import (
    BRING,
    MONDAY,
    REPLACES,
    TUESDAY,
    WEDNESDAY_9,
    last_message,
    moved_by_staff,
    said,
)
from tests.consults.statuses import EARLIER, LATER, NEXT, START, decisions, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
FATES = {
    "": {"state": "done", "done_at": WEDNESDAY},
    "perhaps": {"attempts": 1, "problem": NO_ANSWER, "done_at": WEDNESDAY},
    "lost": {"state": "failed", "attempts": 8, "problem": "refused_554"},
    "unsent": {},
}
OLD_PLACE = "1 Old Road, Dundas, MN 55019"
DO_NOT_HOLD = "is no longer held for you."
APOLOGY = "We said that we would answer your request sooner, and we did not."


def lived(staff, *steps: str, contact_by: str = "email") -> ConsultRequest:
    """A request after these decisions. Behind each, what became of its messages: they were told, if nothing is said."""
    request = submit(wants_earlier=True, contact_by=contact_by)
    for step in ("requested", *steps):
        kind, _, fate = step.partition(" ")
        if kind == "released_without_time":
            request = booking.release_request(request, by=staff, now=WEDNESDAY, without_time=True)
        elif kind == "moved_on":
            request = booking.move_request(request, starts_at=LATER, now=WEDNESDAY)
        elif kind != "requested":
            request = decisions(staff)[kind](request, request.answer_by if kind == "expired" else WEDNESDAY)
        OutboxMessage.objects.filter(state="waiting").exclude(kind="reminder").update(**FATES[fate])
    return request


def test_a_time_that_was_told_is_named_once_it_is_lost_however_many_messages_were_overtaken(staff):
    had, asked = f"The time you had before, {MONDAY}, {DO_NOT_HOLD}", f"The time you asked for before, {MONDAY}, {DO_NOT_HOLD}"
    asked_tuesday = f"The time you asked for before, {TUESDAY}, {DO_NOT_HOLD}"
    ways = {
        ("confirmed", "rescheduled perhaps", "cancelled unsent"): had,
        ("confirmed", "rescheduled perhaps", "moved unsent", "confirmed unsent"): had,
        ("confirmed", "moved", "confirmed perhaps", "withdrawn unsent"): had,
        ("moved unsent", "declined unsent"): asked,
        ("moved unsent", "expired unsent"): asked,
        ("moved unsent", "confirmed unsent"): asked,
        ("moved unsent", "offered unsent", "offer_accepted unsent"): asked,
        ("quarantined", "released_without_time unsent", "declined unsent"): asked,
        ("quarantined", "released_without_time unsent", "expired unsent"): asked,
        ("confirmed", "moved", "declined unsent", "moved_on unsent", "expired unsent"): asked_tuesday,
        ("confirmed", "moved", "moved unsent", "declined unsent"): asked_tuesday,
        ("confirmed", "moved", "moved unsent", "move_taken_back unsent"): asked_tuesday,
        # What took it back arrived, or a colleague was told on the phone.
        ("confirmed", "rescheduled", "cancelled unsent"): "",
        ("moved", "declined unsent"): "",
        ("confirmed", "moved", "declined", "moved_on unsent", "expired unsent"): "",
    }
    for steps, sentence in ways.items():
        for contact_by in ("email", "phone") if "moved unsent" in steps else ("email",):
            with undone(f"{steps} {contact_by}"):
                text = said(lived(staff, *steps, contact_by=contact_by))[1]
                assert sentence in text
                assert (" before, " in text) == bool(sentence)


def test_who_took_an_offered_time_on_the_phone_knows_of_no_other(staff):
    request = lived(staff, "confirmed", "offered", contact_by="phone")
    request = booking.accept_offer(request, by=staff, now=WEDNESDAY)
    assert MONDAY not in said(moved_by_staff(request, staff, LATER))[1]


def test_a_reminder_names_a_time_that_was_asked_for_and_that_nothing_certainly_called_lost(staff):
    """It was written before they asked, and the answer about that time did not arrive, or may not have."""
    gone = f"The other time you asked for, {TUESDAY}, {DO_NOT_HOLD}"
    ways = {
        ("confirmed", "moved", "declined lost"): gone,
        ("confirmed", "moved", "declined perhaps"): gone,
        ("confirmed", "moved", "move_taken_back unsent"): gone,
        ("confirmed", "moved perhaps", "expired lost"): gone,
        ("confirmed lost", "moved", "declined lost"): gone,
        ("confirmed", "moved", "declined"): "",
        ("confirmed", "moved lost", "declined lost"): "",
        ("confirmed", "moved"): "",
    }
    for steps, sentence in ways.items():
        for contact_by in ("email", "phone") if "declined lost" in steps else ("email",):
            with undone(f"{steps} {contact_by}"):
                lived(staff, *steps, contact_by=contact_by)
                reminder = OutboxMessage.objects.get(kind="reminder")
                text = " ".join(letter_of(reminder, now=reminder.not_before)["text"].split())
                assert sentence in text
                assert (DO_NOT_HOLD in text) == bool(sentence), text
                mark_dealt_with(OutboxMessage.objects.all(), by=staff, now=WEDNESDAY)
                if "declined lost" in steps:
                    assert DO_NOT_HOLD not in letter_of(reminder, now=reminder.not_before)["text"]


def test_a_reminder_takes_the_part_of_a_confirmation_that_did_not_arrive(client, staff):
    """Also where a colleague dealt with that: no file has reached their calendar."""
    ways = {
        ("confirmed lost",): ("Reminder", "", "The attached file puts the visit in your calendar."),
        ("confirmed", "rescheduled lost"): ("Reminder of your new time", REPLACES, "and takes the old time out."),
        ("confirmed", "rescheduled perhaps"): ("Reminder of your new time", REPLACES, "and takes the old time out."),
        ("rescheduled lost",): ("Reminder of your new time", f"replaces the time you asked for, {MONDAY}", "puts the visit in"),
        ("confirmed",): ("Reminder", "", ""),
        ("confirmed", "rescheduled"): ("Reminder", "", ""),
    }
    for steps, (subject, gone, calendar) in ways.items():
        for is_dealt_with in (False, True):
            with undone(f"{steps} {is_dealt_with}"):
                request = lived(staff, *steps)
                if is_dealt_with:
                    mark_dealt_with(OutboxMessage.objects.all(), by=staff, now=WEDNESDAY)
                reminder = OutboxMessage.objects.get(kind="reminder", state="waiting")
                now = reminder.not_before
                letter = letter_of(reminder, now=now)
                text = " ".join(letter["text"].split())
                assert letter["subject"].startswith(f"{subject}: ")
                assert gone in text
                assert calendar in text
                assert ("This replaces" in text, "Our earlier email about it may not" in text) == (bool(gone), bool(calendar))
                assert bool(letter["calendar"]) == bool(calendar)
                if not calendar:
                    continue
                assert BRING in text
                assert entry_of(reminder, now=now).decoded("dtstart") == request.starts_at
                deliver_due(now=now)
                page = client.get(f"/consults/{request.token}/").content.decode()
                assert "did not reach you" not in page, "the reminder did"
                if request.starts_at == LATER:
                    later = booking.reschedule_request(request, starts_at=NEXT, by=staff, now=now)
                    assert f"This replaces {WEDNESDAY_9}, which" in said(later)[1]


def test_a_reminder_that_overtakes_a_letter_names_the_time_that_it_replaces(staff):
    request = lived(staff, "confirmed")
    moved_by_staff(request, staff, LATER)
    reminder = OutboxMessage.objects.get(kind="reminder", state="waiting")
    assert "This replaces" not in letter_of(reminder)["text"], "until its day, the letter leaves before it"
    assert REPLACES in " ".join(letter_of(reminder, now=reminder.not_before)["text"].split())


def test_the_apology_for_coming_late_counts_from_the_first_decision_that_nobody_heard_of(staff):
    for step, asks in (("rescheduled", "whether they came, and whether the time works"), ("cancelled", "whether they came")):
        for contact_by in ("email", "phone"):
            with undone(f"{step} {contact_by}"):
                request = moved_by_staff(lived(staff, "confirmed", contact_by=contact_by), staff, LATER)
                now = START + timedelta(hours=2)
                if step == "rescheduled":
                    request = booking.reschedule_request(request, starts_at=NEXT, by=staff, now=now)
                else:
                    request = decisions(staff)[step](request, now)
                text = " ".join(letter_of(last_message(request), now=now)["text"].split())
                assert ("This email comes late" if contact_by == "email" else asks) in text
                assert contact_by == "email" or f"did not reach you before {MONDAY}" in text
    # Given back before it began, it was theirs, and they came rightly.
    request = moved_by_staff(lived(staff, "confirmed"), staff, LATER, START)
    request = booking.reschedule_request(request, starts_at=NEXT, by=staff, now=START + timedelta(hours=2))
    assert "comes late" not in letter_of(last_message(request), now=START + timedelta(hours=2))["text"]


def test_the_apology_of_a_move_that_ran_out_is_told_by_what_takes_its_place(staff):
    for step in ("rescheduled", "moved", "cancelled", "withdrawn"):
        for contact_by in ("email", "phone"):
            with undone(f"{step} {contact_by}"):
                request = lived(staff, "confirmed", "moved", "expired unsent", contact_by=contact_by)
                assert APOLOGY not in said(request)[1], "it has words of its own"
                now = WEDNESDAY + timedelta(days=2, hours=11)
                request = decisions(staff)[step](request, now)
                assert said(request)[1].count(APOLOGY) == 1
                if step == "moved":
                    assert APOLOGY in said(decisions(staff)["move_taken_back"](request, now))[1]
                    assert APOLOGY in said(decisions(staff)["declined"](lived_again(request), now))[1]


def lived_again(request: ConsultRequest) -> ConsultRequest:
    """It asks for another time once more, and nobody has heard of anything since."""
    request.refresh_from_db()
    return booking.move_request(request, starts_at=LATER, now=WEDNESDAY + timedelta(days=2, hours=11))


def test_a_confirmation_that_is_late_says_that_the_other_time_still_waits(staff):
    request = lived(staff, "confirmed unsent")
    booking.move_request(request, starts_at=NEXT, now=WEDNESDAY)
    letter = OutboxMessage.objects.get(kind="confirmed")
    assert f"The other time you asked for, {TUESDAY}, still waits for our answer." in " ".join(letter_of(letter)["text"].split())
    booking.take_back_move(request, now=WEDNESDAY)
    assert "still waits" not in letter_of(OutboxMessage.objects.get(pk=letter.pk))["text"]


def test_a_request_that_is_restored_beside_an_offer_is_told_of_it(staff):
    offers = "A time is offered to you."
    for contact_by, sentence in (("email", f"{offers} Please take it, or"), ("phone", f"{offers} If that")):
        with undone(contact_by):
            request = submit(contact_by=contact_by, wants_earlier=True)
            booking.quarantine_request(request, by=staff, now=WEDNESDAY)
            request = booking.release_request(request, by=staff, now=WEDNESDAY, without_time=True)
            booking.offer_earlier(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)
            text = " ".join(letter_of(OutboxMessage.objects.get(kind="released"))["text"].split())
            assert sentence in text
            assert "This request holds no time yet" not in text


def test_of_two_offers_of_one_instant_the_end_of_the_one_that_was_told_is_said(staff):
    request = lived(staff, "offered")
    request = booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    booking.offer_earlier(request, starts_at=NEXT, by=staff, now=WEDNESDAY)
    assert EarlierOffer.objects.filter(offered_at=WEDNESDAY).count() == 2
    text = said(booking.confirm_request(request, by=staff, now=WEDNESDAY))[1]
    assert "The time we offered you, Friday, December 4" in text
    assert TUESDAY not in text


def test_who_took_a_time_on_their_page_and_is_called_late_took_it_themselves(staff):
    request = lived(staff, "confirmed", "offered", "offer_accepted unsent", contact_by="phone")
    text = letter_of(last_message(request), now=EARLIER)["text"]
    assert "did not reach you" not in text
    assert "Say: you took the time that we offered, Friday, December 4" in text
    assert "ask whether it took place" in text


def test_a_lost_time_that_lies_ahead_is_told_also_once_the_visit_was_marked(staff):
    for step in ("completed", "missed"):
        for hours, stays in ((1, True), (24 + 1, False)):
            with undone(f"{step} {hours}"):
                request = lived(staff, "confirmed", "moved")
                request = booking.expire_request(request, now=START + timedelta(minutes=40))
                assert last_message(request).kind == "move_lapsed"
                decisions(staff)[step](request, START + timedelta(hours=hours))
                assert (last_message(request).state == "waiting") == stays


VIDEO = {"consult_kind": "By video.", "video_link": "https://video.example/1"}
CHANGED = f"{ELSEWHERE}. "


def test_who_is_given_a_time_hears_that_the_place_has_changed_and_is_told_it_once(client, staff):
    ways = (("rescheduled",), ("moved", "confirmed"), ("offered", "offer_accepted"))
    for steps in (("confirmed",), *(("confirmed", *way) for way in ways)):
        # A call about a request names no place.
        for contact_by in ("email", "phone") if len(steps) > 1 else ("email",):
            with undone(f"{steps} {contact_by}"):
                request = lived(staff, contact_by=contact_by)
                for step in steps[:-1]:
                    told(staff)
                    request = decisions(staff)[step](request, WEDNESDAY)
                OutboxMessage.objects.filter(state="done", place="").update(place=ELSEWHERE)
                told(staff)
                Clinic.objects.update(**VIDEO)
                request = decisions(staff)[steps[-1]](request, WEDNESDAY)
                text = said(request)[1]
                new = "It was: " if contact_by == "email" else "By video, and not "
                assert f"The place has changed: {new}{CHANGED}" in text or f"the place has changed. {new}{CHANGED}" in text
                assert text.count("https://video.example/1") == 1
                assert "video call" in text
                told(staff)
                reminder = OutboxMessage.objects.get(kind="reminder", state="waiting")
                assert "has changed" not in letter_of(reminder, now=reminder.not_before)["text"]
                assert "has changed" not in client.get(f"/consults/{request.token}/").content.decode()


def test_what_says_that_a_visit_has_become_a_video_call_says_how_to_join_it(staff):
    ways = (("moved",), ("moved", "declined"), ("moved", "move_taken_back"), ("offered", "offer_taken_back"))
    for link, is_said in (
        ("https://video.example/1", "How to join: https://video.example/1"),
        (None, {"email": "How to join: Please ask us by replying to this email", "phone": "Tell them how to join."}),
    ):
        for steps in ways if link else ways[1:2]:
            for contact_by in ("email", "phone"):
                with undone(f"{link} {steps} {contact_by}"):
                    request = lived(staff, contact_by=contact_by)
                    request = booking.confirm_request(request, by=staff, now=WEDNESDAY)
                    told(staff)
                    for step in steps[:-1]:
                        request = decisions(staff)[step](request, WEDNESDAY)
                        told(staff)
                    Clinic.objects.update(consult_kind="By video.", video_link=link)
                    request = decisions(staff)[steps[-1]](request, WEDNESDAY)
                    assert (is_said if link else is_said[contact_by]) in said(request)[1]
                    told(staff)
                    reminder = OutboxMessage.objects.get(kind="reminder")
                    assert "has changed" not in letter_of(reminder, now=reminder.not_before)["text"], "it was told"
                    if link:
                        Clinic.objects.update(video_link="https://video.example/2")
                        text = letter_of(reminder, now=reminder.not_before)["text"]
                        assert "How to join has changed since we last told you." in text


def test_a_link_that_changed_is_told_by_what_leaves_the_visit_as_it_is(staff):
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            Clinic.objects.update(**VIDEO)
            request = lived(staff, contact_by=contact_by)
            request = booking.confirm_request(request, by=staff, now=WEDNESDAY)
            told(staff)
            request = booking.move_request(request, starts_at=NEXT, now=WEDNESDAY)
            told(staff)
            Clinic.objects.update(video_link="https://video.example/2")
            subject, text = said(decisions(staff)["declined"](request, WEDNESDAY))
            assert "How to join has changed since we last told you. How to join: https://video.example/2" in text
            assert subject.startswith("The time of your video call is unchanged")
            assert "video call is unchanged" not in text


def test_a_call_that_offers_a_time_says_where_it_is_and_that_counts_once_they_took_it(staff):
    for call_was_marked in (True, False):
        for is_taken in (True, False):
            with undone(f"{call_was_marked} {is_taken}"):
                Clinic.objects.update(**VIDEO)
                request = lived(staff, contact_by="phone")
                request = booking.offer_earlier(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)
                text = said(request)[1]
                assert "If they take it, say: your video call is confirmed for Friday, December 4" in text
                assert "How to join: https://video.example/1" in text
                if call_was_marked:
                    told(staff)
                answer = booking.accept_offer if is_taken else booking.refuse_offer
                request = answer(request, by=staff, now=WEDNESDAY)
                call = OutboxMessage.objects.get(kind="offered")
                assert (call.state, call.marked_by, call.place) == ("done", staff, "By video"), "who records it has called"
                if not is_taken:
                    continue
                Clinic.objects.update(video_link="https://video.example/2")
                reminder = OutboxMessage.objects.get(kind="reminder")
                assert "How to join has changed" in letter_of(reminder, now=reminder.not_before)["text"]
                Clinic.objects.update(consult_kind=None)
                assert "and not By video." in letter_of(reminder, now=reminder.not_before)["text"]


def test_what_an_offer_said_of_the_visit_is_taken_back_and_it_takes_back_what_was_told_before(staff):
    """It says which time stays, also where the message that gave it has not left yet."""
    gone = f"The time you had before, {MONDAY}, {DO_NOT_HOLD}"
    for contact_by in ("email", "phone"):
        for steps in (("offered",), ("offered", "offer_taken_back")):
            with undone(f"{steps} {contact_by}"):
                request = lived(staff, "confirmed", "rescheduled lost", *steps, contact_by=contact_by)
                text = said(request)[1]
                assert f"onfirmed visit is on {TUESDAY}." in text
                assert gone in text
                assert "Nothing else has changed" not in text
                text = said(booking.reschedule_request(request, starts_at=LATER, by=staff, now=WEDNESDAY))[1]
                assert f"The time you had before, {TUESDAY}, {DO_NOT_HOLD}" in text
                assert REPLACES in text
    text = said(lived(staff, "moved unsent", "offered"))[1]
    assert f"answer your request for {TUESDAY}" in text
    assert f"The time you asked for before, {MONDAY}, {DO_NOT_HOLD}" in text


def test_a_visit_is_not_called_unchanged_beside_a_time_that_was_theirs(staff):
    for ends in ("declined", "expired", "move_taken_back"):
        for contact_by in ("email", "phone"):
            with undone(f"{ends} {contact_by}"):
                subject, text = said(lived(staff, "confirmed", "rescheduled unsent", "moved unsent", ends, contact_by=contact_by))
                assert subject.startswith("Your visit is confirmed")
                assert f"The time you had before, {MONDAY}, {DO_NOT_HOLD}" in text
                assert "unchanged" not in text
                assert "still confirmed" not in text


def test_a_letter_that_leaves_the_visit_enters_it_where_its_confirmation_is_known_to_be_lost(staff):
    ways = {
        ("confirmed", "rescheduled lost", "moved"): "and takes the old time out.",
        ("confirmed lost", "moved", "declined"): "puts the confirmed visit in your calendar.",
        ("confirmed lost", "offered", "offer_taken_back"): "puts the confirmed visit in your calendar.",
        ("confirmed", "moved"): "",
        ("confirmed perhaps", "moved"): "",
        ("confirmed unsent", "moved"): "",
    }
    for steps, words in ways.items():
        with undone(str(steps)):
            request = lived(staff, *steps)
            message = last_message(request)
            text = said(request)[1]
            assert ("The attached file" in text, words in text) == (bool(words), True)
            assert bool(letter_of(message)["calendar"]) == bool(words)
            if words:
                assert entry_of(message).decoded("dtstart") == request.confirmed_starts_at


def test_a_time_that_they_asked_back_is_one_time(staff):
    """They read of another one on their page, before the call about that was made."""
    for steps in (("confirmed",), ()):
        with undone(str(steps)):
            request = moved_by_staff(lived(staff, *steps, contact_by="phone"), staff, LATER)
            booking.move_request(request, starts_at=START, now=WEDNESDAY)
            text = " ".join(letter_of(OutboxMessage.objects.get(kind="rescheduled"))["text"].split())
            replaced = MONDAY if steps else f"the time you asked for, {MONDAY}"
            assert f"This replaces {replaced}. You have asked for that time again since, and this still waits" in text
            assert text.count(MONDAY) == 1


def test_a_letter_about_a_request_that_moves_or_is_restored_tells_a_place_that_changed_and_no_later_one_does(staff):
    changed = f"Please note that the place has changed. It was: {OLD_PLACE}. "
    for steps in (("moved",), ("quarantined", "released")):
        with undone(str(steps)):
            request = submit()
            OutboxMessage.objects.update(**FATES[""], place=OLD_PLACE)
            for step in steps:
                request = decisions(staff)[step](request, WEDNESDAY)
            message = last_message(request)
            assert changed in said(request)[1]
            assert "in your calendar" not in said(request)[1], "nothing of it is"
            assert not letter_of(message)["calendar"]
            told(staff)
            assert "has changed" not in said(booking.confirm_request(request, by=staff, now=WEDNESDAY))[1]


def test_what_may_be_lost_ends_neither_an_offer_nor_a_place_nor_an_apology(staff):
    for fate in ("perhaps", ""):
        is_owed = bool(fate)
        with undone(f"an offer {fate}"):
            text = said(lived(staff, "confirmed", "offered", f"moved {fate}", "confirmed unsent"))[1]
            assert ("The time we offered you, Friday" in text) == is_owed
        with undone(f"a place {fate}"):
            request = lived(staff, "confirmed")
            OutboxMessage.objects.filter(state="done").update(place=OLD_PLACE)
            request = decisions(staff)["moved"](request, WEDNESDAY)
            OutboxMessage.objects.filter(kind="moved").update(**FATES[fate], place=Clinic.objects.get().consult_place)
            assert ("the place has changed" in said(decisions(staff)["declined"](request, WEDNESDAY))[1]) == is_owed
        with undone(f"an apology {fate}"):
            request = decisions(staff)["quarantined"](lived(staff), WEDNESDAY)
            late = request.answer_by + timedelta(minutes=1)
            request = booking.release_request(request, by=staff, now=late)
            OutboxMessage.objects.filter(kind="released").update(**FATES[fate])
            assert (APOLOGY in said(booking.confirm_request(request, by=staff, now=late))[1]) == is_owed


def test_a_confirmation_that_a_server_had_whole_may_be_known_though_its_copy_is_refused_and_becomes_a_call(staff):
    request = lived(staff, "confirmed perhaps")
    for problem, words in (
        ("refused_550", f"the visit on {MONDAY} has been cancelled."),
        ("returned_5.1.1", "this is our answer"),
    ):
        with undone(problem):
            refuse(OutboxMessage.objects.get(kind="confirmed"), now=WEDNESDAY, problem=problem)
            assert OutboxMessage.objects.get(kind="confirmed").channel == "call"
            text = said(decisions(staff)["cancelled"](request, WEDNESDAY))[1]
            assert words in text
            assert ("from your own page" in text) == (problem != "refused_550"), "the letter put it in their calendar"


def test_a_confirmation_that_waited_enters_the_visit_over_what_the_page_gave_out_meanwhile(client, staff):
    """A note raised the version of the page's file; then the place changed."""
    request = decisions(staff)["noted"](booking.confirm_request(submit(), by=staff, now=WEDNESDAY), WEDNESDAY)
    (page,) = Calendar.from_ical(client.get(f"/consults/{request.token}/calendar.ics").content).walk("VEVENT")
    letter = entry_of(OutboxMessage.objects.get(kind="confirmed"))
    assert letter["sequence"] == page["sequence"] == request.version


def test_the_call_says_what_the_letter_does_of_the_time_of_a_request_that_ended(staff):
    for step in ("declined", "withdrawn", "expired"):
        for contact_by in ("email", "phone"):
            with undone(f"{step} {contact_by}"):
                text = said(lived(staff, f"{step} unsent", contact_by=contact_by))[1]
                assert any(words in text for words in ("no longer holds th", "holds no time for you")), text
