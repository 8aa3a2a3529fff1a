"""An offered earlier time on the patient's own page: what it says, and what each answer does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clinic_site.env import Rate
from consults import booking
from consults.models import EarlierOffer, Event, OutboxMessage, Seat, SpecialHours
from pages.models import Clinic
from tests.builders import ADA, WEDNESDAY, local
from tests.consults.statuses import EARLIER, START, bring_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
WHEN = "Friday, December 4, 2026, 4:00 PM to 4:30 PM Central Time"


@pytest.fixture
def offered(staff):
    return bring_to("offered", staff)


def own_url(request) -> str:
    return f"/consults/{request.token}/"


def stored() -> tuple:
    return list(Event.objects.values()), list(EarlierOffer.objects.values()), list(Seat.objects.values())


def test_the_page_says_what_is_offered_and_until_when_and_reading_changes_nothing(client, offered):
    before = stored()
    page = client.get(own_url(offered)).content.decode()
    assert stored() == before
    for words in (
        WHEN,
        "held for you until Friday, December 4, 2026, 2:00 PM Central Time",
        "Take this time",
        "Keep my own time",
    ):
        assert words in page
    assert "Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time" in page, "what they have"
    assert 'name="starts_at" value="2026-12-04T16:00-06:00"' not in page, "an offer is accepted, and not asked for"
    assert page.count("<h1") == 1


@pytest.mark.parametrize("names_it", [True, False])
@pytest.mark.parametrize(("action", "starts_at", "answer"), [("accept", EARLIER, "accepted"), ("refuse", START, "refused")])
def test_an_answer_is_taken_once_and_sent_twice_is_fine(client, offered, action, starts_at, answer, names_it):
    form = {"action": action} | ({"offered": "2026-12-04T16:00-06:00"} if names_it else {})
    for _ in range(2):
        response = client.post(own_url(offered), form)
        assert (response.status_code, response["Location"]) == (303, own_url(offered))
    offered.refresh_from_db()
    assert (offered.status, offered.starts_at, offered.version) == ("confirmed", starts_at, 4)
    assert EarlierOffer.objects.get().answer == answer
    page = client.get(own_url(offered)).content.decode()
    assert "Take this time" not in page
    assert ("You did not take the time that we offered. Your visit keeps its time." in page) == (action == "refuse")


def refused_page(client, request, **form) -> str:
    before = stored()
    response = client.post(own_url(request), {"action": "accept"} | form)
    assert response.status_code == 422
    assert stored() == before
    return response.content.decode()


def test_what_is_over_or_was_replaced_is_not_accepted(client, offered, staff, clock):
    booking.take_back_offer(offered, by=staff, now=WEDNESDAY)
    assert "That time is no longer held for you. Your visit is at the time shown below" in refused_page(client, offered)
    booking.offer_earlier(offered, starts_at=local("2026-12-03 16:00"), by=staff, now=WEDNESDAY)
    page = refused_page(client, offered, offered="2026-12-04T22:00Z")
    assert "Another time is offered now" in page
    assert "Thursday, December 3, 2026" in page
    SpecialHours.objects.create(date="2026-12-03")
    page = client.get(own_url(offered)).content.decode()
    assert "We can no longer offer you Thursday, December 3, 2026" in page
    assert "Take this time" not in page
    clock(EarlierOffer.objects.last().answer_by)
    assert "Take this time" not in client.get(own_url(offered)).content.decode()
    assert "no longer held" in refused_page(client, offered)


def test_who_tries_to_take_a_time_whose_date_was_closed_ends_the_offer_and_is_not_told_that_they_never_answered(client, offered):
    OutboxMessage.objects.update(state="done", done_at=WEDNESDAY, place="200 Schilling Dr S., Dundas, MN 55019")
    SpecialHours.objects.create(date="2026-12-04")
    Clinic.objects.update(consult_kind="By phone")
    page = " ".join(client.get(own_url(offered)).content.decode().split())
    assert f"We can no longer offer you {WHEN}. Your call keeps its time." in page
    assert "The place of your confirmed call has changed." in page, "so no sentence of the page says that nothing else has"
    assert "Nothing else" not in page
    response = client.post(own_url(offered), {"action": "accept"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "We can no longer offer that time. Your call keeps its time" in page
    assert "Nothing else" not in page
    assert "Take this time" not in page
    offer = EarlierOffer.objects.get()
    assert (offer.answer, offered.seats.filter(cell=int(EARLIER.timestamp()) // 300).exists()) == ("taken_back", False)
    offered.refresh_from_db()
    assert (offered.status, offered.starts_at) == ("confirmed", START)
    assert OutboxMessage.objects.filter(kind="offer_taken_back", recipient="patient").count() == 1
    client.post(own_url(offered), {"action": "accept"})
    assert offered.events.filter(kind="offer_taken_back").count() == 1


def test_who_found_no_time_reads_of_a_time_and_of_none_that_is_given_up(client, staff):
    request = booking.submit_request(submission_key="none", starts_at=None, person=ADA, now=WEDNESDAY)
    booking.offer_earlier(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)
    page = client.get(own_url(request)).content.decode()
    assert "A time is open" in page
    assert "the time below" not in page
    assert "Do not take it" in page
    client.post(own_url(request), {"action": "refuse"})
    page = client.get(own_url(request)).content.decode()
    assert "You did not take the time that we offered. Your request stays as it is." in page


@pytest.mark.parametrize("timeless", [True, False])
@pytest.mark.parametrize(("contact_by", "reach"), [("email", "write to"), ("phone", "call")])
def test_what_is_offered_is_confirmed_when_it_is_taken_and_only_the_asked_time_waits(client, staff, timeless, contact_by, reach):
    person = replace(ADA, contact_by=contact_by)
    start = None if timeless else START
    request = booking.submit_request(submission_key="a", starts_at=start, person=person, now=WEDNESDAY, wants_earlier=True)
    waits = f"It is not confirmed until we {reach} you."
    assert waits in client.get(own_url(request)).content.decode()
    booking.offer_earlier(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)
    page = client.get(own_url(request)).content.decode()
    assert waits not in page
    assert "that we offer, it is confirmed at once." in page
    assert (f"The time you asked for is not confirmed until we {reach} you." in page) != timeless
    booking.refuse_offer(request, now=WEDNESDAY)
    assert waits in client.get(own_url(request)).content.decode()


def test_what_ends_an_offer_says_so_before_it_does(client, offered, staff):
    page = client.get(own_url(offered)).content.decode()
    assert "If you ask for another time, we no longer hold the offered time above." in page
    assert "We may offer you one" not in page, "one is offered"
    client.post(own_url(offered), {"action": "move", "starts_at": "2026-12-08T16:00-06:00"})
    page = client.get(own_url(offered)).content.decode()
    assert "we no longer hold" not in page
    assert "We may offer you one" not in page, "nothing is offered while a move waits"
    booking.reschedule_request(offered, starts_at=local("2026-12-09 16:00"), by=staff, now=WEDNESDAY)
    assert "Your visit is at the time shown below" in refused_page(client, offered), "staff moved it meanwhile"


@pytest.mark.parametrize("rate", [None, Rate(3, 3600)])
def test_answers_count_as_tries_and_withdrawing_ends_the_offer_without_one(client, offered, settings, rate):
    settings.BOOKING_RATE = rate
    for _ in range(3 if rate else 20):
        client.post(own_url(offered), {"action": "accept", "offered": "2026-12-09T16:00-06:00"})
    assert client.post(own_url(offered), {"action": "accept"}).status_code == 429
    assert client.post(own_url(offered), {"action": "withdraw"}).status_code == 303
    assert (EarlierOffer.objects.get().answer, Seat.objects.count()) == ("overtaken", 0)


def test_a_patient_who_moves_may_take_a_time_beside_the_offered_one(client, offered):
    """What is held for them is in nobody's way but others'."""
    moved = client.post(own_url(offered), {"action": "move", "starts_at": "2026-12-04T16:30-06:00"})
    assert moved.status_code == 303
    offered.refresh_from_db()
    assert (offered.starts_at - EARLIER, offered.seats.count()) == (timedelta(minutes=30), 12)
