"""The day and week view, and a caller's request from one of its open seats."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults import booking
from consults.models import ConsultPolicy, ConsultRequest, SpecialHours
from tests.builders import WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"
DIARY = f"{REQUESTS}diary/"


def day_of(page: str, number: int) -> str:
    """The section of the page's so-manyth day."""
    return page.partition(f'aria-labelledby="day-{number}"')[2].partition("</section>")[0]


def test_a_week_shows_visits_open_seats_and_closed_days(desk):
    submit(key="asked", starts_at=local("2026-12-07 16:00"), full_name="Ada Asked")
    agreed = submit(key="agreed", starts_at=local("2026-12-07 17:00"), full_name="Gil Agreed")
    booking.confirm_request(agreed, by=desk.user, now=WEDNESDAY)
    page = desk.get(DIARY, {"from": "2026-12-07"}).content.decode()
    monday, sunday = day_of(page, 1), day_of(page, 7)
    assert "Monday, December 7, 2026" in monday
    assert monday.index("4:00 PM") < monday.index("Ada Asked") < monday.index("5:00 PM") < monday.index("Gil Agreed")
    assert monday.count("Take a request by phone") == 6
    assert "Closed." in sunday


def test_without_a_date_it_is_this_week_or_today(desk):
    assert "Monday, November 30, 2026 to Sunday, December 6, 2026" in desk.get(DIARY).content.decode()
    page = desk.get(DIARY, {"days": "1"}).content.decode()
    assert "<h1>Wednesday, December 2, 2026</h1>" in page
    for nonsense in ("yesterday", "0001-01-01", "2026-13-01", ""):
        assert desk.get(DIARY, {"from": nonsense}).status_code == 200


def test_a_visit_beside_the_posted_times_is_shown_and_said_so(desk):
    submit(starts_at=local("2026-12-07 16:00"))
    SpecialHours.objects.create(date="2026-12-07")
    monday = day_of(desk.get(DIARY, {"from": "2026-12-07"}).content.decode(), 1)
    assert "Ada Example" in monday
    assert "outside the posted hours" in monday
    assert "Closed." in monday
    assert "Take a request" not in monday


def test_a_past_day_keeps_its_visits_and_offers_no_seat(desk):
    request = submit(now=local("2026-11-20 10:00"), starts_at=local("2026-11-24 16:00"))
    booking.confirm_request(request, by=desk.user, now=local("2026-11-20 11:00"))
    booking.complete_request(request, by=desk.user, now=local("2026-11-24 17:00"))
    page = desk.get(DIARY, {"from": "2026-11-24", "days": "1"}).content.decode()
    assert "Ada Example" in page
    assert "Take a request" not in page
    assert "Choose an open time" not in page


def test_an_open_seat_leads_to_the_form_with_its_time_chosen(desk):
    page = day_of(desk.get(DIARY, {"from": "2027-01-04", "days": "1"}).content.decode(), 1)
    link = page.partition('class="seat" href="')[2].partition('"')[0]
    form = desk.get(link).content.decode()
    assert '<option value="2027-01-04T16:00-06:00" selected>' in form
    person = {"full_name": "Cal Caller", "phone": "507-555-0100", "contact_by": "phone"}
    assert desk.post(link, person | {"starts_at": "2027-01-04T16:00-06:00"}).status_code == 302
    assert ConsultRequest.objects.get().starts_at == local("2027-01-04 16:00")


def test_seats_beyond_what_may_be_asked_for_are_not_offered(desk):
    assert "Take a request" not in desk.get(DIARY, {"from": "2027-03-01"}).content.decode()


def test_the_week_takes_the_same_queries_for_one_and_thirty(desk, django_assert_num_queries):
    ConsultPolicy.objects.update(capacity=10)
    submit(key="first", starts_at=local("2026-12-07 16:00"))
    desk.get(DIARY, {"from": "2026-12-07"})
    with CaptureQueriesContext(connection) as one:
        desk.get(DIARY, {"from": "2026-12-07"})
    for number in range(29):
        submit(key=str(number), starts_at=local(f"2026-12-0{7 + number % 3} {16 + number % 4}:00"))
    with django_assert_num_queries(len(one)):
        desk.get(DIARY, {"from": "2026-12-07"})


def test_who_may_not_see_requests_sees_no_week(client):
    editor = User.objects.create_user("ed", is_staff=True)
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    assert client.get(DIARY).status_code == 403


def test_the_week_says_why_a_day_is_special_leads_to_its_hours_and_prints_phone_numbers(superuser):
    submit(starts_at=local("2026-12-07 16:00"), phone="507-555-0142")
    submit(key="fine", starts_at=local("2026-12-07 17:00"), phone="507-555-0143", contact_by="phone", voicemail_ok=True)
    SpecialHours.objects.create(date="2026-12-08", note="Roof repair")
    page = superuser.get(DIARY, {"from": "2026-12-07"}).content.decode()
    monday, tuesday = day_of(page, 1), day_of(page, 2)
    assert "507-555-0142, do not leave a voicemail, reach by email</span>" in monday
    assert '<span class="print-only phone">507-555-0143</span>' in monday
    assert "/admin/consults/specialhours/day/?date=2026-12-07" in monday
    assert "Roof repair" in tuesday
    assert re.search(r"<button[^>]* data-print hidden>Print</button>", page), "without its script there is no button"
    assert "js/print.js" in page
    assert "specialhours/day/?date" not in superuser.get(DIARY, {"from": "2026-11-23"}).content.decode(), "days that are over"
