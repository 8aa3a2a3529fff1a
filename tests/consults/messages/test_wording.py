"""What a letter and a call say about the times before and after: each way there, and the words that tell it apart."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from icalendar import Calendar

from consults import booking
from consults.current_rules import read_rules
from consults.desk.marking import mark_dealt_with
from consults.messages.facts import Before, Facts
from consults.messages.reading import read_message
from consults.models import ConsultRequest, OutboxMessage, Reason
from pages.models import Clinic
from tests.builders import ADA, WEDNESDAY, letter_of, local, submit
from tests.consults.statuses import LATER, START, decisions, reason, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
FRIDAY, MONDAY, TUESDAY, WEDNESDAY_9 = (
    f"{day}, 2026, 4:00 PM to 4:30 PM Central Time"
    for day in ("Friday, December 4", "Monday, December 7", "Tuesday, December 8", "Wednesday, December 9")
)
THURSDAY = local("2026-12-10 16:00")
REPLACES_ASKED = f"This replaces the time you asked for, {MONDAY}, which is no longer held for you."
REPLACES = f"This replaces {MONDAY}, which is no longer held for you."
MOVED_FROM_MONDAY = f"Your visit had been moved to that time from {MONDAY}, which is no longer held for you either."
NO_OFFER = f"The time we offered you, {FRIDAY}, is no longer held."
BRING = "bring a list of your medicines"


def asked(staff, *steps: str, contact_by: str = "email", timeless: bool = False) -> ConsultRequest:
    """A request, or one without a time, after these decisions, each of which was told before the next."""
    if timeless:
        person = replace(ADA, contact_by=contact_by)
        request = booking.submit_request(submission_key="none", starts_at=None, person=person, now=WEDNESDAY)
    else:
        request = submit(wants_earlier=True, contact_by=contact_by)
    for step in steps:
        late = step == "expired"
        OutboxMessage.objects.exclude(kind="reminder").update(state="done")
        if step == "rescheduled":
            request = booking.reschedule_request(request, starts_at=LATER, by=staff, now=WEDNESDAY)
            continue
        request = decisions(staff)[step](request, request.answer_by if late else WEDNESDAY)
    return request


def last_message(request: ConsultRequest) -> OutboxMessage:
    return OutboxMessage.objects.filter(event__request=request, recipient="patient").exclude(kind="reminder").last()


def said(request: ConsultRequest) -> tuple[str, str]:
    """The subject, and the text in one line."""
    letter = letter_of(last_message(request))
    return letter["subject"], " ".join(letter["text"].split())


WAYS = [
    (("confirmed",), False, "Confirmed: Monday", [BRING, "The attached file puts the visit in your calendar. "]),
    (
        ("confirmed", "moved", "confirmed"),
        False,
        "Confirmed at a new time: Tuesday",
        [REPLACES, "in your calendar and takes the old time out", BRING],
    ),
    (("rescheduled",), False, "Confirmed at a new time: Wednesday", [REPLACES_ASKED, "We have a new time for you", BRING]),
    (("rescheduled",), True, "Confirmed: Wednesday", ["We found a time for you, and it is confirmed.", BRING]),
    (("confirmed", "rescheduled"), False, "Confirmed at a new time: Wednesday", [REPLACES]),
    (
        ("confirmed", "moved", "rescheduled"),
        False,
        "Confirmed at a new time: Wednesday",
        [REPLACES, f"The other time you asked for, {TUESDAY}, is no longer held for you."],
    ),
    (
        ("offered", "offer_accepted"),
        True,
        "Confirmed: Friday",
        ["You took the time that we offered, and it is confirmed. Time:", BRING],
    ),
    (("offered", "offer_accepted"), False, "Confirmed at a new time: Friday", [REPLACES_ASKED, BRING]),
    (("confirmed", "offered", "offer_accepted"), False, "Confirmed at a new time: Friday", [REPLACES]),
    (("moved",), True, "You asked for this time, not yet confirmed: Tuesday", [f"Time you asked for: {TUESDAY}"]),
    (
        ("moved",),
        False,
        "You asked for this time, not yet confirmed: Tuesday",
        [f"The time you asked for before, {MONDAY}, is no longer held for you."],
    ),
    (
        ("confirmed", "moved"),
        False,
        "You asked for this time, not yet confirmed: Tuesday",
        [f"write to say so. Confirmed visit: {MONDAY}", f"not yet confirmed: {TUESDAY}", "please plan on the confirmed visit"],
    ),
    (("confirmed", "moved", "declined"), False, "Your visit is unchanged: Monday", [f"We cannot offer {TUESDAY}."]),
    (("confirmed", "moved", "move_taken_back"), False, "Your visit is unchanged: Monday", ["You chose to keep your visit."]),
    (
        ("confirmed", "moved", "expired"),
        False,
        "Your visit is unchanged: Monday",
        [f"another time, {TUESDAY}, and"],
    ),
    (("expired",), False, "We did not answer your request: Monday", ["You can ask again here:"]),
    (("declined",), False, "About your request: Monday", [f"our answer to your request for {MONDAY}"]),
    (("offered", "declined"), False, "About your request: Monday", [NO_OFFER]),
    (
        ("offered", "withdrawn"),
        False,
        "You withdrew your request: Monday",
        [NO_OFFER],
    ),
    (
        ("confirmed", "offered", "cancelled"),
        False,
        "Cancelled: Monday",
        [f"{MONDAY} The clinic has to close at that time. {NO_OFFER} The attached file"],
    ),
    (
        ("offered", "expired"),
        True,
        "We did not answer your request",
        ["We did not answer your request in time", NO_OFFER],
    ),
    (("withdrawn",), False, "You withdrew your request: Monday", ["Your request is withdrawn, as you asked"]),
    (("withdrawn",), True, "You withdrew your request", ["Your request is withdrawn, as you asked"]),
    (("confirmed", "withdrawn"), False, "You cancelled your visit: Monday", ["Your visit is cancelled, as you asked"]),
    (
        ("confirmed", "moved", "withdrawn"),
        False,
        "You cancelled your visit: Monday",
        [f"): {MONDAY} The other time you asked for, {TUESDAY}, is no longer held for you."],
    ),
    (
        ("confirmed", "cancelled"),
        False,
        "Cancelled: Monday",
        [f": {MONDAY} The clinic has to close at that time. The attached file takes the visit out of your calendar. You can ask"],
    ),
    (
        ("confirmed", "moved", "cancelled"),
        False,
        "Cancelled: Monday",
        [f"The other time you asked for, {TUESDAY}, is no longer held for you."],
    ),
    (
        ("confirmed", "moved", "moved"),
        False,
        "You asked for this time, not yet confirmed: Wednesday",
        [f"Confirmed visit: {MONDAY}", f"The time you asked for before, {TUESDAY}, is no longer held for you. You can keep"],
    ),
    (
        ("offered",),
        False,
        "A time we can offer you: Friday",
        [f"that visit is confirmed at once. If you say no, we will still answer your request for {MONDAY} by Friday, December 4"],
    ),
    (("offered",), True, "A time we can offer you: Friday", ["we will still answer your request by Friday, December 4"]),
    (("confirmed", "offered"), False, "A time we can offer you: Friday", [f"your confirmed visit stays on {MONDAY}"]),
    (
        ("offered", "offer_taken_back"),
        False,
        "The offered time is no longer held: Friday",
        [f"We will still answer your request for {MONDAY} by Friday, December 4, 2026, 8:00 PM Central Time."],
    ),
    (
        ("confirmed", "offered", "offer_taken_back"),
        False,
        "The offered time is no longer held: Friday",
        [f"Your confirmed visit stays on {MONDAY}."],
    ),
]


@pytest.mark.parametrize(
    ("steps", "timeless", "subject", "sentences"), WAYS, ids=[f"{'none ' * way[1]}{' '.join(way[0])}" for way in WAYS]
)
def test_a_letter_says_what_is_confirmed_and_what_it_replaces(staff, steps, timeless, subject, sentences):
    found, text = said(asked(staff, *steps, timeless=timeless))
    assert re.sub(r", December \d+, 4:00 PM$", "", found) == subject
    for sentence in sentences:
        assert sentence in text
    confirmed_once = "confirmed" in steps or "rescheduled" in steps
    assert confirmed_once or "Your confirmed visit" not in text
    assert ("This replaces" in text) == (found.startswith("Confirmed at a new time"))


def test_a_new_time_that_was_never_answered_is_named_as_the_lost_one(staff):
    request = booking.expire_request(asked(staff, "confirmed", "moved"), now=local("2026-12-08 17:00"))
    subject, text = said(request)
    assert subject == "Your new time is no longer held: Tuesday, December 8, 4:00 PM"
    assert f"another time for your visit, {TUESDAY}, and we did not answer" in text
    assert f"Your confirmed visit was: {MONDAY}" in text


@pytest.mark.parametrize("contact_by", ["email", "phone"])
def test_a_request_that_is_restored_without_its_time_names_the_one_that_is_not_held(staff, contact_by):
    request = asked(staff, "quarantined", contact_by=contact_by)
    request = booking.release_request(request, by=staff, now=WEDNESDAY, without_time=True)
    assert f"The time you asked for, {MONDAY}, is no longer held for you." in said(request)[1]
    request = booking.offer_earlier(request, starts_at=local("2026-12-04 16:00"), by=staff, now=WEDNESDAY)
    assert "None of the listed times" not in said(request)[1]


ENDS_OF_AN_OFFER = [
    ("confirmed", "rescheduled"),
    ("confirmed", "cancelled"),
    ("rescheduled", "rescheduled"),
    ("moved", "moved"),
    ("offer_taken_back", "confirmed"),
    ("offer_taken_back", "declined"),
    ("quarantined", "released"),
]


@pytest.mark.parametrize("contact_by", ["email", "phone"])
def test_the_end_of_an_offer_that_they_were_told_of_is_said_once_whichever_letter_leaves(staff, contact_by):
    """What a letter that never left would have said, the next one says."""
    for steps in ENDS_OF_AN_OFFER:
        with undone(str(steps)):
            request = asked(staff, "offered", contact_by=contact_by)
            OutboxMessage.objects.exclude(kind="reminder").update(state="done")
            for step in steps:
                request = decisions(staff)[step](request, WEDNESDAY)
            assert NO_OFFER in said(request)[1]
            OutboxMessage.objects.exclude(state="dropped").update(state="done")
            if request.status in ConsultRequest.HOLDS_A_SEAT:
                assert NO_OFFER not in said(booking.withdraw_request(request, by=staff, now=WEDNESDAY))[1]


def test_a_second_offer_names_the_first_where_nobody_was_told_that_it_has_ended(staff):
    request = asked(staff, "offered", contact_by="email")
    OutboxMessage.objects.update(state="done")
    booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    booking.offer_earlier(request, starts_at=local("2026-12-03 16:00"), by=staff, now=WEDNESDAY)
    subject, text = said(request)
    assert subject == "A time we can offer you: Thursday, December 3, 4:00 PM"
    assert NO_OFFER in text


def moved_by_staff(request: ConsultRequest, staff, *starts) -> ConsultRequest:
    for start in starts:
        request = booking.reschedule_request(request, starts_at=start, by=staff, now=WEDNESDAY)
    return request


@pytest.mark.parametrize(
    ("steps", "sentences"),
    [
        pytest.param((), ["We have a new time for you", REPLACES_ASKED, "in your calendar. "], id="asked for"),
        pytest.param(("confirmed",), ["We have a new time for you", REPLACES, "and takes the old time out"], id="confirmed"),
        pytest.param(
            ("confirmed", "moved", "expired"),
            [REPLACES, f"The other time you asked for, {TUESDAY}, is no longer held for you."],
            id="a move ended untold",
        ),
    ],
)
@pytest.mark.parametrize("contact_by", ["email", "phone"])
def test_a_letter_names_only_what_its_reader_knew_before(staff, steps, sentences, contact_by):
    """Staff move it twice before the first letter leaves: the time between is nobody's news."""
    request = asked(staff, *steps, contact_by=contact_by)
    if "expired" not in steps:
        OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    request = moved_by_staff(request, staff, THURSDAY, LATER)
    subject, text = said(request)
    assert "December 10" not in text
    if contact_by == "email":
        assert subject == "Confirmed at a new time: Wednesday, December 9, 4:00 PM"
        for sentence in sentences:
            assert sentence in text
    else:
        assert f"{MONDAY}, which is no longer held for you." in text
    moved_by_staff(request, staff, THURSDAY)
    assert MONDAY in said(request)[1]
    OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    moved_by_staff(request, staff, LATER)
    assert "replaces Thursday, December 10" in said(request)[1], "that one they were told of"


