"""What staff see and may do."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults.models import (
    AccessRecord,
    ConsultPolicy,
    ConsultRequest,
    OpeningHours,
    OutboxMessage,
    Reason,
    Seat,
    SpecialHours,
)
from tests.browsers import hidden_fields
from tests.builders import CHICAGO, WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"


def references(page: str, *requests: ConsultRequest) -> list[str]:
    return sorted((request.reference for request in requests if request.reference in page), key=page.index)


def find(desk, term: str):
    """The list that a search leads to."""
    return desk.post(f"{REQUESTS}search/", {"q": term}, follow=True)


def test_the_list_opens_on_open_requests_and_those_that_need_an_answer_come_first(superuser):
    later = submit(key="later", starts_at=local("2026-12-21 16:00"))
    ended = submit(key="ended", starts_at=local("2026-12-08 16:00"))
    soon = submit(key="soon", starts_at=local("2026-12-03 16:00"))
    agreed = submit(key="agreed", starts_at=local("2026-12-03 17:00"))
    ConsultRequest.objects.filter(pk=ended.pk).update(status="declined", ended_at=WEDNESDAY)
    ConsultRequest.objects.filter(pk=agreed.pk).update(status="confirmed")
    every = (later, ended, soon, agreed)
    page = superuser.get(REQUESTS).content.decode()
    assert references(page, *every) == [soon.reference, later.reference, agreed.reference]
    assert "Thursday, December 3, 2026, 4:00 PM to 4:30 PM Central Time" in page
    found = {
        status: references(superuser.get(REQUESTS, {"status": status}).content.decode(), *every) for status in ("declined", "all")
    }
    assert found["declined"] == [ended.reference]
    assert sorted(found["all"]) == sorted(request.reference for request in every)


@pytest.mark.parametrize("term", ["{reference}", " {reference} ", "ada@example.com", "ADA@example.com", "(507) 555-0100"])
def test_a_request_is_found_by_reference_and_exact_contact(superuser, term):
    wanted = submit(key="wanted", phone="507 555 0100")
    other = submit(key="other", starts_at=local("2026-12-08 16:00"), email="bob@example.com", phone="507-555-0111")
    page = find(superuser, term.format(reference=wanted.reference)).content.decode()
    assert references(page, wanted, other) == [wanted.reference]


def test_a_request_page_shows_everything_and_changes_nothing(superuser):
    request = submit(note="Call after six", voicemail_ok=True)
    url = f"{REQUESTS}{request.pk}/change/"
    page = superuser.get(url).content.decode()
    shown = ("Ada Example", "ada@example.com", "507-555-0100", "Call after six", "Monday, December 7, 2026")
    for words in (*shown, request.reference):
        assert words in page
    assert '<select name="status"' not in page
    assert 'name="_save"' not in page
    superuser.post(url, {"status": "confirmed"})
    request.refresh_from_db()
    assert request.status == "requested"


def test_requests_are_not_added_or_deleted_by_hand(superuser):
    request = submit()
    assert superuser.get(f"{REQUESTS}add/").status_code == 403
    assert superuser.post(f"{REQUESTS}{request.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ConsultRequest.objects.count() == 1


def test_visitors_are_sent_to_the_login(client):
    response = client.get(REQUESTS)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_hours_are_posted_in_the_clinics_words(superuser):
    base = "/admin/consults/openinghours/"
    assert superuser.post(f"{base}add/", {"weekday": 6, "opens": "10:00", "closes": "12:00"}).status_code == 302
    assert OpeningHours.objects.filter(weekday=6).count() == 1
    for wrong, words in (
        ({"weekday": 6, "opens": "12:00", "closes": "10:00"}, "closing time must be after"),
        ({"weekday": 6, "opens": "11:00", "closes": "13:00"}, "overlap"),
        ({"weekday": 6, "opens": "13:03", "closes": "14:00"}, "five-minute"),
    ):
        page = superuser.post(f"{base}add/", wrong)
        assert page.status_code == 200
        assert words in page.content.decode()
    assert OpeningHours.objects.filter(weekday=6).count() == 1


def test_a_special_date_is_open_or_closed_not_both(superuser):
    url = "/admin/consults/specialhours/add/"
    assert superuser.post(url, {"date": "2026-12-25", "opens": "", "closes": "", "note": "Christmas Day"}).status_code == 302
    for wrong in ({"opens": "08:00", "closes": "12:00"}, {"opens": "", "closes": ""}, {"opens": "08:00", "closes": ""}):
        assert superuser.post(url, {"date": "2026-12-25", "note": "", **wrong}).status_code == 200
    assert SpecialHours.objects.count() == 1


def test_there_is_one_policy_with_sensible_bounds(superuser):
    assert superuser.get("/admin/consults/consultpolicy/add/").status_code == 403
    url = "/admin/consults/consultpolicy/1/change/"
    whole = {"length_minutes": 30, "capacity": 1, "notice_hours": 24, "horizon_days": 60}
    whole |= {"answer_open_days": 2, "erase_after_days": 90}
    assert superuser.post(url, whole | {"length_minutes": 33}).status_code == 200
    assert superuser.post(url, whole | {"capacity": 0}).status_code == 200
    assert superuser.post(url, whole | {"length_minutes": 45}).status_code == 302
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
        "/admin/content/reference/add/",
        "/admin/consults/openinghours/",
        "/admin/consults/specialhours/add/",
    ],
)
def test_staff_pages_open_and_are_not_public(superuser, path):
    response = superuser.get(path)
    assert response.status_code == 200
    assert "public" not in response.get("Cache-Control", "")
    assert "default-src 'none'" in response["Content-Security-Policy"]


def act(superuser, request: ConsultRequest, action: str, **form):
    data = {"action": action, "version": request.version, **form}
    return superuser.post(f"{REQUESTS}{request.pk}/act/", data, follow=True).content.decode()


def test_staff_confirm_and_the_stale_second_click_is_told(superuser):
    request = submit(starts_at=ahead())
    assert "Confirmed. We are writing to ada@example.com." in act(superuser, request, "confirm")
    assert "changed meanwhile and is now confirmed" in act(superuser, request, "confirm")
    request.refresh_from_db()
    assert (request.status, request.version, request.events.last().by.username) == ("confirmed", 2, "alex")


def test_staff_decline_only_with_a_reason_of_the_list(superuser):
    Reason.objects.create(use="decline", code="decline-full", label="Full", text="No time.")
    Reason.objects.create(use="cancel", code="cancel-closed", label="Closed", text="Closed.")
    request = submit(starts_at=ahead())
    for reason in ("", "nonsense", "cancel-closed"):
        assert "Choose a reason from the list" in act(superuser, request, "decline", reason=reason)
    assert "Declined. We are writing to ada@example.com." in act(superuser, request, "decline", reason="decline-full")
    request.refresh_from_db()
    assert request.events.last().reason == "decline-full"


def test_staff_offer_another_open_time(superuser):
    request = submit(starts_at=ahead())
    other = ahead(hour=17)
    assert "Choose one of the open times" in act(superuser, request, "reschedule", starts_at="")
    assert "Moved and confirmed. We are writing to ada@example.com." in act(
        superuser, request, "reschedule", starts_at=other.isoformat()
    )
    request.refresh_from_db()
    assert request.starts_at == other


def ahead(hour: int = 16):
    """An evening two weeks after the fixed Wednesday of these tests."""
    return local(f"2026-12-16 {hour}:00")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda superuser, start: superuser.post(
                "/admin/consults/specialhours/add/", {"date": start.date().isoformat(), "note": ""}
            ),
            id="a closed special day",
        ),
        pytest.param(
            lambda superuser, start: superuser.post(
                f"/admin/consults/openinghours/{OpeningHours.objects.get(weekday=start.weekday()).pk}/change/",
                {"weekday": start.weekday(), "opens": "17:00", "closes": "20:00"},
            ),
            id="a later opening",
        ),
        pytest.param(
            lambda superuser, start: superuser.post(
                f"/admin/consults/openinghours/{OpeningHours.objects.get(weekday=start.weekday()).pk}/delete/", {"post": "yes"}
            ),
            id="a weekday deleted",
        ),
        pytest.param(
            lambda superuser, start: superuser.post(
                "/admin/consults/openinghours/",
                {
                    "action": "delete_selected",
                    "_selected_action": [OpeningHours.objects.get(weekday=start.weekday()).pk],
                    "post": "yes",
                },
            ),
            id="rows deleted from the list",
        ),
    ],
)
def test_a_change_that_would_strand_a_request_asks_first_and_saves_nothing(superuser, change):
    request = submit(starts_at=ahead())
    start = ahead().astimezone(CHICAGO)
    hours = list(OpeningHours.objects.values())
    page = change(superuser, start)
    assert page.status_code == 200
    assert f"Ada Example, {request.reference}</a>" in page.content.decode()
    assert "1 person has a time that no longer fits. Nothing has been saved yet" in " ".join(page.content.decode().split())
    assert AccessRecord.objects.filter(kind="listed", rows=1).exists()
    assert "successfully" not in superuser.get("/admin/").content.decode()
    assert list(OpeningHours.objects.values()) == hours
    assert not SpecialHours.objects.exists()


def test_with_a_yes_the_change_is_saved_and_the_request_sits_among_the_conflicts(superuser):
    request = submit(starts_at=ahead())
    day = ahead().astimezone(CHICAGO).date().isoformat()
    add = "/admin/consults/specialhours/add/"
    asked = superuser.post(add, {"date": day, "note": ""}).content.decode()
    assert f'<a href="?date={day}" class="button plain">No, go back</a>' in asked
    saved = superuser.post(add, hidden_fields(asked) | {"strand": "yes"}, follow=True).content.decode()
    assert f'no longer fits: <a href="{REQUESTS}{request.pk}/change/">{request.reference}</a>' in saved
    listed = superuser.get(REQUESTS, {"conflict": "yes"}).content.decode()
    assert request.reference in listed
    request.refresh_from_db()
    assert request.status == "requested"
    page = superuser.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert "outside the posted hours" in page
    assert "no longer within the posted hours" in act(superuser, request, "confirm")
    assert "Confirmed. We are writing to ada@example.com." in act(
        superuser, request, "confirm", even_if_not_posted="yes", shown=hidden_fields(page)["shown"]
    )
    assert request.reference not in superuser.get(REQUESTS, {"conflict": "yes"}).content.decode()


def test_a_change_that_strands_nobody_is_saved_at_once(superuser):
    submit(starts_at=ahead())
    assert superuser.post("/admin/consults/specialhours/add/", {"date": "2031-01-01", "note": ""}).status_code == 302


def test_lowering_the_capacity_asks_too(superuser):
    ConsultPolicy.objects.update(capacity=2)
    one, two = submit(key="1", starts_at=ahead()), submit(key="2", starts_at=ahead())
    whole = {"length_minutes": 30, "capacity": 1, "notice_hours": 24, "horizon_days": 60}
    whole |= {"answer_open_days": 2, "erase_after_days": 90}
    page = superuser.post("/admin/consults/consultpolicy/1/change/", whole)
    assert references(page.content.decode(), one, two) == [one.reference, two.reference]
    assert ConsultPolicy.objects.get().capacity == 2


def test_a_callers_request_goes_through_the_same_rules(superuser):
    url = f"{REQUESTS}by-phone/"
    start = ahead()
    form = {"starts_at": start.isoformat(), "full_name": "Cal Caller", "phone": "507-555-0100", "contact_by": "phone"}
    assert superuser.get(url).status_code == 200
    assert superuser.post(url, form | {"full_name": ""}).status_code == 422
    assert superuser.post(url, form).status_code == 302
    request = ConsultRequest.objects.get()
    assert (request.starts_at, request.events.get().by.username) == (start, "alex")
    said = superuser.post(url, {"starts_at": start.isoformat(), "phone": "", "contact_by": ""}).content.decode()
    assert "How should we reach them?" in said
    assert "Enter the caller’s name" in said
    words = re.sub(r"<[^>]*>", " ", said.partition('class="short-form"')[2].partition("</form>")[0]).lower()
    assert not {"you", "your", "reach you"} & set(words.split()), "the form speaks to staff"
    page = superuser.post(url, form | {"again": "on"})
    assert page.status_code == 422
    assert "taken a moment ago" in page.content.decode()


def test_a_form_by_phone_that_is_sent_twice_makes_one_request_and_another_callers_makes_another(desk, clock):
    """The browser's Back button leads to a form that was sent, and keeps what was typed."""
    url = f"{REQUESTS}by-phone/"
    form = hidden_fields(desk.get(url).content.decode())
    form |= {"starts_at": "none", "full_name": "Cal", "email": "cal@example.com", "contact_by": "email"}
    first = desk.post(url, form)
    clock(WEDNESDAY + timedelta(seconds=1))
    again = desk.post(url, form)
    assert first.url == again.url
    assert OutboxMessage.objects.get(recipient="patient").kind == "requested"
    assert "was recorded already" in desk.get(again.url).content.decode()
    other = desk.post(url, form | {"full_name": "Di", "email": "di@example.com"})
    assert (other.status_code, ConsultRequest.objects.latest("pk").full_name) == (302, "Di")


