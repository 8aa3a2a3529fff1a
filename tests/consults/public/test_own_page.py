"""The patient's own page over HTTP: what it shows and to whom, what it lets them do, and what it never tells."""

import logging
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.core import mail
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from clinic_site.env import Rate
from consults import booking
from consults.erasure import erase_due
from consults.models import ConsultPolicy, ConsultRequest, EarlierOffer, Event, OpeningHours, OutboxMessage, Reason, SpecialHours
from consults.models.request_queryset import ConsultRequestQuerySet
from guard.models import RateLimit
from pages.models import Clinic
from tests.builders import ADA, CHICAGO, WEDNESDAY, letter_of, local, submit
from tests.consults.statuses import EARLIER, LATER, MOVING, NEXT, OFFERED, PATHS, START, bring_to, decisions, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
TUESDAY = "2026-12-08T16:00-06:00"
WHEN = "Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time"
MOST_QUERIES = 12
ENDED = ["declined", "withdrawn", "cancelled", "expired", "completed", "missed"]
HEADINGS = {
    "requested": "We have your request",
    "confirmed": "Your visit is confirmed",
    "declined": "We closed this request",
    "withdrawn": "You withdrew this request",
    "cancelled": "This visit has been cancelled",
    "expired": "We did not answer in time",
    "completed": "This request is complete",
    "missed": "We missed you",
    "quarantined": "We have your request",
    MOVING: "Your visit is confirmed. The new time is not confirmed yet",
    OFFERED: "Your visit is confirmed",
}
LABELS = dict.fromkeys(["declined", "withdrawn", "expired"], "Time that this request no longer holds")
LABELS |= dict.fromkeys(["requested", "quarantined"], "Time you asked for")
LABELS |= {"cancelled": "Cancelled visit", MOVING: "Time you asked for, not yet confirmed"}


def own_url(request: ConsultRequest) -> str:
    return f"/consults/{request.token}/"


def calendar_url(request: ConsultRequest) -> str:
    return f"{own_url(request)}calendar.ics"


def listed(page: str) -> list[str]:
    return re.findall(r'name="starts_at" value="([^"]+)"', page)


def title(page: str) -> str:
    return re.search(r"<title>(.*?)</title>", page, re.S)[1]


def receipt(page: str) -> str:
    return re.search(r'<section class="receipt.*?</section>', page, re.S)[0]


def everything_stored() -> dict:
    """Every row of every table; counted tries apart, because acting counts."""
    counted = [model for model in apps.get_models() if model is not RateLimit]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in counted}


def same_for_everybody(response) -> tuple:
    """All of an answer that its reader can see."""
    return response.status_code, response.content, sorted(response.items())


def to_and_fro(number: int) -> dict:
    """The form of the next move between two open times."""
    return {"action": "move", "starts_at": TUESDAY if number % 2 == 0 else "2026-12-07T16:00-06:00"}


# Reading


@pytest.mark.parametrize("status", PATHS)
@pytest.mark.slow
def test_reading_changes_nothing_and_sends_nothing(client, staff, status):
    """Mail scanners open links, browsers fetch them ahead of time."""
    request = bring_to(status, staff)
    before = everything_stored()
    for path in ("", "?from=2026-12-14", "?action=withdraw", "calendar.ics"):
        for read in (client.get, client.head, client.options):
            read(own_url(request) + path, headers={"sec-purpose": "prefetch"})
    assert everything_stored() == before
    assert not RateLimit.objects.exists()
    assert mail.outbox == []


def test_head_answers_what_get_answers_without_the_page(client, staff):
    request = bring_to("confirmed", staff)
    for url in (own_url(request), calendar_url(request)):
        full, head = client.get(url), client.head(url)
        assert (head.status_code, head["Content-Type"], head.content) == (full.status_code, full["Content-Type"], b"")


@pytest.mark.parametrize("status", PATHS)
def test_the_page_says_where_the_request_stands(client, staff, status):
    request = bring_to(status, staff)
    response = client.get(own_url(request))
    page = response.content.decode()
    assert response.status_code == 200
    for words in (HEADINGS[status], WHEN, request.reference):
        assert words in page
    is_no_visit = status in {"declined", "withdrawn", "cancelled", "expired"}
    assert ("200 Schilling Dr S., Dundas, MN 55019" in page) != is_no_visit
    assert f"<dt>{LABELS.get(status, 'Time')}</dt>" in page
    assert HEADINGS[status] in title(page)
    assert 'href="tel:988"' in page
    assert 'href="tel:911"' in page


@pytest.mark.parametrize("status", PATHS)
def test_the_page_offers_actions_only_while_they_are_possible(client, staff, status):
    request = bring_to(status, staff)
    page = client.get(own_url(request)).content.decode()
    acts, moves = status in {"requested", "quarantined", "confirmed", MOVING, OFFERED}, status == MOVING
    corrects = status in {"requested", "quarantined"}
    assert (page.count('value="move"'), page.count('value="withdraw"')) == ((1, 1) if acts else (0, 0))
    assert page.count('method="post"') == (2 + (status in {MOVING, OFFERED}) + corrects if acts else 0)
    assert page.count('value="accept"') == page.count('value="refuse"') == (status == OFFERED)
    assert page.count('value="address"') == corrects
    assert page.count('value="keep"') == moves
    assert bool(listed(page)) == acts
    assert ("calendar.ics" in page) == (status in {"confirmed", "cancelled", MOVING, OFFERED})


def test_a_visit_that_has_begun_can_no_longer_be_changed(client, staff, clock):
    request = bring_to("confirmed", staff)
    clock(START - timedelta(seconds=1))
    assert 'method="post"' in client.get(own_url(request)).content.decode()
    clock(START)
    page = client.get(own_url(request)).content.decode()
    assert "It is time for your visit" in page
    assert "below" not in page.partition('class="lede">')[2].partition("</p>")[0], "another page says it too"
    assert 'method="post"' not in page
    clock(START + timedelta(minutes=30))
    assert "The time of your visit has passed" in client.get(own_url(request)).content.decode()


@pytest.mark.parametrize("status", ["confirmed", MOVING])
def test_a_confirmed_visit_is_cancelled_and_no_request_withdrawn(client, staff, status):
    request = bring_to(status, staff)
    page = client.get(own_url(request)).content.decode()
    assert ("Cancel my visit" in page, "ithdraw my request" in page) == (True, False)
    question = page.partition("<summary>Cancel my visit</summary>")[2].partition("</details>")[0]
    assert "Yes, cancel my visit" in question, "one more press, which needs no script"
    assert page.count('value="withdraw"') == question.count('value="withdraw"') == 1
    client.post(own_url(request), {"action": "withdraw"})
    page = client.get(own_url(request)).content.decode()
    assert "You cancelled this visit" in title(page)
    assert f"<dt>Cancelled visit</dt><dd>{WHEN}</dd>" in page