def test_a_time_that_staff_changed_and_changed_back_is_unchanged(staff):
    request = asked(staff, "confirmed")
    OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    subject, text = said(moved_by_staff(request, staff, LATER, START))
    assert subject == "Confirmed: Monday, December 7, 4:00 PM"
    assert "Your time is unchanged, and it is confirmed." in text
    assert "If your own page showed another time meanwhile, that one is no longer held." in text
    assert "The attached file keeps the visit in your calendar. " in text
    assert "December 9" not in text


def test_a_visit_that_is_cancelled_before_its_new_time_was_told_names_the_time_they_knew(staff):
    request = asked(staff, "confirmed")
    OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    request = decisions(staff)["cancelled"](moved_by_staff(request, staff, THURSDAY, LATER), WEDNESDAY)
    text = said(request)[1]
    assert f": {WEDNESDAY_9} The clinic has to close at that time. {MOVED_FROM_MONDAY} The attached" in text
    assert "December 10" not in text


@pytest.mark.parametrize(
    ("contact_by", "steps", "sentence"),
    [
        (
            "email",
            ("confirmed",),
            f": {WEDNESDAY_9} {MOVED_FROM_MONDAY}",
        ),
        (
            "phone",
            ("confirmed",),
            f"your visit on {WEDNESDAY_9}. {MOVED_FROM_MONDAY}",
        ),
    ],
)
def test_who_withdraws_before_a_new_time_was_told_reads_of_the_time_they_knew(staff, contact_by, steps, sentence):
    """A colleague may do it for them: they have not read their page."""
    request = asked(staff, *steps, contact_by=contact_by)
    OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    booking.withdraw_request(moved_by_staff(request, staff, THURSDAY, LATER), by=staff, now=WEDNESDAY)
    subject, text = said(request)
    assert subject.startswith("You cancelled your visit")
    assert sentence in text
    assert "December 10" not in text