def test_staff_go_below_the_notice_only_when_they_say_so(superuser):
    this_evening = "2026-12-02T16:00-06:00"
    form = {"starts_at": this_evening, "full_name": "Cal", "phone": "507-555-0100", "contact_by": "phone"}
    asked = superuser.post(f"{REQUESTS}by-phone/", form).content.decode()
    assert "Wednesday, December 2, 4:00 PM, is less than 24 hours away." in asked
    assert "Ask the caller about the short notice and check this box" in asked
    chosen = '<option value="2026-12-02T16:00-06:00" selected data-short>Wednesday, December 2, 4:00 PM (short notice)</option>'
    assert chosen in asked
    assert 'value="Cal"' in asked
    # From an open seat of the diary the question stands there at once, without a complaint; for a later time it is not asked.
    chosen = superuser.get(f"{REQUESTS}by-phone/", {"starts_at": this_evening}).content.decode()
    assert "is less than 24 hours away" in chosen
    assert "Ask the caller about the short notice" not in chosen
    # For a later time it is there for when another is chosen, and hidden until then.
    later = superuser.get(f"{REQUESTS}by-phone/", {"starts_at": ahead().isoformat()}).content.decode()
    assert 'class="notice short-notice"' in later
    assert 'class="notice short-notice"' not in chosen
    assert superuser.post(f"{REQUESTS}by-phone/", form | {"starts_at": "none", "full_name": "Di"}).status_code == 302
    assert superuser.post(f"{REQUESTS}by-phone/", form | {"below_notice": "on"}).status_code == 302