def test_the_page_says_why_a_visit_can_no_longer_be_moved(client, staff, clock):
    request = bring_to("confirmed", staff)
    clock(START - timedelta(hours=2))
    for page in (client.get(own_url(request)), client.post(own_url(request), {"action": "move", "starts_at": TUESDAY})):
        text = page.content.decode()
        assert "It is too late to choose another time here. If the time does not work for you, cancel your visit" in text
        assert "call us" not in text.lower(), "no phone number is set"


@pytest.mark.parametrize(
    ("contact_by", "words", "row"),
    [
        (
            "email",
            "until we write to you.",
            "<dt>We will write to</dt><dd>a\N{HORIZONTAL ELLIPSIS}@e\N{HORIZONTAL ELLIPSIS}.com</dd>",
        ),
        ("phone", "until we call you.", "<dt>We will call</dt><dd>the number ending in 0100</dd>"),
    ],
)
def test_the_page_names_the_way_on_which_they_are_answered_and_hints_at_where(client, contact_by, words, row):
    request = submit(contact_by=contact_by)
    page = client.get(own_url(request)).content.decode()
    assert words in page
    assert row in page
    booking.withdraw_request(request, now=WEDNESDAY)
    assert row not in client.get(own_url(request)).content.decode(), "nothing more is said to them"


@pytest.mark.parametrize("may_ask_again", [True, False])
@pytest.mark.parametrize("status", ["declined", "cancelled"])
def test_the_page_invites_to_ask_again_only_where_the_reason_does(client, staff, status, may_ask_again):
    request = bring_to(status, staff)
    Reason.objects.update(may_ask_again=may_ask_again)
    page = client.get(own_url(request)).content.decode()
    assert ('<a class="btn" href="/book-a-consult/">' in page) == may_ask_again
    assert ("You are welcome to ask for another time." in page) == (may_ask_again and status == "cancelled")


def test_keeping_a_visit_that_staff_moved_meanwhile_says_what_is_confirmed_now(client, staff):
    request = booking.confirm_request(bring_to(MOVING, staff), by=staff, now=WEDNESDAY)
    response = client.post(own_url(request), {"action": "keep"})
    assert response.status_code == 422
    assert "Your visit is confirmed at the time shown below" in response.content.decode()


def test_a_visit_that_has_begun_is_not_withdrawn_with_a_move_that_nobody_answered(client, staff, clock):
    """While an owner has not said that the site may go on, the move is not ended either."""
    request = bring_to(MOVING, staff)
    clock(START)
    page = client.get(own_url(request)).content.decode()
    assert "It is time for your confirmed visit" in page
    assert "We will answer by" not in page, "that is over, and the page says so"
    assert "Your confirmed visit stays" not in page
    assert 'name="action"' not in page
    answer = client.post(own_url(request), {"action": "withdraw"})
    assert answer.status_code == 422
    assert "That time has passed, so it can no longer be changed here" in answer.content.decode()
    for stale in ({"action": "keep"}, {"action": "move", "starts_at": "2026-12-14T16:00-06:00"}):
        answer = client.post(own_url(request), stale).content.decode()
        assert "That time has passed, so it can no longer be changed here" in answer
        assert "There is no confirmed visit" not in answer
        assert "cancel your visit" not in answer, "there is no such button"
    request.refresh_from_db()
    assert (request.status, request.confirmed_starts_at) == ("requested", START)
    clock(START + timedelta(minutes=30))
    assert "The time of your confirmed visit has passed" in client.get(own_url(request)).content.decode()


def test_a_request_that_was_restored_without_its_time_says_so(client, staff):
    request = booking.release_request(bring_to("quarantined", staff), by=staff, now=WEDNESDAY, without_time=True)
    shown = " ".join(receipt(client.get(own_url(request)).content.decode()).split())
    assert "This request no longer holds the time you asked for. We will find one with you." in shown
    assert "None of the listed times" not in shown


def test_an_earlier_time_is_announced_only_while_one_can_be_offered(client, staff, clock):
    request = submit(wants_earlier=True)
    last = request.answer_by - timedelta(hours=2)
    for now, is_possible in ((WEDNESDAY, True), (last - timedelta(seconds=1), True), (last, False)):
        clock(now)
        assert ("We may offer you one" in client.get(own_url(request)).content.decode()) == is_possible
    booking.reschedule_request(request, starts_at=LATER, by=staff, now=WEDNESDAY)
    for hours, is_possible in ((2, False), (3, True)):
        clock(LATER - timedelta(hours=hours))
        assert ("We may offer you one" in client.get(own_url(request)).content.decode()) == is_possible