@pytest.mark.parametrize(("contact_by", "subject"), [("email", "{}: Monday, December 7, 4:00 PM"), ("phone", "{}")])
def test_who_never_heard_of_a_visit_hears_of_the_end_of_their_request_alone(client, staff, contact_by, subject):
    """Not of a time that they did not ask for, in letter and page alike. The page may have filled their calendar."""
    for step, heading in (("cancelled", "About your request"), ("withdrawn", "You withdrew your request")):
        for moves in ((), (THURSDAY, LATER)):
            with undone(f"{step} {moves}"):
                request = asked(staff, contact_by=contact_by)
                OutboxMessage.objects.update(state="done")
                request = moved_by_staff(booking.confirm_request(request, by=staff, now=WEDNESDAY), staff, *moves)
                if step == "cancelled":
                    booking.cancel_request(request, reason=reason("cancel"), by=staff, now=WEDNESDAY)
                else:
                    booking.withdraw_request(request, by=staff, now=WEDNESDAY)
                found, text = said(request)
                assert found.startswith(subject.format(heading))
                assert MONDAY in text
                assert not re.search("your visit|December (9|10)|has been cancelled", text)
                it_goes = "the attached file takes it out" if contact_by == "email" else "please take it out"
                assert f"If you put a time in your calendar from your own page, {it_goes}." in text
                assert text.count("calendar") == 1
                if contact_by == "email":
                    (entry,) = Calendar.from_ical(letter_of(last_message(request))["calendar"]).walk("VEVENT")
                    assert (entry["status"], entry.decoded("dtstart")) == ("CANCELLED", START)
                page = client.get(f"/consults/{request.token}/").content.decode().partition("<main")[2]
                assert "We closed this request" if step == "cancelled" else "You withdrew this request" in page
                assert f"<dt>Time that this request no longer holds</dt><dd>{MONDAY}</dd>" in page
                assert not re.search("ancelled|December (9|10), 2026, 4:00 PM to", page), "the page says what the letter says"
                assert not OutboxMessage.objects.filter(kind__in=["confirmed", "rescheduled"], state="waiting").exists()