def test_a_time_inside_the_notice_is_given_on_the_page_only_to_who_agrees(superuser):
    request = submit()
    page = f"{REQUESTS}{request.pk}/change/"
    panel = superuser.get(page).content.decode().partition('value="reschedule"')[2].partition("</form>")[0]
    assert re.search(r'T16:00:00-06:00" data-short>\s*Wednesday, December 2, 2026, 4:00\sPM \(short notice\)', panel)
    assert 'name="below_notice"' in panel
    assert "less than 24 hours away" in panel
    form = {"action": "reschedule", "version": 1, "starts_at": "2026-12-02T16:00:00-06:00"}
    refused = superuser.post(f"{REQUESTS}{request.pk}/act/", form, follow=True).content.decode()
    assert "is less than 24 hours away" in refused.partition('class="error"')[2]
    request.refresh_from_db()
    assert request.status == "requested"
    superuser.post(f"{REQUESTS}{request.pk}/act/", form | {"below_notice": "yes"})
    request.refresh_from_db()
    assert (request.status, request.starts_at) == ("confirmed", local("2026-12-02 16:00"))


def test_a_caller_who_has_a_request_that_day_is_asked_about_once(superuser):
    url, form = f"{REQUESTS}by-phone/", {"full_name": "ada  example", "phone": "(507) 555-0100", "contact_by": "phone"}
    first = submit()
    asked = superuser.post(url, form | {"starts_at": "2026-12-07T17:00-06:00"})
    assert asked.status_code == 422
    page = " ".join(asked.content.decode().split())
    assert "This person has a request for that day already" in page
    assert f"{first.reference}</a>, Monday, December 7, 4:00 PM (waiting)" in page
    assert ConsultRequest.objects.count() == 1
    for change in ({"starts_at": "2026-12-08T16:00-06:00"}, {"full_name": "Bob"}, {"phone": "507-555-0111"}, {"again": "on"}):
        assert superuser.post(url, form | {"starts_at": "2026-12-07T17:30-06:00"} | change).status_code == 302, change
        ConsultRequest.objects.exclude(pk=first.pk).update(status="withdrawn", ended_at=WEDNESDAY)
        Seat.objects.exclude(request=first).delete()


