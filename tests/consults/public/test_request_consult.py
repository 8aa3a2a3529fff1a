"""The booking page over HTTP: what is listed, what is accepted, what is refused and how."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from consults import booking, erasure
from consults.messages.refused import refuse
from consults.models import ConsultPolicy, ConsultRequest, OpeningHours, OutboxMessage, Seat, SpecialHours
from consults.public.form_ticket import new_ticket
from consults.spam import asked_enough
from guard.models import RateLimit
from tests.builders import ADA, CHICAGO, WEDNESDAY, letter_of, local, submit
from tests.consults.statuses import decisions

# On PostgreSQL at once: what counts rows or meets a constraint.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic", "clock"),
]
URL = "/book-a-consult/"
MONDAY = "2026-12-07T16:00-06:00"


@pytest.fixture(autouse=True)
def _no_rate(settings):
    settings.BOOKING_RATE = None


def hidden(page: str) -> dict[str, str]:
    return {"ticket": re.search(r'name="ticket" value="([^"]+)"', page)[1]}


def listed(page: str) -> list[str]:
    return re.findall(r'name="starts_at" value="([^"]+)"', page)


def answers(**changed) -> dict[str, str]:
    """A whole form, as read now."""
    whole = {
        "ticket": str(new_ticket(now=timezone.now())),
        "starts_at": MONDAY,
        "full_name": "Ada Example",
        "email": "ada@example.com",
        "contact_by": "email",
        "acknowledged": "on",
    }
    return {name: value for name, value in (whole | changed).items() if value is not None}


def test_only_times_that_can_be_had_are_listed(client):
    submit(starts_at=local("2026-12-07 16:00"))
    SpecialHours.objects.create(date="2026-12-08")
    values = listed(client.get(URL).content.decode())
    assert values[0] == "2026-12-03T16:00-06:00"
    assert MONDAY not in values
    assert not [value for value in values if value.startswith(("2026-12-08", "2026-12-06", "2026-12-02"))]
    assert values[-1] == "none"
    assert max(values[:-1]) < "2026-12-16"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        pytest.param("?from=2026-12-14", "2026-12-14T16:00-06:00", id="a date ahead"),
        pytest.param("?from=2020-01-01", "2026-12-03T16:00-06:00", id="a date gone by"),
        pytest.param("?from=9999-12-31", "2027-01-18T16:00-06:00", id="past the last date"),
        pytest.param("?from=nonsense", "2026-12-03T16:00-06:00", id="no date"),
        pytest.param("?from=%00", "2026-12-03T16:00-06:00", id="a NUL"),
        pytest.param("?from=2026-12-14&from=2026-12-21", "2026-12-21T16:00-06:00", id="twice"),
    ],
)
def test_from_shows_fourteen_days_from_there(client, query, first):
    assert listed(client.get(URL + query).content.decode())[0] == first


@pytest.mark.databases
def test_an_accepted_request_answers_303_and_the_sent_page_tells_what_happens_next(client):
    response = client.post(URL, answers(**hidden(client.get(URL).content.decode())))
    assert (response.status_code, response["Location"]) == (303, "/book-a-consult/sent/")
    cookie = response.cookies["sent"]
    assert (cookie["httponly"], cookie["max-age"], cookie["path"], cookie["samesite"]) == (
        True,
        1800,
        "/book-a-consult/sent/",
        "Lax",
    )
    request = ConsultRequest.objects.get()
    page = client.get("/book-a-consult/sent/").content.decode()
    for words in (
        "Request sent",
        "Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time",
        "Friday, December 4, 2026, 8:00 PM Central Time",
        request.reference,
        "988",
        "911",
    ):
        assert words in page
    assert "Ada Example" not in page


def test_the_sent_page_without_the_cookie_is_neutral(client):
    submit()
    page = client.get("/book-a-consult/sent/")
    assert page.status_code == 200
    assert "December 7" not in page.content.decode()
    client.cookies["sent"] = "forged"
    assert "December 7" not in client.get("/book-a-consult/sent/").content.decode()


@pytest.mark.databases
def test_every_further_copy_of_a_form_gets_the_same_answer(client):
    form = answers()
    for _ in range(3):
        assert client.post(URL, form).status_code == 303
    assert (ConsultRequest.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_a_copy_from_a_browser_that_lost_its_cookies_gets_the_same_answer(client):
    form = answers(phone="507-555-0100") | {"email": "ADA@example.com", "starts_at": "2026-12-07T22:00Z"}
    client.post(URL, answers(starts_at="none", email="bob@example.com"))
    client.post(URL, form)
    request = ConsultRequest.objects.get(starts_at=local("2026-12-07 16:00"))
    # Meanwhile it was moved, which changes its start and not the form.
    booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
    client.cookies.clear()
    spelled = form | {"email": "ada@example.com ", "phone": "+1 (507) 555 0100", "starts_at": MONDAY}
    response = client.post(URL, spelled)
    assert (response.status_code, response["Location"]) == (303, f"{URL}sent/")
    assert request.reference in client.get(f"{URL}sent/").content.decode()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(dict.fromkeys(("starts_at", "full_name", "email", "contact_by", "acknowledged")), id="the ticket alone"),
        pytest.param({"email": "eve@example.com"}, id="another address"),
        pytest.param({"email": ""}, id="no address"),
        pytest.param({"phone": "507-555-0111"}, id="a phone number more"),
        pytest.param({"starts_at": "2026-12-08T16:00-06:00"}, id="another start"),
        pytest.param({"starts_at": "none"}, id="no start"),
        pytest.param({"starts_at": "soon"}, id="an unreadable start"),
        pytest.param({"full_name": "Eve Example"}, id="another name"),
        pytest.param({"note": "After six"}, id="a note more"),
    ],
)
def test_a_used_ticket_with_other_answers_does_not_open_the_request(client, changed):
    """Who copies the hidden field from a shared computer is answered like anybody with these answers, and is shown nothing."""
    form = answers()
    client.post(URL, form)
    stranger = Client()
    response = stranger.post(URL, {name: value for name, value in (form | changed).items() if value is not None})
    page = response.content.decode()
    assert (response.status_code, "sent" in response.cookies) == (422, False)
    made = ConsultRequest.objects.get()
    for shown in (page, stranger.get(f"{URL}sent/").content.decode()):
        assert made.reference not in shown
        assert made.token not in shown
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("is_late", [False, True], ids=["later", "at the same moment"])
def test_a_used_form_with_other_answers_is_asked_about_and_never_dropped(client, settings, later, monkeypatch, is_late):
    """Somebody goes back and corrects what they typed, or lets the next person use the page. `is_late`: the look missed it."""
    settings.BOOKING_RATE = settings_rate(20, 3600)
    form = answers()
    later(20)
    client.post(URL, form)
    later(21)
    look = booking.find_submission
    if is_late:
        monkeypatch.setattr(booking, "find_submission", lambda key: None)
    other = form | {"full_name": "Bob Example", "phone": "507-555-0111", "starts_at": EVENING[3]}
    response = client.post(URL, other)
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("This form was already sent, with other answers.") == 1
    assert 'value="Bob Example"' in page
    assert ConsultRequest.objects.count() == 1
    again = other | hidden(page)
    assert again["ticket"] != form["ticket"]
    monkeypatch.setattr(booking, "find_submission", look)
    # The answers of the first are still a copy of it.
    assert client.post(URL, form).status_code == 303
    assert [client.post(URL, again).status_code for _ in range(2)] == [303, 303]
    assert [request.full_name for request in ConsultRequest.objects.order_by("pk")] == ["Ada Example", "Bob Example"]
    assert statuses() == ["requested"] * 2, "not sent too fast"


def test_a_copy_of_a_form_whose_address_was_corrected_gets_the_same_answer_and_opens_nothing(client):
    form = answers()
    client.post(URL, form)
    booking.readdress_request(ConsultRequest.objects.get(), email="right@example.com", now=WEDNESDAY)
    response = Client().post(URL, form)
    assert (response.status_code, "sent" in response.cookies) == (303, False)
    assert Client().post(URL, form | {"full_name": "Bob Example"}).status_code == 422


@pytest.mark.parametrize("starts_at", [MONDAY, "none"])
def test_a_used_ticket_opens_nothing_of_an_erased_person(client, starts_at):
    form = answers(starts_at=starts_at)
    client.post(URL, form)
    erasure.erase_at_once(ConsultRequest.objects.get(), by=None, now=WEDNESDAY)
    for copy in (form, form | {"email": ""}, {"ticket": form["ticket"]}):
        response = Client().post(URL, copy)
        assert (response.status_code, "sent" in response.cookies) == (422, False)
        assert not response.context["form"].is_valid()


def test_a_form_whose_request_was_erased_is_not_dropped_in_silence(client):
    form = answers()
    client.post(URL, form)
    erasure.erase_at_once(ConsultRequest.objects.get(), by=None, now=WEDNESDAY)
    again = form | {"full_name": "Ada Again", "email": "again@example.com"}
    page = client.post(URL, again)
    assert "we no longer have that request" in page.text
    assert client.post(URL, again | {"ticket": page.context["form"]["ticket"].value()}).status_code == 303
    assert ConsultRequest.objects.get(erased_at=None).full_name == "Ada Again"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-12-07T22:00Z", id="UTC"),
        pytest.param("2026-12-07T22:00:00+00:00", id="UTC with seconds"),
        pytest.param("2026-12-07T23:00+01:00", id="another zone"),
        pytest.param(" 2026-12-07T16:00-06:00 ", id="spaces around"),
        pytest.param("2026-12-08T03:30+05:30", id="the next day elsewhere"),
    ],
)
def test_an_instant_counts_however_it_is_spelled(client, value):
    assert client.post(URL, answers(starts_at=value)).status_code == 303
    assert ConsultRequest.objects.get().starts_at == local("2026-12-07 16:00")


def test_a_start_further_ahead_than_the_days_that_were_read_may_be_sent(client):
    assert client.post(URL, answers(starts_at="2027-01-11T16:00-06:00")).status_code == 303


# A start that cannot be had is news with a next step, not the reader's mistake.
NEWS = {"do not start at that time", "We are closed at that time", "too soon", "has passed", "further ahead"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"starts_at": None}, "Choose a time, or choose", id="no time"),
        pytest.param({"starts_at": ""}, "Choose a time, or choose", id="empty time"),
        pytest.param({"starts_at": "2026-12-07T16:00"}, "Choose one of the listed times", id="no offset"),
        pytest.param({"starts_at": "soon"}, "Choose one of the listed times", id="unreadable time"),
        pytest.param({"starts_at": "2026-02-30T16:00-06:00"}, "Choose one of the listed times", id="impossible date"),
        pytest.param({"starts_at": "0001-01-01T00:00+14:00"}, "Choose one of the listed times", id="before time began"),
        pytest.param({"starts_at": "2026-12-07T16:00:01-06:00"}, "do not start at that time", id="a second off"),
        pytest.param({"starts_at": "2026-12-07T16:10-06:00"}, "do not start at that time", id="off the grid"),
        pytest.param({"starts_at": "2026-12-07T20:00-06:00"}, "We are closed at that time", id="closing minute"),
        pytest.param({"starts_at": "2026-12-06T16:00-06:00"}, "We are closed at that time", id="Sunday"),
        pytest.param({"starts_at": "2026-12-02T16:00-06:00"}, "too soon", id="inside the notice"),
        pytest.param({"starts_at": "2025-12-01T16:00-06:00"}, "has passed", id="past"),
        pytest.param({"starts_at": "9998-12-06T16:00-06:00"}, "further ahead", id="far future"),
        pytest.param({"full_name": ""}, "Enter your name", id="no name"),
        pytest.param({"full_name": " \u200b "}, "Enter your name", id="a name of nothing visible"),
        pytest.param({"full_name": "x" * 121}, "120 characters or fewer", id="a name too long"),
        pytest.param({"full_name": "A\x00da"}, "Use only letters, numbers and punctuation", id="a NUL in the name"),
        pytest.param({"email": ""}, "Enter an email address or a phone number", id="no way to reach"),
        pytest.param({"email": "ada@example"}, "correct format, like name@example.com", id="no real address"),
        pytest.param({"email": '"ada"@example.com'}, "correct format", id="a quoted address"),
        pytest.param({"phone": "507-KKL-0100"}, "Enter a phone number with the area code, ten digits", id="a phone in letters"),
        pytest.param({"email": "a" * 250 + "@example.com"}, "254 characters or fewer", id="an address too long"),
        pytest.param({"email": "ada@example.com\nBcc: x@example.com"}, "correct format", id="header injection"),
        pytest.param({"phone": "12"}, "Enter a phone number with the area code, ten digits", id="a phone too short"),
        pytest.param({"phone": "call me maybe now"}, "Enter a phone number with the area code, ten digits", id="no phone"),
        pytest.param({"phone": "+044 20 7946 0958"}, "country code, which never begins with 0", id="no phone abroad"),
        pytest.param({"contact_by": "phone"}, "Enter your phone number", id="to be reached by what was not given"),
        pytest.param(
            {"contact_by": "email", "email": "", "phone": "507-555-0100"},
            "Enter your email address",
            id="mail without an address",
        ),
        pytest.param({"contact_by": None}, "Choose how we should reach you", id="no way chosen"),
        pytest.param({"contact_by": "pigeon"}, "Choose email or phone", id="a way we do not have"),
        pytest.param({"note": "x" * 301}, "300 characters or fewer", id="a note too long"),
        pytest.param({"acknowledged": None}, "Check the box to show that you know", id="not acknowledged"),
    ],
)
def test_a_refused_form_names_the_fix_keeps_the_answers_and_offers_times(client, changed, words):
    response = client.post(
        URL, answers(note=changed.get("note", "Kept note"), **{k: v for k, v in changed.items() if k != "note"})
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count(words) >= 2, "in the summary and beside the field"
    is_news = words in NEWS
    assert ("Choose another time" if is_news else "There is a problem") in page
    assert ("<title>Choose another time: " if is_news else "<title>Error: ") in page
    assert len(listed(page)) > 3
    if not changed.get("note"):
        assert "Kept note" in page
    if "full_name" not in changed:
        assert 'value="Ada Example"' in page
    assert not ConsultRequest.objects.exists()
    assert not Seat.objects.exists()


def test_an_empty_post_is_the_form_with_errors_and_not_a_blank_one(client):
    page = client.post(URL, hidden(client.get(URL).content.decode())).content.decode()
    assert "Enter your name" in page


@pytest.mark.databases
def test_a_time_taken_meanwhile_is_news_with_the_nearest_times_first(client):
    form = answers()
    submit(key="faster")
    response = client.post(URL, form)
    assert response.status_code == 422
    assert "taken a moment ago" in response.content.decode()
    assert listed(response.content.decode())[:3] == [
        "2026-12-07T16:30-06:00",
        "2026-12-07T17:00-06:00",
        "2026-12-07T17:30-06:00",
    ]


def test_a_corrected_form_is_still_the_same_form(client):
    form = answers(full_name="")
    page = client.post(URL, form).content.decode()
    assert hidden(page)["ticket"] == form["ticket"]
    assert client.post(URL, form | {"full_name": "Ada"}).status_code == 303


@pytest.mark.parametrize("ticket", [None, "", "zzz", "W10:1xVTmv:abc", "\x00"])
def test_a_form_without_its_ticket_starts_again(client, ticket):
    response = client.post(URL, answers(ticket=ticket))
    assert response.status_code == 403
    assert "988" in response.content.decode()
    assert not ConsultRequest.objects.exists()


def test_a_post_without_the_csrf_token_starts_again():
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(URL, answers())
    assert response.status_code == 403
    assert "988" in response.content.decode()
    strict.get(URL)
    form = answers() | {"csrfmiddlewaretoken": strict.cookies["csrf"].value}
    assert strict.post(URL, form, headers={"origin": "null"}).status_code == 403
    assert strict.post(URL, form).status_code == 303


def test_fields_that_are_not_listed_have_no_effect(client):
    form = answers() | {
        "status": "confirmed",
        "reference": "AAAA-AAAA",
        "answer_by": "2020-01-01",
        "length_minutes": "600",
        "id": "7",
    }
    assert client.post(URL, form).status_code == 303
    request = ConsultRequest.objects.get()
    assert (request.status, request.length_minutes, request.reference == "AAAA-AAAA") == ("requested", 30, False)


@pytest.mark.parametrize("starts_at", [MONDAY, "none"])
def test_the_wish_to_hear_of_an_earlier_time_is_kept_only_where_it_was_ticked(client, starts_at):
    refused = client.post(URL, answers(starts_at=starts_at, earlier="on", full_name="")).content.decode()
    assert 'name="earlier"' in refused
    assert " checked" in refused[refused.index('name="earlier"') :].partition(">")[0]
    client.post(URL, answers(starts_at=starts_at, earlier="on"))
    assert "We may offer you one" in client.get(f"{URL}sent/").content.decode()
    client.post(URL, answers(starts_at="2026-12-07T16:30-06:00", email="bob@example.com"))
    assert list(ConsultRequest.objects.order_by("pk").values_list("wants_earlier", flat=True)) == [True, False]
    assert "We may offer you one" not in client.get(f"{URL}sent/").content.decode()


def test_voicemail_is_no_unless_said(client):
    client.post(URL, answers(phone="507-555-0100", contact_by="phone", voicemail_ok="no"))
    client.post(URL, answers(starts_at="2026-12-07T16:30-06:00", phone="507-555-0100", voicemail_ok="yes"))
    assert [request.person.voicemail_ok for request in ConsultRequest.objects.order_by("pk")] == [False, True]


def test_too_many_posts_from_one_address_are_told_when_to_come_back(client, settings):
    settings.BOOKING_RATE = settings_rate(2, 3600)
    form = answers(full_name="")
    assert [client.post(URL, form).status_code for _ in range(3)] == [422, 422, 429]
    response = client.post(URL, form)
    assert response["Retry-After"] == "1800"
    assert "30 minutes" in response.content.decode()
    assert "988" in response.content.decode()
    assert client.post(URL, form, REMOTE_ADDR="10.1.2.3").status_code == 422
    assert not any("127.0.0.1" in row.client for row in RateLimit.objects.all())


def test_a_spoofed_forwarding_header_changes_nothing_unless_a_proxy_is_trusted(client, settings):
    settings.BOOKING_RATE = settings_rate(1, 3600)
    form = answers(full_name="")
    assert client.post(URL, form, headers={"x-forwarded-for": "203.0.113.1"}).status_code == 422
    assert client.post(URL, form, headers={"x-forwarded-for": "203.0.113.2"}).status_code == 429
    settings.TRUSTED_PROXIES = 1
    assert client.post(URL, form, headers={"x-forwarded-for": "203.0.113.9, 203.0.113.3"}).status_code == 422
    assert client.post(URL, form, headers={"x-forwarded-for": "203.0.113.8, 203.0.113.3"}).status_code == 429


def settings_rate(limit: int, seconds: int):
    from clinic_site.env import Rate

    return Rate(limit, seconds)


def test_the_number_of_queries_does_not_grow_with_requests(client, django_assert_max_num_queries):
    client.get(URL)  # The rules are remembered from here on.
    with django_assert_max_num_queries(7):
        client.get(URL)
    for number in range(20):
        submit(key=f"key-{number}", starts_at=local("2026-12-07 16:00") + timedelta(days=number // 8, minutes=30 * (number % 8)))
    with django_assert_max_num_queries(7):
        client.get(URL)


def test_no_times_for_two_weeks_still_offers_to_be_contacted_and_the_next_date(client):
    for day in range(2, 20):
        SpecialHours.objects.create(date=f"2026-12-{day:02}")
    page = client.get(URL).content.decode()
    assert listed(page) == ["none"]
    assert "/book-a-consult/?from=2026-12-21" in page
    OpeningHours.objects.all().delete()
    page = client.get(URL).content.decode()
    assert listed(page) == ["none"]
    assert client.post(URL, answers(starts_at="none")).status_code == 303


def test_the_repeated_hour_is_listed_twice_with_its_zone(client, clock):
    clock(datetime(2026, 10, 25, 18, tzinfo=UTC))
    ConsultPolicy.objects.update(length_minutes=60)
    OpeningHours.objects.create(weekday=6, opens="01:00", closes="02:00")
    page = client.get(URL).content.decode()
    assert "2026-11-01T01:00-05:00" in listed(page)
    assert "2026-11-01T01:00-06:00" in listed(page)
    assert "1:00 AM CDT" in page
    assert "1:00 AM CST" in page


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_changes_nothing(client, method):
    getattr(client, method)(URL)
    assert (ConsultRequest.objects.count(), OutboxMessage.objects.count(), RateLimit.objects.count()) == (0, 0, 0)


def test_the_flow_keeps_quiet_about_the_treatment_and_is_not_stored(client):
    for url in (URL, "/book-a-consult/sent/"):
        response = client.get(url)
        title = re.search(r"<title>(.*?)</title>", response.content.decode())[1]
        assert "ketamine" not in title.lower()
        assert "no-store" in response["Cache-Control"]


def test_a_form_in_an_encoding_we_do_not_read_is_a_400_page(client):
    response = client.post(URL, urlencode({"full_name": "x"}), content_type="application/x-www-form-urlencoded; charset=latin-1")
    assert response.status_code == 400
    assert "988" in response.content.decode()


def test_the_list_shows_clinic_time_whoever_looks(client):
    instants = [datetime.fromisoformat(value) for value in listed(client.get(URL).content.decode())[:-1]]
    assert {instant.utcoffset() for instant in instants} == {timedelta(hours=-6)}
    assert all(16 <= instant.astimezone(CHICAGO).hour < 20 or instant.weekday() == 5 for instant in instants)


@pytest.fixture
def later(clock):
    """Moves the clock on by some seconds."""
    return lambda seconds: clock(WEDNESDAY + timedelta(seconds=seconds))


def statuses() -> list[str]:
    return list(ConsultRequest.objects.order_by("pk").values_list("status", flat=True))


def test_a_filled_honeypot_sets_the_request_aside_behind_the_same_page(client):
    page = client.get(URL).content.decode()
    assert 'name="website"' in page
    response = client.post(URL, answers(website="https://spam.example"))
    assert response.status_code == 303
    assert statuses() == ["quarantined"]
    assert (Seat.objects.count(), OutboxMessage.objects.count()) == (0, 0)
    sent = client.get("/book-a-consult/sent/").content.decode()
    assert "It is not confirmed until we write." in sent
    assert "Friday, December 4, 2026, 8:00 PM Central Time" in sent


@pytest.mark.parametrize(("seconds", "status"), [(1.9, "quarantined"), (2.0, "requested")])
def test_a_form_sent_faster_than_anybody_types_is_set_aside(client, settings, later, seconds, status):
    settings.BOOKING_RATE = settings_rate(20, 3600)
    form = answers()
    later(seconds)
    assert client.post(URL, form).status_code == 303
    assert statuses() == [status]


def test_correcting_a_refused_form_never_counts_as_too_fast(client, settings, later):
    settings.BOOKING_RATE = settings_rate(20, 3600)
    form = answers(full_name="")
    later(3)
    assert client.post(URL, form).status_code == 422
    assert client.post(URL, form | {"full_name": "Ada"}).status_code == 303
    assert statuses() == ["requested"]


@pytest.mark.databases
def test_the_fourth_open_request_of_one_contact_is_set_aside(client):
    for hour in ("16:00", "16:30", "17:00", "17:30"):
        spelled = "ADA@example.com" if hour == "17:30" else "ada@example.com"
        client.post(URL, answers(starts_at=f"2026-12-07T{hour}-06:00", email=spelled))
    assert statuses() == ["requested", "requested", "requested", "quarantined"]


def test_visits_that_are_over_and_that_nobody_marked_set_aside_no_further_request(client, staff, clock):
    for number, day in enumerate(("07", "08", "09")):
        request = submit(key=f"form {number}", starts_at=local(f"2026-12-{day} 16:00"))
        booking.confirm_request(request, by=staff, now=WEDNESDAY)
    clock(local("2026-12-09 17:00"))
    client.post(URL, answers(starts_at="2026-12-14T16:00-06:00"))
    assert statuses()[3:] == ["requested"]


def test_the_seventh_request_of_one_contact_in_a_day_is_set_aside_however_quickly_they_were_withdrawn(client):
    for _ in range(7):
        client.post(URL, answers())
        if ConsultRequest.objects.last().status == "requested":
            booking.withdraw_request(ConsultRequest.objects.last(), now=WEDNESDAY)
    assert statuses() == ["withdrawn"] * 6 + ["quarantined"]


def send_in_many_names(client, later, starts: list[str]) -> None:
    for number, start in enumerate(starts):
        later(number * 10)
        form = answers(starts_at=start, email=f"p{number}@example.com")
        later(number * 10 + 5)
        client.post(URL, form)


EVENING = [f"2026-12-07T{hour}-06:00" for hour in ("16:00", "16:30", "17:00", "17:30", "18:00", "18:30", "19:00")]


@pytest.mark.databases
@pytest.mark.parametrize(("starts", "taken"), [(EVENING, 6), (["none"] * 4, 3)], ids=["with a time", "none of these times"])
def test_what_one_address_sends_in_a_day_is_bounded_unless_limits_are_off(client, settings, later, starts, taken):
    """Each is a letter to another person; one that was withdrawn was one too."""
    settings.BOOKING_RATE = settings_rate(20, 3600)
    send_in_many_names(client, later, starts[:-1])
    booking.withdraw_request(ConsultRequest.objects.first(), now=WEDNESDAY + timedelta(minutes=2))
    send_in_many_names(client, later, starts[-1:])
    assert statuses() == ["withdrawn", *["requested"] * (taken - 1), "quarantined"]
    settings.BOOKING_RATE = None
    client.post(URL, answers(starts_at=starts[-1], email="p9@example.com"))
    assert statuses()[-1] == "requested"


@pytest.mark.databases
@pytest.mark.parametrize(("unanswered", "second"), [(8, "requested"), (9, "quarantined")])
def test_in_a_rush_an_address_holds_one_seat_a_day(client, settings, later, unanswered, second):
    """The tenth is the address's own first one."""
    settings.BOOKING_RATE = settings_rate(20, 3600)
    for number in range(unanswered):
        starts_at = local("2026-12-08 16:00") + timedelta(days=number // 8, minutes=30 * (number % 8))
        asked = submit(key=f"rush-{number}", email=f"rush-{number}@example.com", phone="", starts_at=starts_at)
        # However many were set aside, one address alone starts no rush.
        aside = submit(key=f"aside-{number}", email=f"aside-{number}@example.com", phone="", looks_like_spam=True)
        if number % 2:
            # A bot that gives up its times at once is in as much of a rush.
            booking.withdraw_request(asked, now=WEDNESDAY)
            booking.withdraw_request(aside, now=WEDNESDAY)
    for number, hour in enumerate(("16:00", "16:30")):
        later(number * 10)
        form = answers(starts_at=f"2026-12-07T{hour}-06:00", email=f"p{number}@example.com")
        later(number * 10 + 5)
        client.post(URL, form)
    assert statuses()[-2:] == ["requested", second]


@pytest.mark.databases
def test_addresses_are_kept_as_keyed_hashes_for_a_day(client):
    from consults.spam import forget_clients

    client.post(URL, answers())
    kept = ConsultRequest.objects.get().client
    assert kept
    assert "127.0.0.1" not in kept
    assert forget_clients(now=WEDNESDAY + timedelta(hours=23)) == 0
    assert forget_clients(now=WEDNESDAY + timedelta(hours=24)) == 1
    assert ConsultRequest.objects.get().client == ""


def test_an_address_that_looks_misspelt_is_asked_about_once_and_kept_with_one_click(client):
    form = answers(email="ada@gmial.com")
    response = client.post(URL, form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Did you mean ada@gmail.com?" in page
    assert 'name="keep_email"' not in client.get(URL).content.decode()
    kept = re.search(r'name="keep_email" value="([^"]+)"', page)[1]
    # Corrected to another misspelling, it is asked about again.
    assert client.post(URL, form | {"email": "ada@gmal.com", "keep_email": kept}).status_code == 422
    page = client.post(URL, form | {"keep_email": kept, "full_name": ""}).content.decode()
    assert "Did you mean" not in page
    assert f'name="keep_email" value="{kept}"' in page, "another mistake does not bring the question back"
    assert client.post(URL, form | {"keep_email": kept}).status_code == 303
    assert ConsultRequest.objects.get().email == "ada@gmial.com"


def test_who_gives_somebody_elses_number_learns_nothing_and_is_in_nobodys_way(client):
    """Only the contact that is answered counts: a letter, or a call, would tell its owner."""
    for number in range(2):
        client.post(URL, answers(starts_at=EVENING[number], email=f"me{number}@example.com", phone="507-555-0123"))
    for number in range(2, 5):
        victim = {"email": "victim@example.com", "phone": "507-555-0123", "contact_by": "phone"}
        client.post(URL, answers(starts_at=EVENING[number], **victim))
    assert statuses() == ["requested"] * 5


@pytest.mark.parametrize(
    ("by", "one", "spelled"),
    [
        ("email", "ada@example.com", "ADA+x+y@example.com"),
        ("email", "ada@example.com", "ada@exam\u00adple.com"),
        ("email", "a.da@gmail.com", "ada@googlemail.com"),
        ("phone", "507-555-0142", "+1 507 555 0142, x3"),
        ("phone", "507-555-0142", "507-555-0142 #1"),
    ],
)
def test_a_mailbox_or_a_telephone_counts_once_however_it_is_spelled(client, by, one, spelled):
    for number in range(4):
        given = {by: spelled if number == 3 else one, "contact_by": by}
        client.post(URL, answers(starts_at=EVENING[number], **given))
    assert statuses() == ["requested"] * 3 + ["quarantined"]


def test_what_was_set_aside_and_wrote_to_nobody_is_in_nobodys_way(client, clock):
    """A stranger fills in the field that people do not see, moves and withdraws; then the owner of the address asks."""
    for _ in range(6):
        client.post(URL, answers(website="x", starts_at=EVENING[0]))
        aside = ConsultRequest.objects.order_by("pk").last()
        for start in (EVENING[1], EVENING[2]) * 3:
            assert client.post(f"/consults/{aside.token}/", {"action": "move", "starts_at": start}).status_code == 303
        assert client.post(f"/consults/{aside.token}/", {"action": "keep"}).status_code == 422
        client.post(f"/consults/{aside.token}/", {"action": "withdraw"})
    assert not OutboxMessage.objects.exists()
    client.post(URL, answers())
    assert statuses() == ["withdrawn"] * 6 + ["requested"]
    own = ConsultRequest.objects.order_by("pk").last()
    assert client.post(f"/consults/{own.token}/", {"action": "move", "starts_at": EVENING[3]}).status_code == 303


def test_an_address_that_was_corrected_before_anything_was_sent_counts_nothing(client):
    for number in range(3):
        client.post(URL, answers(starts_at=EVENING[number]))
        request = ConsultRequest.objects.order_by("pk").last()
        client.post(f"/consults/{request.token}/", {"action": "address", "email": f"me{number}@example.com"})
    client.post(URL, answers(starts_at=EVENING[4]))
    assert statuses() == ["requested"] * 4


def test_a_corrected_address_counts_like_any_other(client):
    """Otherwise it would be the way round every limit: first write to a stranger, or write to one in the end."""
    for number in range(4):
        client.post(URL, answers(starts_at=EVENING[number], email=f"me{number}@example.com"))
        request = ConsultRequest.objects.order_by("pk").last()
        form = {"action": "address", "email": "victim@example.com"}
        assert client.post(f"/consults/{request.token}/", form).status_code == 303
    assert statuses() == ["requested"] * 3 + ["quarantined"]
    booking.withdraw_request(ConsultRequest.objects.order_by("pk").first(), now=WEDNESDAY)
    for number in range(7):
        client.post(URL, answers(starts_at=EVENING[5], email="other@example.com"))
        OutboxMessage.objects.filter(state="waiting").update(state="done")
        request = ConsultRequest.objects.order_by("pk").last()
        client.post(f"/consults/{request.token}/", {"action": "address", "email": f"me-{number}@example.com"})
        request.refresh_from_db()
        booking.withdraw_request(request, now=WEDNESDAY)
    told = [letter_of(message)["to"] for message in OutboxMessage.objects.filter(kind="requested")]
    assert told.count("other@example.com") == 6


def test_a_correction_counts_from_when_it_was_made_however_old_the_request_is(client, clock):
    """Each is a letter on that day, to the address that it names and to the one that it leaves."""
    starts = [local("2026-12-08 16:00") + timedelta(days=day, minutes=30 * half) for day in (0, 1) for half in range(5)]
    for number, start in enumerate(starts):
        submit(key=f"old-{number}", email=f"me{number}@example.com" if number < 7 else "left@example.com", starts_at=start)
    OutboxMessage.objects.filter(state="waiting").update(state="done")
    left = replace(ADA, email="left@example.com")
    clock(later := WEDNESDAY + timedelta(hours=28))
    for number, request in enumerate(ConsultRequest.objects.order_by("pk")):
        form = {"action": "address", "email": "victim@example.com" if number < 7 else f"you{number}@example.com"}
        assert client.post(f"/consults/{request.token}/", form).status_code == 303
        request.refresh_from_db()
        if request.status == "requested" and number < 7:
            booking.withdraw_request(request, now=later)
    assert statuses() == ["withdrawn"] * 6 + ["quarantined"] + ["requested"] * 3
    told = [letter_of(message)["to"] for message in OutboxMessage.objects.filter(kind="readdressed", recipient="patient")]
    assert told.count("victim@example.com") == 6
    assert asked_enough(left, now=later)
    assert not asked_enough(left, now=later + timedelta(days=1))


def test_a_correction_that_sets_aside_takes_nothing_off_what_was_sent(client, settings, clock):
    """To an address that was sent enough already: the letters to the one before, and what this IP address sent, still count."""
    settings.BOOKING_RATE = settings_rate(100, 3600)
    for number in range(3):
        submit(key=f"full-{number}", email="full@example.com", starts_at=local("2026-12-08 16:00") + timedelta(hours=number))
    for number in range(7):
        clock(WEDNESDAY + timedelta(minutes=number))
        form = answers(starts_at=EVENING[number], email="victim@example.com")
        clock(WEDNESDAY + timedelta(minutes=number, seconds=30))
        client.post(URL, form)
        OutboxMessage.objects.filter(state="waiting").update(state="done")
        request = ConsultRequest.objects.order_by("pk").last()
        client.post(f"/consults/{request.token}/", {"action": "address", "email": "full@example.com"})
    assert set(statuses()[3:]) == {"quarantined"}
    told = [letter_of(message)["to"] for message in OutboxMessage.objects.filter(kind="requested")]
    assert told.count("victim@example.com") == 6
    # By contact and by IP address alike.
    for address, sender in (("victim@example.com", "198.51.100.7"), ("other@example.com", "127.0.0.1")):
        form = answers(starts_at="2026-12-09T16:00-06:00", email=address)
        clock(WEDNESDAY + timedelta(minutes=10))
        client.post(URL, form, REMOTE_ADDR=sender)
        assert statuses()[-1] == "quarantined"
    # The address that it was corrected to was told nothing, so nothing more counts for it.
    for request in ConsultRequest.objects.filter(submission_key__startswith="full-"):
        booking.withdraw_request(request, now=WEDNESDAY)
    clock(WEDNESDAY + timedelta(minutes=11))
    form = answers(starts_at="2026-12-09T16:30-06:00", email="full@example.com")
    clock(WEDNESDAY + timedelta(minutes=12))
    client.post(URL, form, REMOTE_ADDR="198.51.100.8")
    assert statuses()[-1] == "requested"


def test_what_staff_set_aside_after_it_wrote_still_counts_for_the_day(client, staff):
    for number in range(7):
        client.post(URL, answers(starts_at=EVENING[number]))
        if (request := ConsultRequest.objects.order_by("pk").last()).status == "requested":
            booking.quarantine_request(request, by=staff, now=WEDNESDAY)
    assert OutboxMessage.objects.count() == 6


def test_the_sent_page_says_where_the_answer_goes(client):
    client.post(URL, answers())
    page = client.get("/book-a-consult/sent/").content.decode()
    assert "<strong>ada@example.com</strong>" in page
    assert '#address">' in page


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (["confirmed"], "Your visit is confirmed. "),
        (["confirmed", "moved"], "Your visit is confirmed. The new time is not confirmed yet. "),
        (["confirmed", "cancelled"], "This visit has been cancelled. "),
        (["offered"], "We have your request. If you take the other time that we offer, it is confirmed at once. "),
        (["declined"], "We closed this request. Our email tells you why."),
        (["withdrawn"], "You withdrew this request. "),
        (["expired"], "We did not answer in time. "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_sent_page_is_true_also_when_it_is_read_again(client, staff, clock, steps, says):
    """It says what became of the request, and leaves the rest to the patient's own page."""
    client.post(URL, answers(earlier="on"))
    request = ConsultRequest.objects.get()
    for step in steps:
        now = request.answer_by if step == "expired" else WEDNESDAY
        request = decisions(staff)[step](request, now)
        OutboxMessage.objects.exclude(kind="reminder").update(state="done")
    page = " ".join(client.get(f"{URL}sent/").content.decode().split())
    assert says in page
    assert ("There is news" in page) == (steps != ["withdrawn"]), "what they did themselves is none"
    assert f'href="/consults/{request.token}/"' in page
    for past in (
        "It is not confirmed until we write or call",
        "We will answer by",
        "What happens next",
        "ada@example.com",
        "2026, 4:00",
    ):
        assert past not in page


def test_the_sent_page_shows_the_time_that_was_asked_for_since(client, staff):
    client.post(URL, answers())
    decisions(staff)["moved"](ConsultRequest.objects.get(), WEDNESDAY)
    page = client.get(f"{URL}sent/").content.decode()
    assert "Tuesday, December 8, 2026, 4:00 PM" in page
    assert "It is not confirmed until we write." in page


def test_the_sent_page_says_that_we_call_when_the_address_takes_no_mail(client):
    client.post(URL, answers(phone="507-555-0100"))
    refuse(OutboxMessage.objects.get(recipient="patient"), now=WEDNESDAY, problem="refused_550")
    page = " ".join(client.get(f"{URL}sent/").content.decode().split())
    answered_by = re.search(r"<dt>We will answer by</dt><dd>([^<]*)</dd>", page)[1]
    assert f"We will call you at <strong>507-555-0100</strong> by {answered_by}, to confirm" in page
    assert "One thing to do now: save" in page
    assert "nothing else you need to do" not in page
    assert "ada@example.com" not in page


def test_who_asked_for_no_time_is_promised_an_answer_and_told_how_an_estimate_comes(client):
    client.post(URL, answers(starts_at="none", phone="507-555-0100", contact_by="phone"))
    page = " ".join(client.get(f"{URL}sent/").content.decode().split())
    assert "We will find one with you, or answer what you asked." in page
    assert 'href="/good-faith-estimate/">how a written estimate reaches you</a>. Tell us an email or postal address' in page
    client.post(URL, answers())
    assert "how a written estimate" not in client.get(f"{URL}sent/").content.decode()


def test_the_sent_page_of_a_request_that_was_erased_is_neutral(client, staff):
    client.post(URL, answers())
    erasure.erase_at_once(ConsultRequest.objects.get(), by=staff, now=WEDNESDAY)
    page = client.get("/book-a-consult/sent/")
    assert page.status_code == 200
    assert "If you sent us a request, we have it." in page.content.decode()