def test_who_read_that_it_is_confirmed_on_their_page_cancels_a_visit(staff):
    request = asked(staff, "confirmed")
    booking.withdraw_request(request, now=WEDNESDAY)
    assert said(request)[0].startswith("You cancelled your visit")


@pytest.mark.parametrize("contact_by", ["email", "phone"])
def test_a_move_after_a_decline_that_never_left_says_that_the_other_time_is_not_held(staff, contact_by):
    request = asked(staff, "confirmed", "moved", contact_by=contact_by)
    OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    request = decisions(staff)["declined"](request, WEDNESDAY)
    text = said(booking.move_request(request, starts_at=LATER, now=WEDNESDAY))[1]
    assert f"The time you asked for before, {TUESDAY}, is no longer held for you." in text


def test_patients_who_decide_know_what_their_page_says(staff):
    request = asked(staff, "confirmed")
    OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    moved_by_staff(request, staff, LATER)
    booking.move_request(request, starts_at=THURSDAY, now=WEDNESDAY)
    assert f"Confirmed visit: {WEDNESDAY_9}" in said(request)[1]
    assert f"This replaces {WEDNESDAY_9}" in said(booking.confirm_request(request, by=staff, now=WEDNESDAY))[1]


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (("confirmed", "withdrawn"), f"you cancelled your visit on {MONDAY}"),
        (("withdrawn",), f"you withdrew your request for {MONDAY}"),
        (("confirmed", "rescheduled"), f"{WEDNESDAY_9}, at 200 Schilling Dr S., Dundas, MN 55019"),
        (("confirmed", "rescheduled"), REPLACES),
        (("offered",), "by Friday, December 4, 2026, 8:00 PM Central Time. Then: ask whether they take it"),
        (("offered",), "held for you until Friday, December 4, 2026, 2:00 PM Central Time, or until we answer your request."),
        (("confirmed", "moved", "declined"), f"we cannot offer {TUESDAY}"),
        (("confirmed", "moved", "rescheduled"), f"The other time you asked for, {TUESDAY}, is no longer held for you."),
        (("confirmed", "moved", "cancelled"), f"The other time you asked for, {TUESDAY}, is no longer held for you."),
        (("confirmed", "moved", "withdrawn"), f"The other time you asked for, {TUESDAY}, is no longer held for you."),
        (("confirmed", "moved", "move_taken_back"), f"The time you asked for, {TUESDAY}, is no longer held for you."),
        (("confirmed", "moved", "moved"), f"The time you asked for before, {TUESDAY}, is no longer held for you."),
    ],
)
def test_a_call_says_it_too_and_keeps_what_to_do_apart(staff, steps, sentence):
    assert sentence in said(asked(staff, *steps, contact_by="phone"))[1]