def test_the_page_of_a_visit_that_nobody_marked_ends_thirty_days_after_it(client, staff, clock):
    request = bring_to("confirmed", staff)
    clock(START + timedelta(days=30, seconds=-1))
    assert client.get(own_url(request)).status_code == client.get(calendar_url(request)).status_code == 200
    clock(START + timedelta(days=30))
    answers = [
        client.get(own_url(request)),
        client.post(own_url(request), {"action": "withdraw"}),
        client.get(calendar_url(request)),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize(
    ("status", "starts_at"),
    [("requested", START), ("requested", None), ("confirmed", START)],
    ids=["waiting", "waiting without a time", "confirmed"],
)
def test_withdrawing_works_while_a_request_is_open(client, staff, clock, status, starts_at):
    request = bring_to(status, staff) if starts_at else booking.submit_request(**answers_without_a_time())
    # Until the last moment, however often it was tried before.
    clock(START - timedelta(seconds=1))
    answers = {client.post(own_url(request), {"action": "withdraw"}).status_code for _ in range(5)}
    request.refresh_from_db()
    assert (answers, request.status) == ({303}, "withdrawn")


def test_a_request_without_a_time_says_that_we_find_one_together(client):
    request = booking.submit_request(**answers_without_a_time())
    page = client.get(own_url(request)).content.decode()
    assert "We will find one with you" in page
    assert "Central Time" in receipt(page), "by when we answer"
    assert client.post(own_url(request), {"action": "move", "starts_at": TUESDAY}).status_code == 303
    assert "Tuesday, December 8, 2026, 4:00 PM to 4:30 PM Central Time" in client.get(own_url(request)).content.decode()


def answers_without_a_time() -> dict:
    return {"submission_key": "none", "starts_at": None, "person": ADA, "now": WEDNESDAY}


def test_a_request_that_was_set_aside_reads_like_one_that_waits_and_offers_the_same(client, staff):
    request = submit()
    waiting = client.get(own_url(request)).content.decode()
    booking.quarantine_request(request, by=staff, now=WEDNESDAY)
    aside = client.get(own_url(request)).content.decode()

    def offered(page: str) -> tuple:
        heading, buttons = re.search(r"<h1>.*?</div>", page, re.S)[0], re.findall(r'name="action" value="(\w+)"', page)
        return title(page), heading, receipt(page), sorted(buttons)

    assert offered(aside) == offered(waiting)


ACTS = [
    *({"action": "withdraw"}, {"action": "move", "starts_at": TUESDAY}, {"action": "address", "email": "q@example.com"}),
    *({"action": "x"}, {}),
]


@pytest.mark.parametrize("action", ACTS)
def test_acting_on_a_request_that_was_set_aside_answers_like_any_other_and_tells_nobody(client, staff, action):
    answers = []
    for state in ("requested", "quarantined"):
        request = bring_to(state, staff)
        told = OutboxMessage.objects.count()
        response = client.post(own_url(request), action)
        page = client.get(response.get("Location", own_url(request))).content.decode()
        shown = re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "", receipt(page))
        answers.append((response.status_code, title(page), shown, page.count('method="post"')))
        request.refresh_from_db()
        if state == "quarantined":
            assert request.status == ("withdrawn" if action == ACTS[0] else "quarantined")
            assert OutboxMessage.objects.count() == told
            assert not request.seats.exists()
        booking.withdraw_request(request, now=WEDNESDAY) if request.status == "requested" else None
        ConsultRequest.objects.filter(pk=request.pk).update(submission_key=f"used {request.pk}")
    assert answers[0] == answers[1]


def test_withdrawing_works_also_when_no_key_opens_the_request(client, settings):
    request = submit()
    url = own_url(request)
    settings.FIELD_KEYS = [b"k" * 32]
    assert client.post(url, {"action": "withdraw"}).status_code == 303
    request.refresh_from_db()
    assert (request.status, request.seats.count()) == ("withdrawn", 0)


# Which page a token opens


def nonsense(request: ConsultRequest) -> dict[str, str]:
    return {
        "unknown": "x" * 43,
        "short": "abc",
        "long": "a" * 3000,
        "a NUL": "%00",
        "half a character": "%ED%A0%80",
        "no UTF-8": "%FF%FE",
        "an emoji": "%F0%9F%92%A1",
        "a line break after it": f"{request.token}%0A",
        "a space before it": f"%20{request.token}",
        "all but one letter": request.token[:-1],
        "another case": request.token.swapcase(),
        "the reference": request.reference,
        "its hash": request.token_hash,
        "its number": str(request.pk),
        "SQL": "'%20OR%20'1'='1",
    }


NONSENSE = [
    *("unknown", "short", "long", "a NUL", "half a character", "no UTF-8", "an emoji", "a line break after it"),
    *("a space before it", "all but one letter", "another case", "the reference", "its hash", "its number", "SQL"),
]


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize("path", ["", "calendar.ics"])
def test_unknown_dead_and_nonsense_tokens_look_the_same(client, staff, clock, name, path):
    request = bring_to("withdrawn", staff)
    clock(WEDNESDAY + timedelta(days=31))
    dead = client.get(own_url(request) + path)
    other = client.get(f"/consults/{nonsense(request)[name]}/{path}")
    assert dead.status_code == 404
    assert same_for_everybody(dead) == same_for_everybody(other)
    assert 'href="tel:988"' in dead.content.decode()
    assert request.reference not in dead.content.decode()


@pytest.mark.parametrize("action", ["withdraw", "move", ""])
def test_acting_through_a_dead_token_is_the_same_404(client, staff, clock, action):
    request = bring_to("withdrawn", staff)
    clock(WEDNESDAY + timedelta(days=31))
    form = {"action": action, "starts_at": "2027-01-11T16:00-06:00"}
    before = everything_stored()
    dead, unknown = client.post(own_url(request), form), client.post(f"/consults/{'x' * 43}/", form)
    assert dead.status_code == 404
    assert same_for_everybody(dead) == same_for_everybody(unknown)
    assert everything_stored() == before


@pytest.mark.parametrize("status", ENDED)
def test_a_token_opens_its_page_until_thirty_days_after_the_request_ended(client, staff, clock, status):
    request = bring_to(status, staff)
    clock(request.ended_at + timedelta(days=30, seconds=-1))
    assert HEADINGS[status] in client.get(own_url(request)).content.decode()
    clock(request.ended_at + timedelta(days=30))
    assert client.get(own_url(request)).status_code == 404


@pytest.mark.parametrize("mark", [booking.complete_request, booking.miss_request], ids=["completed", "missed"])
def test_marking_an_old_visit_opens_no_dead_link_again_and_keeps_it_no_longer(client, staff, clock, mark):
    visit = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    long_after = visit.starts_at + timedelta(days=70)
    mark(visit, by=staff, now=long_after)
    clock(long_after)
    assert client.get(own_url(visit)).status_code == 404
    OutboxMessage.objects.update(state="done")
    assert erase_due(now=visit.starts_at + timedelta(days=90)) == 1


def test_a_token_stays_alive_while_the_request_does(client, clock):
    request = submit()
    clock(WEDNESDAY + timedelta(days=400))
    assert client.get(own_url(request)).status_code == 200


def test_a_token_opens_one_request_and_no_other(client):
    mine, other = submit(key="mine"), submit(key="other", starts_at=local("2026-12-08 17:00"))
    page = client.get(own_url(mine)).content.decode()
    assert mine.reference in page
    assert other.reference not in page
    assert other.token not in page


# Moving


def test_a_move_is_answered_303_and_shown_with_its_new_reply_time(client, clock):
    request = submit()
    clock(local("2026-12-04 12:00"))
    response = client.post(own_url(request), {"action": "move", "starts_at": TUESDAY})
    assert (response.status_code, response["Location"]) == (303, own_url(request))
    request.refresh_from_db()
    assert (request.status, request.starts_at, request.seats.count()) == ("requested", local("2026-12-08 16:00"), 6)
    page = client.get(own_url(request)).content.decode()
    assert "Tuesday, December 8, 2026, 4:00 PM to 4:30 PM Central Time" in page
    assert "Monday, December 7, 2026, 8:00 PM Central Time" in page, "the second open day after the move"
    assert "2026-12-07T16:00-06:00" in listed(page), "the old time is free again"


