"""Free times inside the notice are on the booking page as text, with the phone number; never as a choice."""

import re
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults.models import ConsultPolicy, OpeningHours, SpecialHours
from pages.models import Clinic
from tests.builders import local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
URL = "/book-a-consult/"
CALL = 'Call us at <a href="tel:507-555-0100">507-555-0100</a>.'


@pytest.fixture(autouse=True)
def _phone(clinic):
    Clinic.objects.update(phone="507-555-0100")


def sooner(client, url: str = URL) -> str:
    """The paragraph, without its number to call; empty when there is none."""
    page = " ".join(client.get(url).content.decode().split())
    found = re.search(r"<p[^>]*>\s*(Sooner: [^<]*)<a", page)
    return found[1].removesuffix(" Call us at ") if found else ""


def open_at(*times: str) -> None:
    """Posts today's hours as one consult at each of these times."""
    for number in times:
        opens = time.fromisoformat(number)
        SpecialHours.objects.create(date="2026-12-02", opens=opens, closes=opens.replace(minute=opens.minute + 30))


@pytest.mark.parametrize(
    ("times", "text"),
    [
        pytest.param(["16:00"], "4:00 PM is too soon", id="one"),
        pytest.param(["16:00", "17:00"], "4:00 PM and 5:00 PM are too soon", id="two"),
        pytest.param(["12:00", "16:00", "17:00"], "12:00 noon, 4:00 PM and 5:00 PM are too soon", id="three"),
        pytest.param(
            ["16:00", "17:00", "18:00", "19:00", "20:00", "21:00"],
            "4:00 PM, 5:00 PM, 6:00 PM, 7:00 PM, 8:00 PM and later are too soon",
            id="a handful of many",
        ),
    ],
)
def test_free_times_inside_the_notice_are_text(client, times, text):
    open_at(*times)
    assert sooner(client) == f"Sooner: Wednesday, December 2, {text} to ask for online."


def test_they_are_no_choice_and_the_number_can_be_called(client):
    page = client.get(URL).content.decode()
    assert 'value="2026-12-02T' not in page
    assert CALL in " ".join(page.split())
    assert sooner(client).startswith("Sooner: Wednesday, December 2, 4:00 PM, 4:30 PM, ")


def test_times_of_two_days_are_told_by_day(client, clock):
    clock(local("2026-12-02 19:10"))
    ConsultPolicy.objects.update(notice_hours=22)
    assert sooner(client) == (
        "Sooner: Wednesday, December 2, 7:30 PM; Thursday, December 3, 4:00 PM, 4:30 PM and 5:00 PM"
        " are too soon to ask for online."
    )


def test_a_time_that_is_taken_or_over_is_not_told(client, clock):
    OpeningHours.objects.filter(weekday=2).update(closes=time(18))
    submit(starts_at=local("2026-12-02 17:00"), now=local("2026-11-30 10:00"))
    clock(local("2026-12-02 16:05"))
    assert sooner(client).startswith("Sooner: Wednesday, December 2, 4:30 PM and 5:30 PM")


@pytest.mark.parametrize("phone", [None, ""])
def test_without_a_phone_nothing_is_said(client, phone):
    Clinic.objects.update(phone=phone)
    assert sooner(client) == ""


def test_without_such_a_time_nothing_is_said(client):
    ConsultPolicy.objects.update(notice_hours=0)
    assert sooner(client) == ""


def test_only_the_page_that_begins_today_says_it(client):
    assert sooner(client, f"{URL}?from=2026-12-02")
    assert sooner(client, f"{URL}?from=2026-12-07") == ""


def test_it_takes_no_query(client, django_assert_num_queries):
    client.get(URL)
    with CaptureQueriesContext(connection) as told:
        client.get(URL)
    queries = len(told)
    Clinic.objects.update(phone=None)
    client.get(URL)
    with django_assert_num_queries(queries):
        client.get(URL)