@pytest.mark.slow
def test_a_clinic_that_calls_says_call_everywhere_and_names_no_place_to_come_to(client, staff):
    clinic = Clinic.objects.get()
    clinic.consult_kind, clinic.parking = "By phone.", "Behind the house."
    clinic.save()
    for contact_by in ("email", "phone"):
        for steps, timeless, *_ in WAYS:
            before = transaction.savepoint()
            request = asked(staff, *steps, contact_by=contact_by, timeless=timeless)
            subject, text = said(request)
            spoken = text.partition("Modern Therapeutics 200 Schilling")[0]
            assert not re.search(r"visit|200 Schilling|Behind the house|\bcome\b|Place:", f"{subject} {spoken}", re.I), (
                steps,
                text,
            )
            assert not re.search(r"your call[^.]*, by phone", spoken), (steps, text)
            page = client.get(f"/consults/{request.token}/").content.decode().partition("<main")[2].partition("</main>")[0]
            assert not re.search(r"\bvisit", re.sub(r"<[^>]*>", " ", page), re.I), steps
            transaction.savepoint_rollback(before)
    (entry,) = Calendar.from_ical(letter_of(last_message(asked(staff, "confirmed")))["calendar"]).walk("VEVENT")
    assert (entry["summary"], entry["location"]) == ("Call with Modern Therapeutics", "By phone")


def test_who_gave_no_number_for_a_call_is_asked_for_one_and_a_video_call_says_how_one_joins(client, desk, staff):
    Clinic.objects.update(consult_kind="By phone.", phone="(507) 555-0100")
    assert "We will call you for the consult: please give a phone number" in client.get("/book-a-consult/").content.decode()
    for phone, is_asked in (("", True), ("507-555-0199", False)):
        request = submit(key=f"key{phone}", phone=phone)
        page = desk.get(f"/admin/consults/consultrequest/{request.pk}/change/").content.decode()
        assert ("No phone number: ask for one first" in page) == is_asked
        _, text = said(booking.confirm_request(request, by=staff, now=WEDNESDAY))
        asks = "If you have not told us one since, please reply to this email with it, or call us at (507) 555-0100."
        assert (asks in text) == is_asked
        assert "none to call" not in text, "they may have answered the letter before"
        booking.withdraw_request(request, now=WEDNESDAY)
    Clinic.objects.update(consult_kind="By video call.")
    for link, by_mail, by_phone in (
        (None, "How to join: Please ask us by replying to this email before it begins.", "Tell them how to join."),
        ("Open https://video.example.com/us.", *["How to join: Open https://video.example.com/us."] * 2),
    ):
        Clinic.objects.update(video_link=link)
        for contact_by, sentence in (("email", by_mail), ("phone", by_phone)):
            with undone(f"{link} {contact_by}"):
                request = submit(key="video", contact_by=contact_by)
                page = desk.get(f"/admin/consults/consultrequest/{request.pk}/change/").content.decode()
                assert ("Nobody has set how to join by video" in page) == (link is None)
                _, text = said(booking.confirm_request(request, by=staff, now=WEDNESDAY))
                assert sentence in text
                assert "Your phone number" not in text


