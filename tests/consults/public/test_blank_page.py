"""The booking page is made once for each state of what it shows, and is never the one of another state or visitor."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from consults import booking
from consults.models import ConsultPolicy, ConsultRequest, SpecialHours
from consults.public import blank_page
from pages.models import Clinic
from tests.builders import WEDNESDAY, local, submit
from tests.consults.statuses import reason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]

URL = "/book-a-consult/"
MONDAY = 'value="2026-12-07T16:00-06:00"'


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(blank_page, "_kept", type(blank_page._kept)())


def read(client, url: str = URL) -> str:
    return client.get(url).content.decode()


def secrets_of(page: str) -> list[str]:
    return re.findall(r'name="(?:ticket|csrfmiddlewaretoken)" value="([^"]+)"', page)


def test_two_visitors_get_one_page_with_a_ticket_and_a_token_of_their_own(client, django_assert_max_num_queries):
    first = read(client)
    other_client = Client(enforce_csrf_checks=True)
    with django_assert_max_num_queries(2):
        other = read(other_client)
    mine, theirs = secrets_of(first), secrets_of(other)
    assert (len(mine), len(theirs), set(mine) & set(theirs)) == (2, 2, set())
    assert re.sub("|".join(map(re.escape, mine)), "…", first) == re.sub("|".join(map(re.escape, theirs)), "…", other)
    assert len(blank_page._kept) == 1
    # Each can send what they were given.
    answers = {"full_name": "Ada", "email": "ada@example.com", "contact_by": "email", "acknowledged": "on"}
    answers |= {"starts_at": "2026-12-07T16:00-06:00", "ticket": theirs[1], "csrfmiddlewaretoken": theirs[0]}
    assert other_client.post(URL, answers).status_code == 303


def test_what_changes_the_times_or_the_words_is_on_the_next_page(client, staff):
    assert MONDAY in read(client)
    request = submit()
    assert MONDAY not in read(client)
    booking.decline_request(request, reason=reason("decline"), by=staff, now=WEDNESDAY)
    assert MONDAY in read(client)
    SpecialHours.objects.create(date="2026-12-07")
    assert MONDAY not in read(client)
    SpecialHours.objects.all().delete()
    ConsultPolicy.objects.update(notice_hours=24 * 6)
    assert MONDAY not in read(client)
    ConsultPolicy.objects.update(notice_hours=24)
    Clinic.objects.update(name="Elm Clinic")
    assert "Elm Clinic" in read(client)


def test_the_clock_is_in_the_key(client, clock):
    notice_ends = local("2026-12-06 16:00")
    clock(notice_ends - timedelta(seconds=61))
    assert MONDAY in read(client)
    clock(notice_ends + timedelta(seconds=1))
    assert MONDAY not in read(client)


def test_a_page_without_a_free_time_is_made_each_time_because_it_leads_to_the_next_one(client):
    SpecialHours.objects.bulk_create(SpecialHours(date=f"2026-12-{day:02}") for day in range(2, 32))
    page = read(client)
    assert "There are no open times on these days" in page
    assert 'href="/book-a-consult/?from=2027-01-01#times"' in page
    assert not blank_page._kept


def test_different_dates_are_different_pages_and_many_are_not_kept_for_good(client):
    for day in range(60):
        read(client, f"{URL}?from={(WEDNESDAY + timedelta(days=day)).date().isoformat()}")
    assert len(blank_page._kept) == blank_page._MOST_PAGES
    assert read(client, f"{URL}?from=nonsense&x=1").count("<form") == read(client).count("<form")


def test_without_the_seats_in_the_key_a_taken_time_would_stay_listed(client, monkeypatch):
    without = blank_page._key
    monkeypatch.setattr(blank_page, "_key", lambda *parts: without(*parts)[:-1])
    assert MONDAY in read(client)
    submit()
    assert MONDAY in read(client)
    assert ConsultRequest.objects.count() == 1