def test_a_confirmed_visit_that_is_moved_stays_on_the_page_until_the_new_time_is_confirmed(client, staff):
    request = bring_to("confirmed", staff)
    assert "Your confirmed visit keeps its time until we confirm" in client.get(own_url(request)).content.decode()
    assert client.post(own_url(request), {"action": "move", "starts_at": TUESDAY}).status_code == 303
    shown = receipt(client.get(own_url(request)).content.decode())
    assert f"<dt>Confirmed visit</dt><dd>{WHEN}</dd>" in shown
    assert "<dt>Time you asked for, not yet confirmed</dt><dd>Tuesday, December 8, 2026, 4:00 PM" in shown
    assert START.strftime("%Y%m%dT%H%M%SZ") in client.get(calendar_url(request)).content.decode()
    for _ in range(2):
        assert client.post(own_url(request), {"action": "keep"}).status_code == 303
    page = client.get(own_url(request)).content.decode()
    assert HEADINGS["confirmed"] in page
    assert "December 8" not in receipt(page)


@pytest.mark.parametrize("status", [status for status in PATHS if status not in {"confirmed", MOVING}])
def test_there_is_nothing_to_keep_unless_a_confirmed_visit_is_moving(client, staff, status):
    request = bring_to(status, staff)
    assert client.post(own_url(request), {"action": "keep"}).status_code == 422


@pytest.mark.parametrize("value", ["2026-12-08T22:00Z", "2026-12-08T23:00+01:00", "2026-12-09T03:30:00+05:30"])
def test_a_move_counts_the_instant_however_it_is_spelled(client, value):
    request = submit()
    assert client.post(own_url(request), {"action": "move", "starts_at": value}).status_code == 303
    request.refresh_from_db()
    assert request.starts_at == local("2026-12-08 16:00")


@pytest.mark.parametrize(
    ("starts_at", "words"),
    [
        pytest.param("2026-12-09T16:00-06:00", "taken a moment ago", id="taken"),
        pytest.param("2026-12-08T16:10-06:00", "do not start at that time", id="off the grid"),
        pytest.param("2026-12-08T16:00:01-06:00", "do not start at that time", id="a second off"),
        pytest.param("2026-12-08T20:00-06:00", "We are closed at that time", id="the closing minute"),
        pytest.param("2026-12-06T16:00-06:00", "We are closed at that time", id="Sunday"),
        pytest.param("2026-12-02T16:00-06:00", "too soon", id="inside the notice"),
        pytest.param("2026-12-01T16:00-06:00", "has passed", id="past"),
        pytest.param("2027-03-01T16:00-06:00", "further ahead", id="past the last date"),
    ],
)
def test_a_time_that_cannot_be_had_is_news_with_the_nearest_times(client, starts_at, words):
    request = submit()
    submit(key="other", starts_at=local("2026-12-09 16:00"))
    before = everything_stored()
    response = client.post(own_url(request), {"action": "move", "starts_at": starts_at})
    page = response.content.decode()
    assert response.status_code == 422
    assert title(page).startswith("Choose another time: "), "not the reader's mistake"
    assert "There is a problem" not in page
    assert page.count(words) >= 2, "in the summary and beside the list"
    assert "Nearest open times" in page
    assert WHEN in page, "the time that still stands"
    assert everything_stored() == before
    assert client.post(own_url(request), {"action": "move", "starts_at": listed(page)[0]}).status_code == 303


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param({}, "Choose a time", id="missing"),
        pytest.param({"starts_at": ""}, "Choose a time", id="empty"),
        pytest.param({"starts_at": "none"}, "Choose one of the listed times", id="none of these times"),
        pytest.param({"starts_at": "2026-12-08T16:00"}, "Choose one of the listed times", id="without an offset"),
        pytest.param({"starts_at": "soon"}, "Choose one of the listed times", id="unreadable"),
        pytest.param({"starts_at": "2026-02-30T16:00-06:00"}, "Choose one of the listed times", id="impossible"),
        pytest.param({"starts_at": "0001-01-01T00:00+14:00"}, "Choose one of the listed times", id="before time began"),
        pytest.param({"starts_at": "2026-12-08T16:00-06:00\x00"}, "", id="a NUL"),
        pytest.param({"starts_at": "9" * 60_000}, "Choose one of the listed times", id="enormous"),
    ],
)
def test_what_is_no_time_is_refused_with_the_list(client, form, words):
    request = submit()
    before = everything_stored()
    response = client.post(own_url(request), {"action": "move"} | form)
    page = response.content.decode()
    assert response.status_code == 422
    assert title(page).startswith("Error: ")
    assert words in page
    assert len(listed(page)) > 3
    assert "none" not in listed(page)
    assert everything_stored() == before


def test_the_days_that_were_read_stay_on_the_page_of_a_refused_move(client):
    request = submit()
    submit(key="other", starts_at=local("2026-12-17 16:00"))
    url = f"{own_url(request)}?from=2026-12-16"
    assert f'action="{url}"' in client.get(url).content.decode()
    page = client.post(url, {"action": "move", "starts_at": "2026-12-17T16:00-06:00"}).content.decode()
    assert f'action="{url}"' in page
    assert listed(page)[:4] == [
        *("2026-12-17T16:30-06:00", "2026-12-17T17:00-06:00", "2026-12-17T17:30-06:00"),
        "2026-12-16T16:00-06:00",
    ]


@pytest.mark.parametrize("capacity", [1, 2])
@pytest.mark.parametrize("length", [30, 20, 45])
def test_what_the_page_lists_is_what_a_move_accepts(client, capacity, length):
    """Also when the list was made with another length, or when others still fit beside the patient's own seat."""
    request = submit()
    ConsultPolicy.objects.update(capacity=capacity, length_minutes=length)
    choices = listed(client.get(f"{own_url(request)}?from=2026-12-07").content.decode())
    monday = [value for value in choices if value.startswith("2026-12-07")]
    accepted = []
    for minute in range(16 * 60, 20 * 60, 5):
        value = f"2026-12-07T{minute // 60:02}:{minute % 60:02}-06:00"
        if _would_move(request, value):
            accepted.append(value)
    assert monday == accepted


def _would_move(request: ConsultRequest, value: str) -> bool:
    """Whether a move is accepted, without leaving its mark."""
    with transaction.atomic():
        try:
            booking.move_request(request, starts_at=datetime.fromisoformat(value), now=WEDNESDAY)
        except booking.Refused:
            return False
        transaction.set_rollback(True)
    return True