@pytest.mark.parametrize(
    ("allowed", "words"), [(True, "your name, the clinic's name and number"), (False, "Do not leave a voicemail.")]
)
def test_a_call_says_whether_to_leave_a_voicemail_and_names_the_clinic_to_nobody_else(allowed, words):
    text = said(submit(contact_by="phone", phone="507-555-0100", voicemail_ok=allowed))[1]
    assert words in text
    assert "Do not name the clinic to anybody else who answers." in text


def test_a_letter_that_may_go_to_a_stranger_says_what_to_do_with_it(staff):
    request = submit()
    stranger = "If this email is not for you, please delete it, and do not open the link."
    assert stranger in said(request)[1]
    OutboxMessage.objects.update(state="done")
    request = booking.readdress_request(request, email="right@example.com", now=WEDNESDAY)
    old, new = (letter_of(OutboxMessage.objects.get(kind=kind))["text"] for kind in ("old_address", "readdressed"))
    assert (stranger in old, stranger in new) == (False, True)
    OutboxMessage.objects.update(state="done")
    assert stranger not in said(booking.confirm_request(request, by=staff, now=WEDNESDAY))[1]


def test_the_reminder_names_its_day_so_that_it_is_true_however_late_it_leaves(staff):
    asked(staff, "confirmed")
    text = letter_of(OutboxMessage.objects.get(kind="reminder"), now=local("2026-12-07 09:00"))["text"]
    assert "A reminder of your visit on Monday, December 7, 2026:" in text
    assert "tomorrow" not in text


@pytest.mark.parametrize("may_ask_again", [True, False])
def test_only_a_reason_that_leaves_it_open_invites_to_ask_again(staff, may_ask_again):
    text = "You sent this request twice."
    reason = Reason.objects.create(use="decline", code="twice", label="Twice", text=text, may_ask_again=may_ask_again)
    request = booking.decline_request(submit(), reason=reason, by=staff, now=WEDNESDAY)
    _, letter = said(request)
    assert text in letter
    assert ("ask again" in letter, "/book-a-consult/" in letter) == (may_ask_again, may_ask_again)


def test_a_declined_move_gives_a_reason_that_leaves_the_visit_its_time(staff):
    """A reason without one of its own says the same of both."""
    for for_move in ("That time does not work for the clinic.", ""):
        with undone(for_move):
            text = "We found no time that works for you."
            reason = Reason.objects.create(use="decline", code="time", label="Time", text=text, text_for_move=for_move)
            declined = booking.decline_request(submit(key="other", starts_at=LATER), reason=reason, by=staff, now=WEDNESDAY)
            assert text in said(declined)[1]
            letter = said(booking.decline_request(asked(staff, "confirmed", "moved"), reason=reason, by=staff, now=WEDNESDAY))[1]
            assert f"We cannot offer {TUESDAY}. {for_move or text} Your visit is unchanged" in letter


def test_a_move_is_declined_for_a_reason_of_time_only(staff):
    request = asked(staff, "confirmed", "moved")
    other = Reason.objects.create(use="decline", code="other", label="Other care", text="Other care.", is_about_time=False)
    with pytest.raises(booking.NotAllowed, match="wrong_reason"):
        booking.decline_request(request, reason=other, by=staff, now=WEDNESDAY)
    assert other.actions == {"decline"}


def test_facts_that_were_sealed_before_they_held_what_went_before_are_still_read(staff):
    message = last_message(asked(staff, "confirmed"))
    old = {name: value for name, value in message.opened.items() if name not in {"before", "may_ask_again"}}
    assert (Facts.from_json(old).before, Facts.from_json(old).may_ask_again) == (Before(), True)
    message.seal(old)
    assert "Your visit is confirmed." in read_message(message, read_rules(WEDNESDAY), now=WEDNESDAY).text


