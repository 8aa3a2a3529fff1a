"""What staff see and may do."""

import pytest
from django.contrib.auth.models import User

from consults.models import ConsultPolicy, ConsultRequest, OpeningHours, SpecialHours
from tests.builders import local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("desk", password="x"))
    return client


def references(page: str, *requests: ConsultRequest) -> list[str]:
    return sorted((request.reference for request in requests if request.reference in page), key=page.index)


def test_requests_that_need_an_answer_come_first(staff):
    later = submit(key="later", starts_at=local("2026-12-21 16:00"))
    ended = submit(key="ended", starts_at=local("2026-12-08 16:00"))
    soon = submit(key="soon", starts_at=local("2026-12-03 16:00"))
    ConsultRequest.objects.filter(pk=ended.pk).update(status="declined")
    page = staff.get(REQUESTS).content.decode()
    assert references(page, later, ended, soon) == [soon.reference, later.reference, ended.reference]
    assert "Thursday, December 3, 2026, 4:00 PM to 4:30 PM Central Time" in page


@pytest.mark.parametrize("term", ["{reference}", " {reference} ", "ada@example.com", "ADA@example.com", "(507) 555-0100"])
def test_a_request_is_found_by_reference_and_exact_contact(staff, term):
    wanted = submit(key="wanted", phone="507 555 0100")
    other = submit(key="other", starts_at=local("2026-12-08 16:00"), email="bob@example.com", phone="507-555-0111")
    page = staff.get(REQUESTS, {"q": term.format(reference=wanted.reference)}).content.decode()
    assert references(page, wanted, other) == [wanted.reference]


def test_a_request_page_shows_everything_and_changes_nothing(staff):
    request = submit(note="Call after six", voicemail_ok=True)
    url = f"{REQUESTS}{request.pk}/change/"
    page = staff.get(url).content.decode()
    shown = ("Ada Example", "ada@example.com", "507-555-0100", "Call after six", "Monday, December 7, 2026")
    for words in (*shown, request.reference):
        assert words in page
    assert '<select name="status"' not in page
    assert 'name="_save"' not in page
    staff.post(url, {"status": "confirmed"})
    request.refresh_from_db()
    assert request.status == "requested"


def test_requests_are_not_added_or_deleted_by_hand(staff):
    request = submit()
    assert staff.get(f"{REQUESTS}add/").status_code == 403
    assert staff.post(f"{REQUESTS}{request.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ConsultRequest.objects.count() == 1


def test_visitors_are_sent_to_the_login(client):
    response = client.get(REQUESTS)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_hours_are_posted_in_the_clinics_words(staff):
    base = "/admin/consults/openinghours/"
    assert staff.post(f"{base}add/", {"weekday": 6, "opens": "10:00", "closes": "12:00"}).status_code == 302
    assert OpeningHours.objects.filter(weekday=6).count() == 1
    for wrong, words in (
        ({"weekday": 6, "opens": "12:00", "closes": "10:00"}, "closing time must be after"),
        ({"weekday": 6, "opens": "11:00", "closes": "13:00"}, "overlap"),
        ({"weekday": 6, "opens": "13:03", "closes": "14:00"}, "five-minute"),
    ):
        page = staff.post(f"{base}add/", wrong)
        assert page.status_code == 200
        assert words in page.content.decode()
    assert OpeningHours.objects.filter(weekday=6).count() == 1


def test_a_special_date_is_open_or_closed_not_both(staff):
    url = "/admin/consults/specialhours/add/"
    assert staff.post(url, {"date": "2026-12-25", "opens": "", "closes": "", "note": "Christmas Day"}).status_code == 302
    for wrong in ({"opens": "08:00", "closes": "12:00"}, {"opens": "", "closes": ""}, {"opens": "08:00", "closes": ""}):
        assert staff.post(url, {"date": "2026-12-25", "note": "", **wrong}).status_code == 200
    assert SpecialHours.objects.count() == 1


def test_there_is_one_policy_with_sensible_bounds(staff):
    assert staff.get("/admin/consults/consultpolicy/add/").status_code == 403
    url = "/admin/consults/consultpolicy/1/change/"
    whole = {"length_minutes": 30, "capacity": 1, "notice_hours": 24, "horizon_days": 60}
    whole |= {"answer_open_days": 2, "erase_after_days": 90}
    assert staff.post(url, whole | {"length_minutes": 33}).status_code == 200
    assert staff.post(url, whole | {"capacity": 0}).status_code == 200
    assert staff.post(url, whole | {"length_minutes": 45}).status_code == 302
    assert ConsultPolicy.objects.get().length_minutes == 45


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/pages/clinic/1/change/",
        "/admin/pages/page/",
        "/admin/pages/question/add/",
        "/admin/pages/provider/add/",
        "/admin/blog/article/add/",
        "/admin/blog/reference/add/",
        "/admin/consults/openinghours/",
        "/admin/consults/specialhours/add/",
    ],
)
def test_staff_pages_open_and_are_not_public(staff, path):
    response = staff.get(path)
    assert response.status_code == 200
    assert "public" not in response.get("Cache-Control", "")
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_an_edit_renders_dates_and_clears_the_review(staff):
    from pages.models import Page, Provider

    reviewer = Provider.objects.create(name="Real Person")
    review = {"reviewed_by": reviewer, "reviewed_on": "2020-02-01"}
    page = Page.objects.create(key="faqs", title="T", browser_title="T", description="D", updated_on="2020-01-01", **review)
    form = {"title": "T", "browser_title": "T", "description": "D", "body": "## New", "lede": "", "eyebrow": "", "in_short": ""}
    whole = form | {"reviewed_by": reviewer.pk, "reviewed_on": "2020-02-01"}
    assert staff.post(f"/admin/pages/page/{page.pk}/change/", whole).status_code == 302
    page.refresh_from_db()
    assert page.body_html == '<h2 id="new">New</h2>'
    assert page.updated_on.year > 2020
    assert (page.reviewed_by, page.reviewed_on) == (None, None)