def test_an_ended_request_leads_to_a_new_one_for_the_same_person(superuser):
    request = submit(voicemail_ok=True, contact_by="phone")
    page = f"{REQUESTS}{request.pk}/change/"
    assert "New request for this person" not in superuser.get(page).content.decode()
    ConsultRequest.objects.update(status="declined", ended_at=WEDNESDAY)
    link = re.search(r'href="([^"]*by-phone/\?for=\d+)"', superuser.get(page).content.decode())[1]
    before = AccessRecord.objects.count()
    form = superuser.get(link).content.decode()
    for value in ("Ada Example", "ada@example.com", "507-555-0100"):
        assert f'value="{value}"' in form
    assert re.search(r'value="phone"[^>]*checked', form)
    assert (AccessRecord.objects.count(), AccessRecord.objects.latest("pk").request) == (before + 1, request)
    for nobody in ("0", "x", "99999"):
        assert 'value="Ada Example"' not in superuser.get(f"{REQUESTS}by-phone/", {"for": nobody}).content.decode()


def test_who_may_only_look_is_offered_no_action(client):
    from django.contrib.auth.models import Permission

    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_consultrequest"))
    client.force_login(reader)
    request = submit(starts_at=ahead())
    page = client.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert "/act/" not in page
    assert client.post(f"{REQUESTS}{request.pk}/act/", {"action": "confirm", "version": 1}).status_code == 403
    assert client.get(f"{REQUESTS}by-phone/").status_code == 403