def test_a_call_that_changes_a_confirmed_visit_names_the_calendar_that_no_file_reaches(staff):
    """A letter may have entered the visit before its address took no more, and the page has the file for everybody."""
    change, take_out = "If the visit is in your calendar, please change it there too.", "please take it out."
    for steps, sentence in (
        (("confirmed",), ""),
        (("confirmed", "moved", "confirmed"), change),
        (("confirmed", "rescheduled"), change),
        (("confirmed", "offered"), "If they take it and the visit is in their calendar, ask them to change it there too."),
        (("confirmed", "cancelled"), take_out),
        (("confirmed", "withdrawn"), take_out),
        (("withdrawn",), ""),
        (("offered",), ""),
    ):
        with undone(" ".join(steps)):
            text = said(asked(staff, *steps, contact_by="phone"))[1]
            assert sentence in text
            assert ("calendar" in text) == bool(sentence)


def test_a_letter_invites_to_what_the_page_still_lets_them_do_when_it_leaves(staff):
    """Asked at the instant of sending: a letter may wait, and what it says of is soon or late by then."""
    Clinic.objects.update(phone="507-555-0199")
    choose = "please choose another one, or cancel your visit, on"
    cancel = "please call us at 507-555-0199, or cancel your visit on your own page:"
    for steps in (
        ("confirmed",),
        ("rescheduled",),
        ("offered", "offer_accepted"),
        ("confirmed", "moved", "declined"),
        ("confirmed", "moved", "expired"),
        ("confirmed", "moved", "move_taken_back"),
    ):
        with undone(" ".join(steps)):
            request = asked(staff, *steps)
            message, start = last_message(request), request.starts_at

            def text(now, message=message):
                return " ".join(letter_of(message, now=now)["text"].split())

            early, soon, late = text(start - timedelta(hours=2, minutes=1)), text(start - timedelta(hours=2)), text(start)
            assert (choose in early, cancel in early) == (True, False)
            assert (choose in soon, cancel in soon) == (False, True)
            assert "It is too late to choose another time online." in soon
            assert (choose in late, cancel in late, request.token in late) == (False, False, False)
            if "moved" not in steps:
                assert "This email comes late, and we are sorry: the time of your visit has begun or has passed." in late
                assert BRING not in late
            OutboxMessage.objects.filter(pk=message.pk).update(state="done", done_at=start - timedelta(days=1))
            message.refresh_from_db()
            assert text(start) == early, "the desk reads what was sent"


def test_a_time_that_they_asked_for_again_before_its_letter_left_is_not_called_lost(staff):
    request = asked(staff, "confirmed", "moved")
    OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    request = booking.confirm_request(request, by=staff, now=WEDNESDAY)
    confirmed = last_message(request)
    assert REPLACES in said(request)[1]
    booking.move_request(request, starts_at=START, now=WEDNESDAY)
    confirmed = OutboxMessage.objects.get(pk=confirmed.pk)
    assert confirmed.state == "waiting"
    assert f"This replaces {MONDAY}. " in " ".join(letter_of(confirmed)["text"].split())


def test_a_call_that_nobody_made_until_the_visit_began_asks_about_it(staff):
    """Who was not told may not have come, so the call is still to make; nobody is told of a visit ahead."""
    for steps in (
        ("confirmed",),
        ("rescheduled",),
        ("offered", "offer_accepted"),
        ("confirmed", "moved", "declined"),
        ("confirmed", "moved", "expired"),
        ("confirmed", "moved", "move_taken_back"),
    ):
        with undone(str(steps)):
            request = asked(staff, *steps, contact_by="phone")
            early, late = (letter_of(last_message(request), now=now)["text"] for now in (WEDNESDAY, request.starts_at))
            assert ("took place" in early, "took place" in late) == (False, True)
            assert not re.search("is confirmed|is unchanged|work|bring", late), late
    asked(staff, "confirmed", contact_by="phone")
    reminder = OutboxMessage.objects.get(kind="reminder")
    assert "Say: a reminder" in letter_of(reminder)["text"]
    assert "Do not call to remind" in letter_of(reminder, now=START)["text"]