def test_a_time_that_staff_refused_is_not_listed_and_not_accepted_until_they_give_it(client, staff):
    """It is free again, but the letter says that it cannot be had. To others it is a time like any other."""
    request = bring_to(MOVING, staff)
    decisions(staff)["declined"](request, WEDNESDAY)
    url = own_url(request)
    page = client.get(url).content.decode()
    assert TUESDAY not in listed(page)
    assert "2026-12-08T16:30-06:00" in listed(page)
    refused = client.post(url, {"action": "move", "starts_at": "2026-12-08T22:00Z"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "We cannot see you at that time. Choose another time" in page
    assert listed(page), "others are shown"
    assert TUESDAY not in listed(page)
    other = submit(key="other", starts_at=LATER)
    assert TUESDAY in listed(client.get(own_url(other)).content.decode())
    assert TUESDAY in listed(client.get("/book-a-consult/").content.decode())
    booking.reschedule_request(request, starts_at=NEXT, by=staff, now=WEDNESDAY)
    booking.reschedule_request(request, starts_at=START, by=staff, now=WEDNESDAY)
    assert TUESDAY in listed(client.get(url).content.decode()), "staff gave it to them, so they may ask again"
    assert client.post(url, {"action": "move", "starts_at": TUESDAY}).status_code == 303


def test_who_refuses_a_time_that_they_could_not_have_any_more_reads_of_no_choice_of_theirs(client, staff, clock):
    for way, is_said in (("in time", True), ("its date was closed", False), ("past its deadline", False)):
        with undone(way):
            request = bring_to(OFFERED, staff)
            if way == "its date was closed":
                SpecialHours.objects.create(date=EARLIER.date())
            clock(EarlierOffer.objects.get().answer_by if way == "past its deadline" else WEDNESDAY)
            client.post(own_url(request), {"action": "refuse", "offered": EARLIER.isoformat()})
            page = client.get(own_url(request)).content.decode()
            assert EarlierOffer.objects.get().answer == "refused"
            assert ("You did not take the time that we offered." in page) == is_said


def test_an_offer_that_staff_took_back_is_not_listed_until_they_offer_it_again(client, staff):
    request = bring_to(OFFERED, staff)
    for is_listed in (False, True):
        decisions(staff)["offer_refused" if is_listed else "offer_taken_back"](request, WEDNESDAY)
        assert ("2026-12-04T16:00-06:00" in listed(client.get(own_url(request)).content.decode())) == is_listed
        booking.offer_earlier(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)


@pytest.mark.parametrize(
    ("capacity", "length", "closes", "listed_there"),
    [
        pytest.param(2, 30, "16:30", [], id="only their own time is open"),
        pytest.param(1, 20, "16:40", ["2026-12-21T16:20-06:00"], id="a time that overlaps their own"),
    ],
)
def test_the_link_to_the_next_open_time_leads_to_one(client, capacity, length, closes, listed_there):
    OpeningHours.objects.all().delete()
    SpecialHours.objects.create(date="2026-12-21", opens="16:00", closes=closes)
    url = own_url(submit(starts_at=local("2026-12-21 16:00")))
    ConsultPolicy.objects.update(capacity=capacity, length_minutes=length)
    page = client.get(url).content.decode()
    next_url = re.search(r'<a href="([^"]+)">Go to the next open time', page)
    assert bool(next_url) == bool(listed_there)
    if next_url:
        assert listed(client.get(next_url[1]).content.decode()) == listed_there


# Withdrawing, and what is not possible


def test_one_booking_writes_few_letters_however_often_it_is_moved(client, settings, clock):
    """The address may be a stranger's: six moves a day, and what was not sent yet is folded into the last."""
    settings.STAFF_INBOX = "desk@clinic.example"
    request = submit()
    answers = [client.post(own_url(request), to_and_fro(number)).status_code for number in range(12)]
    assert answers == [303] * 6 + [422] * 6
    waiting = OutboxMessage.objects.filter(state="waiting").values_list("kind", "recipient")
    assert sorted(waiting) == [("moved", "patient"), ("moved", "staff")]
    page = client.post(own_url(request), to_and_fro(0)).content.decode()
    assert "You have changed the time too many times today. Please try again tomorrow, or withdraw the request" in page
    clock(WEDNESDAY + timedelta(days=1))
    assert client.post(own_url(request), to_and_fro(0)).status_code == 303


def test_many_bookings_in_one_name_are_not_moved_more_often_than_twelve_times_a_day(client):
    requests = [submit(key=str(number), starts_at=START + timedelta(minutes=30 * number)) for number in range(3)]
    answers = []
    for request in requests:
        for number in range(6):
            starts_at = ["2026-12-09T16:00-06:00", "2026-12-09T17:00-06:00"][number % 2]
            answers.append(client.post(own_url(request), {"action": "move", "starts_at": starts_at}).status_code)
        client.post(own_url(request), {"action": "withdraw"})
    assert answers == [303] * 12 + [422] * 6
    assert {request.status for request in ConsultRequest.objects.all()} == {"withdrawn"}


@pytest.mark.parametrize("rate", [None, (3, 3600)], ids=["by the token", "by the address"])
def test_too_many_tries_are_told_when_to_come_back_and_withdrawing_is_always_possible(client, settings, rate):
    settings.BOOKING_RATE = Rate(*rate) if rate else None
    request, tries = submit(), 3 if rate else 20
    client.get(own_url(request))
    for _ in range(tries):
        assert client.post(own_url(request), {"action": "move", "starts_at": "x"}).status_code == 422
    response = client.post(own_url(request), {"action": "move", "starts_at": TUESDAY})
    assert (response.status_code, response["Retry-After"]) == (429, "1200" if rate else "180")
    page = response.content.decode()
    assert "Try again in" in page
    assert "988" in page
    if rate is None:
        assert client.post(own_url(request), {"action": "x"}, REMOTE_ADDR="10.1.2.3").status_code == 429
    else:
        assert client.post(own_url(request), {"action": "x"}, REMOTE_ADDR="10.1.2.3").status_code == 422
    assert client.post(own_url(request), {"action": "withdraw"}).status_code == 303
    request.refresh_from_db()
    assert request.status == "withdrawn"


def test_withdrawing_from_a_page_that_was_opened_long_ago_withdraws_what_stands_now(client, staff):
    request = submit()
    client.get(own_url(request))
    booking.reschedule_request(request, starts_at=local("2026-12-08 16:00"), by=staff, now=WEDNESDAY)
    assert client.post(own_url(request), {"action": "withdraw"}).status_code == 303
    request.refresh_from_db()
    assert request.status == "withdrawn"


def test_the_address_is_corrected_on_the_own_page_which_then_has_another_link(client):
    request = submit()
    response = client.post(own_url(request), {"action": "address", "email": "right@gmail.com"})
    assert response.status_code == 303
    assert response["Location"] != own_url(request)
    assert client.get(own_url(request)).status_code == 404
    assert client.get(response["Location"]).status_code == 200
    assert ConsultRequest.objects.get().email == "right@gmail.com"


def test_one_ip_address_corrects_few_addresses_a_day_whichever_requests_they_are_of(client, settings, clock):
    settings.BOOKING_RATE = Rate(20, 3600)
    answers = []
    for number in range(4):
        url = own_url(submit(key=str(number), starts_at=START + timedelta(minutes=30 * number), email=f"a{number}@one.example"))
        for word in ("b", "c"):
            answer = client.post(url, {"action": "address", "email": f"{word}{number}@one.example"})
            answers.append(answer.status_code)
            url = answer.get("Location", url)
    assert answers == [303] * 6 + [429] * 2
    assert answer["Retry-After"] == "14400"
    assert "988" in answer.content.decode(), "the way out"
    elsewhere = {"action": "address", "email": "right@one.example"}
    assert client.post(url, elsewhere, REMOTE_ADDR="10.1.2.3").status_code == 303
    settings.BOOKING_RATE = None
    url = own_url(submit(key="off", starts_at=local("2026-12-08 16:00"), email="d@one.example"))
    assert client.post(url, elsewhere | {"email": "e@one.example"}).status_code == 303


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Enter the email address that we should answer"),
        ("right at gmail", "Enter an email address in the correct format"),
        ("right@gmial.com", "Did you mean right@gmail.com? Correct it, or send the form again to keep right@gmial.com"),
    ],
)
def test_an_address_that_is_none_or_looks_misspelt_is_asked_about_once(client, email, words):
    request = submit()
    response = client.post(own_url(request), {"action": "address", "email": email})
    assert response.status_code == 422
    page = response.content.decode()
    assert page.count(words) == 2, "in the summary and beside the field"
    assert ConsultRequest.objects.get().email == ADA.email
    if "gmial" in email:
        assert re.search(r'name="keep_email" value="right@gmial.com"', page)
        kept = {"action": "address", "email": email, "keep_email": email}
        assert client.post(own_url(request), kept).status_code == 303


