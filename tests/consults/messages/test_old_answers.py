"""A no of a calendar program counts once, and only for the confirmation that it is about."""

import re
from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.core import mail

from clinic_site import delivery_reports
from consults import booking
from consults.erasure import erase_at_once
from consults.messages.calendar_answers import CalendarAnswer, read_answer
from consults.messages.declined_entries import if_ours, take_answer
from consults.messages.delivery import deliver_due
from consults.messages.mailbox import MailboxReader
from consults.models import ConsultRequest, OutboxMessage, TakenAnswer
from consults.models.taken_answer import MOST_KEPT, TakenAnswerQuerySet
from tests.builders import WEDNESDAY, local
from tests.consults.messages.test_calendar_answers import MONDAY, asked, calendar, confirmed, single, with_words
from tests.consults.messages.test_mailbox_reader import ACCOUNT, Server, server  # noqa: F401
from tests.consults.statuses import undone
from tests.reports import HOST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]
TUESDAY, LATER = local("2026-12-08 16:00"), WEDNESDAY + timedelta(hours=1, milliseconds=500)
IN_A_ZONE = "DTSTART;TZID=Customized Time Zone:20261207T160000"


def entry() -> str:
    """The one in the last letter."""
    part = next(part for part in mail.outbox[-1].message().walk() if part.get_content_type() == "text/calendar")
    return part.get_payload(decode=True).decode()


def moved(request: ConsultRequest, staff, to, *, now) -> str:
    """Moves the visit, and returns the new entry."""
    booking.reschedule_request(request, starts_at=to, by=staff, now=now)
    deliver_due(now=now)
    return entry()


def no_to(text: str, *, without: str = "") -> CalendarAnswer:
    """The no that a program sends, once more each time. `without`: which of its lines it leaves out."""
    text = text.replace("METHOD:REQUEST", "METHOD:REPLY").replace("PARTSTAT=ACCEPTED", "PARTSTAT=DECLINED")
    lines = [line for line in text.splitlines() if not without or not re.match(without, line)]
    found = read_answer(f"Message-ID: <{uuid4()}@example.com>\r\n".encode() + single("\r\n".join(lines)))
    assert found
    return found


def test_a_no_counts_only_for_the_confirmation_whose_entry_it_answers(staff):
    """There and back again, too: the same start is another confirmation then."""
    request, entries = confirmed(staff), [entry()]
    for hour, to in enumerate((TUESDAY, MONDAY), 1):
        entries.append(moved(request, staff, to, now=WEDNESDAY + timedelta(hours=hour)))
    now = WEDNESDAY + timedelta(hours=3)
    for without in ("", "SEQUENCE", "DTSTAMP", "DTSTART", "DTSTART|SEQUENCE", "DTSTART|DTSTAMP"):
        with undone(without):
            assert [take_answer(no_to(text, without=without), now=now) for text in entries] == [False, False, True], without
            assert asked() == [("call", "waiting")]


def test_an_answer_is_measured_by_its_sequence_and_by_its_time_only_without_one(staff):
    """Clocks of patients are set wrong, and some programs write 0 where they know no number."""
    request = confirmed(staff)
    text = moved(request, staff, MONDAY + timedelta(hours=1), now=LATER)
    stamp, number = f"DTSTAMP:{LATER.astimezone(UTC):%Y%m%dT%H%M%SZ}", "SEQUENCE:3"
    assert (stamp in text, number in text) == (True, True)
    early = text.replace(stamp, "DTSTAMP:20261101T000000Z")
    for no, counts in (
        (early, True),
        (early.replace(number, "SEQUENCE:0"), False),
        (early.replace(number, "SEQUENCE:2"), False),
        (text.replace(number, "SEQUENCE:0"), True),
        (text.replace(number, "SEQUENCE:2"), False),
        # What the page gave out after a later change of the request.
        (text.replace(number, "SEQUENCE:9"), True),
    ):
        with undone(no):
            assert take_answer(no_to(no), now=LATER) == counts, no
    with undone("a clock that was ahead has dated the confirmation"):
        assert take_answer(no_to(early, without="SEQUENCE"), now=LATER - timedelta(minutes=30))


