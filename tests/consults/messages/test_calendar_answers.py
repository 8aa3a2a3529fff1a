"""A no to the entry in a patient's calendar is a question to ask them, and never cancels."""

import base64
import logging
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail

from clinic_site import delivery_reports
from consults import booking
from consults.desk.marking import mark_made
from consults.desk.outbox_words import letter_of
from consults.messages.calendar_answers import CalendarAnswer, read_answer
from consults.messages.declined_entries import if_ours, take_answer
from consults.messages.delivery import deliver_due
from consults.messages.known import is_called
from consults.messages.mailbox import MailboxReader
from consults.models import Event, OutboxMessage
from tests.builders import WEDNESDAY, local, submit
from tests.builders import letter_of as words_of
from tests.consults.messages.test_mailbox_reader import ACCOUNT, Server, server  # noqa: F401
from tests.consults.statuses import decisions, undone
from tests.reports import HOST, OURS, report

MONDAY = local("2026-12-07 16:00")
VISIT = ("DTSTART:20261207T220000Z", f"UID:{OURS}", "ATTENDEE;CN=Ada;PARTSTAT=DECLINED:mailto:ada@example.com")
ZONES = (("Central Standard Time", 16), ("America/Chicago", 16), ("Pacific Standard Time", 14), ("UTC", 22))
ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:X",
    "BEGIN:STANDARD",
    "DTSTART:16010101T020000",
    "RRULE:FREQ=SECONDLY",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def with_words(text: str) -> bytes:
    return base64_inside(text, ("Content-Type: text/plain", "Could I come on Tuesday instead?"))


def calendar(*lines: str, method: str = "REPLY", before: tuple[str, ...] = ()) -> str:
    inside = (f"METHOD:{method}", *before, "BEGIN:VEVENT", *lines, "END:VEVENT")
    return "\r\n".join(("BEGIN:VCALENDAR", *inside, "END:VCALENDAR", ""))


def single(text: str) -> bytes:
    subject = "Subject: Declined: Visit at Modern Therapeutics"
    return f"Content-Type: text/calendar; method=REPLY; charset=utf-8\n{subject}\n\n{text}".encode()


def base64_inside(text: str, *beside: tuple[str, str]) -> bytes:
    """As Gmail packs it: an alternative within a mail of several parts. `beside`: the other parts, by default an empty text."""
    packed = base64.encodebytes(text.encode()).decode()
    headers = "Content-Type: text/calendar; charset=UTF-8; method=REPLY\nContent-Transfer-Encoding: base64"
    inner = report(*(beside or [("Content-Type: text/plain", "\r\n")]), (headers, packed), kind="alternative")
    inner = inner.replace("boundary=b", "boundary=inner").replace("--b", "--inner")
    head, _, body = inner.partition("\n\n")
    return report((head, body), kind="mixed").encode()