def test_withdrawing_frees_the_time_and_the_page_says_so(client):
    request = submit()
    response = client.post(own_url(request), {"action": "withdraw"})
    assert (response.status_code, response["Location"]) == (303, own_url(request))
    request.refresh_from_db()
    assert (request.status, request.seats.count(), request.ended_at) == ("withdrawn", 0, WEDNESDAY)
    page = client.get(own_url(request)).content.decode()
    assert HEADINGS["withdrawn"] in page
    assert 'href="/book-a-consult/"' in page
    assert submit(key="next").starts_at == START


def test_withdrawing_twice_is_withdrawing_once(client):
    request = submit()
    first = client.post(own_url(request), {"action": "withdraw"})
    stored = everything_stored()
    second = client.post(own_url(request), {"action": "withdraw"})
    assert (second.status_code, second["Location"]) == (first.status_code, first["Location"])
    assert everything_stored() == stored
    assert Event.objects.filter(kind="withdrawn").count() == 1


@pytest.mark.parametrize("state", ["requested", "confirmed"])
def test_moving_twice_to_the_same_time_is_moving_once(client, staff, state):
    request, move = bring_to(state, staff), {"action": "move", "starts_at": TUESDAY}
    first = client.post(own_url(request), move)
    stored = everything_stored()
    second = client.post(own_url(request), move)
    assert (second.status_code, second["Location"]) == (first.status_code, first["Location"])
    assert everything_stored() == stored


def test_a_page_from_before_a_time_was_theirs_never_says_that_somebody_took_it(client, staff):
    """Staff gave the time, or confirmed it; only beside a move that waits is there more to do than to read the page."""
    tuesday = {"action": "move", "starts_at": TUESDAY}
    for given in ("rescheduled", "moved and confirmed", "moving away", "requested"):
        with undone(given):
            request = bring_to("requested" if given == "requested" else "confirmed", staff)
            form = tuesday
            if given == "rescheduled":
                booking.reschedule_request(request, starts_at=NEXT, by=staff, now=WEDNESDAY)
            elif given == "moved and confirmed":
                client.post(own_url(request), tuesday)
                booking.confirm_request(request, by=staff, now=WEDNESDAY)
            else:
                client.post(own_url(request), tuesday if given == "moving away" else {})
                form = tuesday | {"starts_at": "2026-12-07T16:00-06:00"}
            before = everything_stored()
            response = client.post(own_url(request), form)
            page = response.content.decode()
            assert everything_stored() == before
            assert "taken" not in page, given
            assert response.status_code == (422 if given == "moving away" else 303), given
            assert ("That is the time of your confirmed visit. You can keep it below" in page) == (given == "moving away")