@pytest.mark.parametrize("contact_by", ["email", "phone"])
def test_who_was_set_aside_until_our_answer_was_late_reads_an_apology(staff, contact_by):
    """Whoever told the reply time, a letter or their page alone, it stays while it is ahead."""
    for days, was_told in ((0, True), (1, True), (1, False), (3, True), (3, False)):
        with undone(f"{days} {was_told}"):
            request = submit(contact_by=contact_by)
            if was_told:
                OutboxMessage.objects.update(state="done")
            promised = request.answer_by
            booking.quarantine_request(request, by=staff, now=WEDNESDAY)
            now = WEDNESDAY + timedelta(days=days)
            request = booking.release_request(request, by=staff, now=now)
            is_late = promised <= now
            assert ("we would answer your request sooner, and we did not" in said(request)[1]) == is_late
            assert request.answer_by > now if is_late else request.answer_by == promised


def test_no_letter_promises_an_answer_by_an_instant_that_is_past(staff):
    """A hold keeps open what is overdue, and its page lets them correct the address. A letter may be held back as well."""
    for contact_by in ("email", "phone"):
        with undone(contact_by):
            first = last_message(submit(contact_by=contact_by))
            request = first.event.request
            promise, late = "we will answer by ", request.answer_by + timedelta(hours=27)
            texts = [" ".join(letter_of(first, now=at)["text"].split()).lower() for at in (WEDNESDAY, late)]
            assert [promise in text for text in texts] == [True, False]
            assert "will answer as soon as we can." in texts[1]
            if contact_by == "email":
                booking.readdress_request(request, email="right@example.com", now=late)
                assert "We will answer as soon as we can. There is nothing else you need to do now." in said(request)[1]


@pytest.mark.parametrize("is_dealt_with", [True, False])
def test_who_was_told_otherwise_of_what_could_not_be_sent_is_told_of_what_changes_it(staff, is_dealt_with):
    """A colleague called and chose "Dealt with". Who heard of nothing is told of no change, and of the end of a request alone."""

    def could_not_be_sent(kind: str) -> None:
        letters = OutboxMessage.objects.filter(kind=kind, recipient="patient")
        letters.update(state="failed", problem="refused_550", attempts=1)
        if is_dealt_with:
            assert mark_dealt_with(letters, by=staff, now=WEDNESDAY) == 1

    request = asked(staff, "offered")
    could_not_be_sent("offered")
    booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    assert OutboxMessage.objects.filter(kind="offer_taken_back", recipient="patient").exists() == is_dealt_with

    request = booking.confirm_request(submit(key="other", starts_at=LATER), by=staff, now=WEDNESDAY)
    could_not_be_sent("confirmed")
    request = booking.cancel_request(request, reason=reason("cancel"), by=staff, now=WEDNESDAY)
    assert said(request)[0].startswith("Cancelled" if is_dealt_with else "About your request")


def test_the_letter_to_an_old_address_promises_no_answer_that_may_have_ended(staff):
    request = submit()
    OutboxMessage.objects.update(state="done")
    request = booking.readdress_request(request, email="right@example.com", now=WEDNESDAY)
    booking.withdraw_request(request, by=staff, now=WEDNESDAY)
    old = OutboxMessage.objects.get(kind="old_address", state="waiting")
    assert f"The request with reference {request.reference} was moved to another email address." in letter_of(old)["text"]
    assert "answer" not in letter_of(old)["text"].partition("Please do not send")[0]


def test_a_correction_while_a_request_was_set_aside_is_told_at_both_addresses_once_it_is_let_in(staff):
    for was_told in (True, False):
        with undone(str(was_told)):
            request = submit()
            if was_told:
                OutboxMessage.objects.update(state="done")
            booking.quarantine_request(request, by=staff, now=WEDNESDAY)
            booking.readdress_request(request, email="right@example.com", now=WEDNESDAY)
            assert not OutboxMessage.objects.filter(state="waiting").exists()
            request = booking.release_request(request, by=staff, now=WEDNESDAY)
            to = {m.kind: letter_of(m)["to"] for m in OutboxMessage.objects.filter(state="waiting", recipient="patient")}
            assert to == {"released": "right@example.com"} | ({"old_address": "ada@example.com"} if was_told else {})
            released = OutboxMessage.objects.get(kind="released", recipient="patient")
            assert "Your own page has a new link. It shows the status" in letter_of(released)["text"]
    assert "new link" not in said(asked(staff, "quarantined", "released"))[1]