def test_what_calendar_programs_send_is_read_and_nothing_else():
    yes = VISIT[2].replace("DECLINED", "ACCEPTED")
    in_zones = [(f"DTSTART;TZID={zone}:20261207T{hour}0000", *VISIT[1:]) for zone, hour in ZONES]
    unknown = [
        (f"DTSTART{zone}:20261207T160000", *VISIT[1:])
        for zone in ("", ";TZID=X", ";TZID=../UTC", ";TZID=America", ";TZID=" + "a/" * 500)
    ]
    version = (*VISIT, "SEQUENCE:7", "DTSTAMP:20261202T180000Z")
    alarm = ("BEGIN:VALARM", VISIT[2], "END:VALARM")
    folded = (*VISIT[:2], 'ATTENDEE;CN="Ada: Example; the patient";PARTST\r\n AT=DECLINED:mailto:ada@example.com')
    no = CalendarAnswer(OURS, is_no=True, start=MONDAY)
    for text, answer in (
        (calendar(*VISIT), no),
        (calendar(*VISIT).replace("\r\n", "\n"), no),
        (calendar(*folded), no),
        (calendar(*VISIT, f"UID:{str(OURS).upper()}"), no),
        (calendar("X-NO-LINE", *VISIT), replace(no, has_words=True)),
        *((calendar(*named, before=ZONE), no) for named in in_zones),
        *((calendar(*named, before=ZONE), CalendarAnswer(OURS, is_no=True)) for named in unknown),
        (calendar(*version, before=ZONE), replace(no, sequence=7, written_at=local("2026-12-02 12:00"))),
        (calendar(*VISIT, "SEQUENCE:-1", "DTSTAMP:soon", "BEGIN:VALARM", *version[-2:], "END:VALARM"), no),
        (calendar(*VISIT, "SEQUENCE:" + "9" * 5000), no),
        (calendar(*VISIT[:2], yes), CalendarAnswer(OURS, is_no=False, start=MONDAY)),
        (calendar(*VISIT[:2], yes, *alarm), CalendarAnswer(OURS, is_no=False, start=MONDAY)),
        # Ours as it was sent, a meeting of another program, one answer to two entries, an entry inside another, one far inside.
        (calendar(*VISIT, method="REQUEST"), None),
        (calendar(VISIT[0], "UID:040000008200E00074C5B7101A82E008", VISIT[2]), None),
        (calendar(*VISIT, f"UID:{uuid4()}"), None),
        (calendar("BEGIN:VEVENT", *VISIT, "END:VEVENT"), None),
        (calendar("COMMENT:" + "x" * 20_000, *VISIT), None),
        ("", None),
    ):
        assert [read_answer(pack(text)) for pack in (single, base64_inside)] == [answer, answer], text
    assert read_answer(b"Content-Type: text/plain\n\n" + calendar(*VISIT).encode()) is None
    nested = single("BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 4000)
    assert read_answer(nested) is None


def test_whatever_a_person_may_have_written_with_an_answer_is_noticed():
    plain, html = "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html"
    empty_html = (html, '<html><body dir="ltr"><div>&nbsp;<br></div></body></html>')
    for mail_, has_words in (
        (single(calendar(*VISIT)), False),
        (single(calendar(*VISIT, "COMMENT;LANGUAGE=en-US:\\n")), False),
        (single(calendar(*VISIT, "COMMENT:Please call my daughter")), True),
        (single(calendar(*VISIT[:2], VISIT[2].replace("CN=Ada", "X-RESPONSE-COMMENT=Not on Mondays"))), True),
        (single(calendar(*VISIT, before=("COMMENT:Another day",))), True),
        (single(calendar(*VISIT) + " " * 16_384 + "COMMENT:far behind"), True),
        (base64_inside(calendar(*VISIT)), False),
        (base64_inside(calendar(*VISIT), (plain, "\r\n"), empty_html), False),
        (base64_inside(calendar(*VISIT), empty_html), False),
        (base64_inside(calendar(*VISIT), ("Content-Type: application/ics; name=invite.ics", calendar(*VISIT))), False),
        # A sentence of the program is not told from a person's.
        (base64_inside(calendar(*VISIT), (plain, "Ada has declined this invitation.")), True),
        (base64_inside(calendar(*VISIT), (html, "<p>Could I come on Tuesday?</p>")), True),
        (base64_inside(calendar(*VISIT), (plain, ""), ("Content-Type: image/png", "x")), True),
    ):
        assert read_answer(mail_).has_words == has_words, mail_
    assert read_answer(single(calendar(*VISIT)), is_cut=True).has_words


def confirmed(staff, **answers):
    request = booking.confirm_request(submit(**answers), by=staff, now=WEDNESDAY)
    deliver_due(now=WEDNESDAY)
    return request


def no_to(request, *, start=None, now=WEDNESDAY) -> bool:
    """Takes a no of a mail of its own."""
    return take_answer(CalendarAnswer(request.calendar_uid, is_no=True, start=start, mail=uuid4().hex), now=now)


def asked() -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.filter(kind="entry_declined").order_by("pk").values_list("channel", "state"))


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_no_is_a_call_to_ask_once_a_visit_and_the_visit_stays(staff):
    for contact_by in ("phone", "email"):
        with undone(contact_by):
            request = confirmed(staff, contact_by=contact_by)
            before, events = words_of(OutboxMessage.objects.get(kind="reminder")), Event.objects.count()
            assert no_to(request, start=MONDAY)
            assert not no_to(request, start=MONDAY)
            call = OutboxMessage.objects.calls_to_make(now=WEDNESDAY).get(kind="entry_declined")
            script = letter_of(call, now=WEDNESDAY)
            assert script.to == "507-555-0100"
            assert "told us no to your visit, Monday, December 7" in script.text
            assert "Cancel nothing unless they say so" in script.text
            assert "has begun" in letter_of(call, now=MONDAY).text
            request.refresh_from_db()
            assert (request.status, request.confirmed_starts_at, Event.objects.count()) == ("confirmed", MONDAY, events)
            # How they are answered, and what they are told, stays as it was.
            assert is_called(request) == (contact_by == "phone")
            assert words_of(OutboxMessage.objects.get(kind="reminder")) == before
            assert mark_made(OutboxMessage.objects.filter(pk=call.pk), by=staff, now=WEDNESDAY) == 1
            assert not no_to(request)
            # Another visit is asked about again.
            booking.reschedule_request(request, starts_at=local("2026-12-08 16:00"), by=staff, now=WEDNESDAY)
            assert no_to(request)
            booking.withdraw_request(request, now=WEDNESDAY)
            assert asked() == [("call", "done"), ("call", "dropped")]


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_without_a_number_the_no_is_answered_with_one_letter(staff):
    request = confirmed(staff, phone="")
    mail.outbox.clear()
    assert no_to(request)
    deliver_due(now=WEDNESDAY)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ada@example.com"], "Your visit is still confirmed: Monday, December 7, 4:00 PM")
    assert "It does not cancel your visit, which is still confirmed:" in " ".join(letter.body.split())
    assert request.token in letter.body
    assert not any("calendar" in str(part.get_content_type()) for part in letter.message().walk())
    assert not no_to(request)
    with undone("nobody is told once it has begun"):
        OutboxMessage.objects.filter(kind="entry_declined").update(state="waiting", done_at=None, attempts=1, problem="x")
        deliver_due(now=MONDAY)
        assert asked() == [("mail", "dropped")]


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_no_to_what_is_no_visit_ahead_asks_nobody(staff):
    request = confirmed(staff)
    assert not take_answer(CalendarAnswer(request.calendar_uid, is_no=False), now=WEDNESDAY)
    assert not take_answer(CalendarAnswer(uuid4(), is_no=True), now=WEDNESDAY)
    assert not no_to(request, start=local("2026-12-07 16:30")), "the entry of before a change"
    assert not no_to(request, now=MONDAY)
    for step in ("withdrawn", "cancelled"):
        with undone(step):
            decisions(staff)[step](request, WEDNESDAY)
            assert not no_to(request)
    assert not no_to(submit(key="2", starts_at=local("2026-12-08 16:00"))), "nothing is confirmed"
    assert asked() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_the_mailbox_takes_answers_to_our_entries_and_leaves_words_and_all_others(
    staff,
    desk,
    settings,
    server,  # noqa: F811
    caplog,
    tmp_path,
):
    """What somebody wrote with an answer is read by a person: the desk says so until they have opened it."""
    request = confirmed(staff)
    entry = next(part for part in mail.outbox[-1].message().walk() if part.get_content_type() == "text/calendar")
    text = entry.get_payload(decode=True).decode().replace("METHOD:REQUEST", "METHOD:REPLY")
    assert "RSVP=FALSE" in text
    no = re.sub("PARTSTAT=ACCEPTED", "PARTSTAT=DECLINED", text)
    of_others = no.replace(str(request.calendar_uid), str(uuid4()))
    server.mails = dict(enumerate(map(single, (no, text, of_others, "not a calendar")), 1)) | {5: base64_inside(no)}
    words = [
        with_words(text.replace("PARTSTAT=ACCEPTED", f"PARTSTAT={answer}")) for answer in ("ACCEPTED", "TENTATIVE", "DECLINED")
    ]
    server.mails |= dict(enumerate(words, 6))
    server.kinds = {uid: re.search(rb"Content-Type:.*", body)[0] for uid, body in server.mails.items()}
    reader = MailboxReader(ACCOUNT, host=HOST, if_ours=if_ours)
    settings.DATA_DIR, settings.BOUNCES = tmp_path, ACCOUNT

    def told(seen: int) -> str:
        """What the desk says once one of them was opened."""
        server.mails.pop(seen, None)
        delivery_reports.read_reports(reader, now=WEDNESDAY)
        page = re.sub(r"\s+", " ", desk.get("/admin/").content.decode())
        return "".join(re.findall(r"\d answers? from patients’ calendars", page))

    with caplog.at_level(logging.INFO):
        assert told(0) == "3 answers from patients’ calendars"
    assert (sorted(server.mails), asked()) == ([3, 4, 6, 7, 8], [("call", "waiting")])
    assert not [word for word in ("ada@example.com", "Tuesday") if word in caplog.text]
    assert [told(seen) for seen in (6, 8, 7)] == ["2 answers from patients’ calendars", "1 answer from patients’ calendars", ""]
    assert sorted(server.mails) == [3, 4]


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_letter_with_the_entry_says_that_an_answer_in_the_calendar_does_not_cancel(staff):
    request = confirmed(staff)
    sentence = "Answering no in your calendar, or deleting the entry, does not cancel your visit. To cancel, use your own page."
    letter = OutboxMessage.objects.get(kind="confirmed")
    assert sentence in words_of(letter)["text"]
    letter.state = "waiting"
    assert sentence not in words_of(letter, now=MONDAY + timedelta(minutes=1))["text"]
    assert sentence not in words_of(OutboxMessage.objects.get(kind="requested"))["text"]
    decisions(staff)["cancelled"](request, WEDNESDAY)
    gone = words_of(OutboxMessage.objects.get(kind="cancelled", recipient="patient"))
    assert ("METHOD:CANCEL" in gone["calendar"], sentence in gone["text"]) == (True, False)