@pytest.mark.parametrize("status", [status for status in ENDED if status != "withdrawn"])
@pytest.mark.parametrize("form", [{"action": "withdraw"}, {"action": "move", "starts_at": TUESDAY}], ids=["withdraw", "move"])
def test_acting_on_a_request_that_ended_is_refused_with_where_it_stands(client, staff, status, form):
    request = bring_to(status, staff)
    before = everything_stored()
    response = client.post(own_url(request), form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert HEADINGS[status] in page
    assert everything_stored() == before


def test_a_withdrawn_request_does_not_move(client, staff):
    request = bring_to("withdrawn", staff)
    response = client.post(own_url(request), {"action": "move", "starts_at": TUESDAY})
    assert response.status_code == 422
    assert HEADINGS["withdrawn"] in response.content.decode()


@pytest.mark.parametrize("form", [{"action": "withdraw"}, {"action": "move", "starts_at": "2026-12-14T16:00-06:00"}])
@pytest.mark.parametrize("status", ["requested", "confirmed"])
def test_acting_after_the_start_is_refused(client, staff, clock, status, form):
    request = bring_to(status, staff)
    clock(START)
    before = everything_stored()
    response = client.post(own_url(request), form)
    assert response.status_code == 422
    assert "That time has passed" in response.content.decode()
    assert everything_stored() == before


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({}, id="none"),
        pytest.param({"action": ""}, id="empty"),
        pytest.param({"action": "confirm"}, id="for staff only"),
        pytest.param({"action": "WITHDRAW"}, id="another case"),
        pytest.param({"action": "withdraw\x00"}, id="a NUL"),
        pytest.param({"starts_at": TUESDAY}, id="a time alone"),
        pytest.param({"status": "confirmed", "token": "x"}, id="fields of the row"),
    ],
)
def test_an_action_we_do_not_know_is_refused(client, form):
    request = submit()
    before = everything_stored()
    response = client.post(own_url(request), form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert title(page).startswith("Error: ")
    assert 'value="withdraw"' in page
    assert everything_stored() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_other_methods_do_nothing(client, staff, method):
    request = bring_to("confirmed", staff)
    before = everything_stored()
    for url in (own_url(request), calendar_url(request)):
        assert getattr(client, method)(url).status_code == 405
    assert client.post(calendar_url(request), {"action": "withdraw"}).status_code == 405
    assert everything_stored() == before


# The calendar file


def test_the_calendar_file_names_the_visit_in_neutral_words(client, staff):
    request = bring_to("confirmed", staff)
    ConsultRequest.objects.update(calendar_uid=UUID(int=7))
    response = client.get(calendar_url(request))
    text = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert response["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert "DTSTART:20261207T220000Z\r\n" in text
    assert "DTEND:20261207T223000Z\r\n" in text
    (entry,) = Calendar.from_ical(text).walk("VEVENT")
    assert (entry["summary"], entry["location"]) == ("Visit at Modern Therapeutics", "200 Schilling Dr S., Dundas, MN 55019")
    assert (entry["uid"], entry["sequence"], entry["status"]) == ("00000000-0000-0000-0000-000000000007", 2, "CONFIRMED")
    for private in ("ketamine", "depress", "psych", "consult", "ada", request.token.lower()):
        assert private not in text.lower()


def test_the_calendar_entry_stays_one_entry_when_staff_move_the_visit(client, staff):
    request = bring_to("confirmed", staff)
    before = Calendar.from_ical(client.get(calendar_url(request)).content).walk("VEVENT")[0]
    booking.reschedule_request(request, starts_at=local("2026-12-08 16:00"), by=staff, now=WEDNESDAY)
    after = Calendar.from_ical(client.get(calendar_url(request)).content).walk("VEVENT")[0]
    assert (after["uid"], after["sequence"], after.decoded("dtstart")) == (
        before["uid"],
        before["sequence"] + 1,
        local("2026-12-08 16:00"),
    )


def test_the_calendar_file_of_a_visit_that_is_over_by_decision_removes_it(client, staff):
    request = bring_to("cancelled", staff)
    response = client.get(calendar_url(request))
    assert response["Content-Type"] == "text/calendar; charset=utf-8; method=CANCEL"
    (entry,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert (entry["status"], entry.decoded("dtstart"), entry["sequence"]) == ("CANCELLED", START, 3)
    ended = booking.withdraw_request(booking.confirm_request(submit(key="two"), by=staff, now=WEDNESDAY), now=WEDNESDAY)
    assert "METHOD:CANCEL" in client.get(calendar_url(ended)).content.decode()


NEVER_CONFIRMED = ["requested", "declined", "withdrawn", "expired", "quarantined"]


def test_the_page_links_what_its_calendar_file_does_while_that_time_is_ahead(client, staff, clock):
    for state, words in (
        ("requested", ""),
        ("confirmed", "Add your confirmed visit to your calendar"),
        (MOVING, "Add your confirmed visit to your calendar"),
        ("cancelled", "take it out with this file"),
        ("declined", ""),
    ):
        with undone(state):
            request = bring_to(state, staff)
            page = client.get(own_url(request)).content.decode()
            assert words in page, state
            assert (calendar_url(request) in page) == bool(words), state
    request = booking.reschedule_request(bring_to("confirmed", staff), starts_at=LATER, by=staff, now=WEDNESDAY)
    assert "Change your confirmed visit in your calendar" in client.get(own_url(request)).content.decode()
    request = booking.withdraw_request(request, now=WEDNESDAY)
    assert "take it out with this file" in client.get(own_url(request)).content.decode()
    clock(LATER)
    assert calendar_url(request) not in client.get(own_url(request)).content.decode()


@pytest.mark.parametrize("status", NEVER_CONFIRMED)
def test_there_is_no_calendar_file_before_a_visit_was_confirmed(client, staff, status):
    request = bring_to(status, staff)
    assert same_for_everybody(client.get(calendar_url(request))) == same_for_everybody(client.get("/consults/x/calendar.ics"))


@pytest.mark.parametrize("hour", ["2026-11-01T01:00-05:00", "2026-11-01T01:00-06:00"])
def test_page_mail_and_calendar_show_one_instant_also_in_the_repeated_hour(client, staff, clock, hour):
    now = datetime(2026, 10, 26, 18, tzinfo=UTC)
    clock(now)
    ConsultPolicy.objects.update(length_minutes=60)
    OpeningHours.objects.create(weekday=6, opens="01:00", closes="03:00")
    start = datetime.fromisoformat(hour)
    request = booking.confirm_request(submit(starts_at=start, now=now), by=staff, now=now)
    when = re.search(r"<dt>Time</dt><dd>(.*?)</dd>", client.get(own_url(request)).content.decode())[1]
    assert when.startswith(f"Sunday, November 1, 2026, 1:00 AM {start.astimezone(CHICAGO):%Z} to ")
    assert when.endswith(" Central Time")
    letter = letter_of(OutboxMessage.objects.get(kind="confirmed"))
    assert when in letter["text"]
    (attached,) = Calendar.from_ical(letter["calendar"]).walk("VEVENT")
    (entry,) = Calendar.from_ical(client.get(calendar_url(request)).content).walk("VEVENT")
    assert attached.decoded("dtstart") == entry.decoded("dtstart") == start


# What the page keeps to itself


@pytest.mark.parametrize("status", PATHS)
@pytest.mark.slow
def test_no_answer_is_kept_anywhere_and_no_title_tells_what_it_is_about(client, staff, status):
    request = bring_to(status, staff)
    url = own_url(request)
    answers = [
        client.get(url),
        client.head(url),
        client.options(url),
        client.get(calendar_url(request)),
        client.get("/consults/unknown/"),
        client.post(url, {"action": "none of these"}),
        client.post(url, {"action": "move", "starts_at": "2026-12-06T16:00-06:00"}),
        client.post(url, {"action": "withdraw"}),
        Client(enforce_csrf_checks=True).post(url, {"action": "withdraw"}),
    ]
    for answer in answers:
        assert "no-store" in answer["Cache-Control"], answer.status_code
        assert answer["Referrer-Policy"] == "same-origin"
        if "<title>" in (page := answer.content.decode()):
            assert not re.search("ketamine|depress|psych", title(page), re.I)


@pytest.mark.parametrize("status", PATHS)
@pytest.mark.slow
def test_search_engines_are_told_to_leave_it(client, staff, status):
    page = client.get(own_url(bring_to(status, staff))).content.decode()
    assert '<meta name="robots" content="noindex">' in page
    assert 'rel="canonical"' not in page


def test_what_the_patient_typed_is_not_shown_to_whoever_holds_the_link(client):
    request = submit(full_name="Zebulon Marker", email="zebulon@marker.example", note="Marker note", phone="507-555-0199")
    page = client.get(own_url(request)).content.decode()
    assert not re.search("zebulon|marker|555-0199", page, re.I)


def test_what_staff_typed_cannot_become_markup(client, staff):
    Clinic.objects.update(time_zone_label="<b>Central</b>", street="<script>1</script>")
    page = client.get(own_url(submit())).content.decode()
    assert "<b>Central" not in page
    assert "<script>1" not in page


def test_acting_needs_the_csrf_token():
    request = submit()
    strict = Client(enforce_csrf_checks=True)
    strict.get(own_url(request))
    before = everything_stored()
    for form in ({"action": "withdraw"}, {"action": "move", "starts_at": TUESDAY}):
        refused = strict.post(own_url(request), form)
        assert refused.status_code == 403
        assert 'href="tel:988"' in refused.content.decode()
        from_nowhere = form | {"csrfmiddlewaretoken": strict.cookies["csrf"].value}
        assert strict.post(own_url(request), from_nowhere, headers={"origin": "null"}).status_code == 403
    assert everything_stored() == before
    form = {"action": "withdraw", "csrfmiddlewaretoken": strict.cookies["csrf"].value}
    assert strict.post(own_url(request), form).status_code == 303


def written(caplog) -> str:
    """Every log record as the site's own handler writes it, and as a structured one could."""
    formatter = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    return "\n".join(f"{formatter.format(record)} {record.args}" for record in caplog.records)


def test_the_token_is_in_no_log_record(client, staff, clock, caplog):
    request = bring_to("confirmed", staff)
    url = own_url(request)
    for path in (url, f"{url}?from=2026-12-14", calendar_url(request), f"{url}x/", url.rstrip("/"), f"{url}%0A/"):
        for method in ("get", "head", "post", "options", "put"):
            getattr(client, method)(path)
    client.get(url, headers={"host": "evil.example"})
    client.post(url, "action=withdraw", content_type="application/x-www-form-urlencoded; charset=latin-1")
    client.post(url, {"action": "move", "starts_at": "x" * 2_000_000})
    client.post(url, {f"field{number}": "x" for number in range(300)})
    Client(enforce_csrf_checks=True).post(url, {"action": "withdraw"})
    client.post(url, {"action": "move", "starts_at": TUESDAY})
    client.post(url, {"action": "withdraw"})
    clock(WEDNESDAY + timedelta(days=31))
    client.get(url)
    assert request.token not in written(caplog)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(OperationalError("database is locked"), 503, id="the database is away"),
        pytest.param(ZeroDivisionError(), 500, id="an error of ours"),
    ],
)
@pytest.mark.parametrize("path", ["", "calendar.ics"])
def test_the_token_is_in_no_log_record_when_the_page_breaks(caplog, monkeypatch, staff, error, status, path):
    request = bring_to("confirmed", staff)

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(ConsultRequestQuerySet, "by_token", fail)
    response = Client(raise_request_exception=False).get(own_url(request) + path)
    assert response.status_code == status
    assert 'href="tel:988"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert caplog.records, "the failure itself is logged"
    assert request.token not in written(caplog)


def test_the_token_is_in_no_link_that_leaves_the_site(client, staff):
    request = bring_to("confirmed", staff)
    page = client.get(own_url(request)).content.decode()
    assert not [url for url in re.findall(r'(?:href|src|action)="([^"]+)"', page) if request.token in url and url[0] != "/"]


# How much work it is


def queries_of(client, url: str, form: dict | None = None) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url) if form is None else client.post(url, form)
    assert response.status_code == (200 if form is None else 422)
    return len(captured)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(None, id="reading"),
        pytest.param({"action": "move", "starts_at": "2026-12-06T16:00-06:00"}, id="a refused move"),
    ],
)
def test_the_number_of_queries_does_not_grow_with_other_requests(client, form):
    request = submit()
    submit(key="one", starts_at=START + timedelta(minutes=30))
    alone = queries_of(client, own_url(request), form)
    for number in range(2, 31):
        start = START + timedelta(days=number // 8, minutes=30 * (number % 8))
        submit(key=f"key-{number}", starts_at=start)
    assert ConsultRequest.objects.count() == 31
    assert queries_of(client, own_url(request), form) == alone
    # Acting counts two tries, in two statements each, and looks for an offer that it would end.
    assert alone <= MOST_QUERIES + (0 if form is None else 14)


@pytest.mark.parametrize("state", PATHS)
def test_a_form_that_is_not_well_formed_is_answered_in_every_state(client, clock, staff, state):
    """From a page that was opened before: what it was for may not be possible any more."""
    request = bring_to(state, staff)
    for moment in (WEDNESDAY, START - timedelta(hours=1), START + timedelta(minutes=5), LATER):
        clock(moment)
        for sent in ({"action": "move"}, {"action": "move", "starts_at": "none"}, {"action": "address", "email": "nobody"}):
            RateLimit.objects.all().delete()
            with undone(f"{state} at {moment}: {sent}"):
                answer = client.post(own_url(request), sent)
                assert answer.status_code == 422
                assert answer.text.count("There is a problem") == 1


def test_nobody_is_told_to_wait_for_an_answer_once_reply_time_and_start_have_passed(client, staff, clock):
    """It was set aside, or the worker has not come to it. Both read as what expired."""
    timeless = booking.submit_request(submission_key="none", starts_at=None, person=ADA, now=WEDNESDAY)
    for request in (submit(), timeless):
        start = request.starts_at or request.answer_by
        for steps in ((), ("quarantined",)):
            with undone(f"{request.starts_at} {steps}"):
                for step in steps:
                    decisions(staff)[step](request, WEDNESDAY)
                for now, waits in ((start - timedelta(seconds=1), True), (start, False)):
                    clock(now)
                    page = " ".join(client.get(own_url(request)).content.decode().split())
                    awaits = (
                        "It is not confirmed until we",
                        "We will answer by",
                        "We will write to",
                        "We will find one with you",
                    )
                    assert any(words in page for words in awaits) == waits
                    assert ("<h1>We did not answer in time</h1>" in page) != waits
                    assert "Until we answer" not in page or waits