def test_after_a_restore_a_no_to_an_entry_of_before_counts_for_what_was_confirmed_before(staff):
    """The step of the restore is in no entry of before; see `raise_calendar_steps`."""
    request, first = confirmed(staff), entry()
    lost = first.replace("SEQUENCE:2", "SEQUENCE:9")
    ConsultRequest.objects.raise_calendar_steps(now=LATER)
    with undone("as it was confirmed"):
        assert take_answer(no_to(first), now=LATER)
    after = moved(request, staff, TUESDAY, now=LATER + timedelta(hours=1))
    now = LATER + timedelta(hours=2)
    assert [take_answer(no_to(text, without="DTSTART"), now=now) for text in (first, lost, after)] == [False, False, True]


@pytest.mark.parametrize("guarded", [True, False], ids=["as it is", "without the memory"])
@pytest.mark.usefixtures("clock")
def test_a_no_with_words_that_nobody_has_opened_is_taken_once_by_every_worker(
    staff,
    settings,
    server,  # noqa: F811
    tmp_path,
    monkeypatch,
    guarded,
):
    """Also one that says neither which entry it answers nor when. It stays unread, and counted for the desk."""
    settings.DATA_DIR, settings.BOUNCES = tmp_path, ACCOUNT
    if not guarded:
        monkeypatch.setattr(TakenAnswerQuerySet, "take", lambda *_, **__: True)
    request = confirmed(staff, phone="")
    text = calendar(IN_A_ZONE, f"UID:{request.calendar_uid}", "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com")
    server.mails = {4: b"Message-ID: <no@example.com>\n" + with_words(text)}
    server.kinds = {4: re.search(rb"Content-Type:.*", server.mails[4])[0]}

    def restarted(now) -> int:
        delivery_reports.read_reports(MailboxReader(ACCOUNT, host=HOST, if_ours=if_ours), now=now)
        deliver_due(now=now)
        assert (len(server.mails), delivery_reports.answers_to_read()) == (1, 1)
        return len(asked())

    assert [restarted(WEDNESDAY), restarted(WEDNESDAY)] == [1, 1]
    moved(request, staff, TUESDAY, now=LATER)
    assert restarted(LATER) == (1 if guarded else 2)
    # The server has numbered its mails in another way, or the mailbox is on another one, which added a line.
    server.mails = {9: b"Received: by mx2.example.com\n" + server.mails.pop(4)}
    server.kinds = {9: server.kinds.pop(4)}
    assert restarted(LATER) == (1 if guarded else 2)


def test_of_the_mails_that_were_taken_the_latest_are_kept_until_the_request_is_erased(staff):
    request = confirmed(staff)
    for minute in range(MOST_KEPT + 2):
        take_answer(no_to(entry()), now=WEDNESDAY + timedelta(minutes=minute))
    kept = TakenAnswer.objects.filter(request=request).order_by("at").values_list("at", flat=True)
    assert (kept.count(), kept[0], len(asked())) == (MOST_KEPT, WEDNESDAY + timedelta(minutes=2), 1)
    erase_at_once(request, by=staff, now=LATER)
    assert TakenAnswer.objects.count() == 0
    assert not take_answer(no_to(calendar(f"UID:{request.calendar_uid}", "ATTENDEE;PARTSTAT=DECLINED:x")), now=LATER)
    assert TakenAnswer.objects.count() == 0


def test_a_no_of_which_nobody_could_be_asked_is_not_taken(staff, monkeypatch):
    """Both or none: it is read again in the next round."""
    request = confirmed(staff)
    no = no_to(entry())
    with monkeypatch.context() as patched:
        patched.setattr("consults.messages.declined_entries.ask_about_entry", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_answer(no, now=WEDNESDAY)
    assert (OutboxMessage.objects.filter(kind="entry_declined").count(), request.taken_answers.count()) == (0, 0)
    assert take_answer(no, now=WEDNESDAY)