@pytest.mark.parametrize("query", [{}, "ada@example.com", "Ada", {"status": "all"}, {"conflict": "yes"}])
def test_the_list_takes_the_same_queries_for_one_and_thirty(superuser, django_assert_num_queries, query):
    ConsultPolicy.objects.update(capacity=20)
    submit(key="first", starts_at=ahead())
    if isinstance(query, str):
        query = dict(find(superuser, query).wsgi_request.GET.items())
    superuser.get(REQUESTS, query)
    with CaptureQueriesContext(connection) as one:
        superuser.get(REQUESTS, query)
    for number in range(29):
        submit(key=str(number), starts_at=ahead(16 + number % 4))
    with django_assert_num_queries(len(one)):
        page = superuser.get(REQUESTS, query).content.decode()
    assert page.count("Ada Example") == (0 if query == {"conflict": "yes"} else 30)


def test_calls_to_make_are_ticked_off_and_failed_mail_is_sent_again(superuser):
    submit(key="call", contact_by="phone", starts_at=ahead())
    submit(key="mail", starts_at=ahead(17))
    call, mail = OutboxMessage.objects.order_by("pk")
    OutboxMessage.objects.filter(pk=mail.pk).update(state="failed", problem="refused_550")
    url = "/admin/consults/outboxmessage/"
    assert "refused_550" in superuser.get(url, {"left": "failed"}).content.decode()
    page = superuser.get(f"{url}{call.pk}/change/").content.decode()
    assert "507-555-0100" in page
    assert "Do not leave a voicemail" in page
    both = {"_selected_action": [call.pk, mail.pk]}
    superuser.post(url, both | {"action": "mark_calls_made"})
    superuser.post(url, both | {"action": "try_again"})
    assert list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True)) == ["done", "waiting"]
    assert superuser.get(f"{url}add/").status_code == 403
