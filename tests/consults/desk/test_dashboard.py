"""The desk: its front page, finding a request, deciding about several at once, and a page that went stale."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults import booking
from consults.desk import dashboard, search
from consults.desk.status_words import key_to_statuses
from consults.messages import outbox
from consults.models import AccessRecord, ConsultPolicy, ConsultRequest, OutboxMessage, Reason, SpecialHours, WorkerHeartbeat
from tests.builders import ADA, WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"
EVENING = local("2026-12-16 16:00")


def section(page: str, name: str) -> str:
    """The part of the front page under the heading with this id."""
    return page.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


def find(desk, term: str):
    """The list that a search leads to."""
    return desk.post(f"{REQUESTS}search/", {"q": term}, follow=True)


def test_the_front_page_shows_what_needs_a_person_and_by_when(desk):
    later = submit(key="later", starts_at=EVENING, full_name="Lara Later")
    soon = submit(key="soon", starts_at=local("2026-12-03 16:00"), full_name="Sam Soon")
    aside = submit(key="aside", looks_like_spam=True, full_name="Bo Bot")
    call = submit(key="call", starts_at=local("2026-12-08 16:00"), contact_by="phone", full_name="Cal Caller")
    visit = submit(key="visit", starts_at=local("2026-12-03 17:00"), full_name="Vic Visit")
    booking.confirm_request(visit, by=desk.user, now=WEDNESDAY)
    OutboxMessage.objects.filter(event__request=later).update(state="failed", problem="refused_550")
    SpecialHours.objects.create(date="2026-12-16")
    page = desk.get("/admin/").content.decode()
    waiting = section(page, "waiting")
    assert waiting.index("Sam Soon") < min(waiting.index("Cal Caller"), waiting.index("Lara Later"))
    assert f"{REQUESTS}{soon.pk}/change/" in waiting
    assert "answer by tomorrow, 2:00 PM" in waiting
    assert call.reference in section(page, "calls")
    assert "507-555-0100" in section(page, "calls")
    assert visit.reference in section(page, "visits-2")
    assert later.reference in section(page, "conflicts")
    assert "refused_550" in section(page, "failed")
    assert aside.reference in section(page, "quarantine")
    assert "Every request was answered in time" in section(page, "expired")


def test_a_failed_letter_about_no_request_is_shown_without_its_words(desk):
    outbox.write_to_staff("password_reset", to="owner@example.com", subject="A new password", text="The link", now=WEDNESDAY)
    OutboxMessage.objects.update(state="failed", problem="refused_550")
    letter = f"/admin/consults/outboxmessage/{OutboxMessage.objects.get().pk}/change/"
    assert letter in section(desk.get("/admin/").content.decode(), "failed")
    for page in (desk.get(letter), desk.get("/admin/consults/outboxmessage/")):
        assert page.status_code == 200
        assert "The link" not in page.content.decode()
        assert "owner@example.com" not in page.content.decode()


def test_an_empty_desk_says_so(desk):
    page = desk.get("/admin/").content.decode()
    for words in ("Nobody is waiting", "No calls to make", "All email was sent", "Every request was answered in time"):
        assert words in page


def test_unanswered_requests_of_the_last_thirty_days_are_shown(desk, clock):
    request = submit(key="missed", starts_at=local("2026-12-03 16:00"))
    booking.expire_request(request, now=request.answer_by)
    clock(WEDNESDAY + timedelta(days=30))
    desk.force_login(desk.user)
    assert request.reference in section(desk.get("/admin/").content.decode(), "expired")
    clock(WEDNESDAY + timedelta(days=32))
    desk.force_login(desk.user)
    assert "Every request was answered in time" in section(desk.get("/admin/").content.decode(), "expired")


def test_who_may_see_everything_has_the_front_page_in_thirty_queries(superuser):
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    submit(key="late", starts_at=EVENING, wants_earlier=True)
    submit(key="call", starts_at=local("2026-12-08 16:00"), contact_by="phone")
    submit(key="aside", looks_like_spam=True)
    visit = submit(key="visit", starts_at=local("2026-12-03 17:00"))
    booking.confirm_request(visit, by=superuser.user, now=WEDNESDAY)
    superuser.get("/admin/")
    with CaptureQueriesContext(connection) as made:
        superuser.get("/admin/")
    # Its own transaction is the test's, which has a savepoint for what a site has a BEGIN for.
    asked = [query["sql"] for query in made if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 30, "\n".join(asked)


def test_the_front_page_takes_the_same_queries_for_one_and_thirty(desk, django_assert_num_queries):
    ConsultPolicy.objects.update(capacity=40)

    def add(number: int) -> None:
        SpecialHours.objects.all().delete()
        common = {"contact_by": "phone", "starts_at": local(f"2026-12-03 {16 + number % 4}:00")}
        submit(key=f"{number}-a", **common)
        submit(key=f"{number}-b", looks_like_spam=True, **common)
        booking.confirm_request(submit(key=f"{number}-c", **common), by=desk.user, now=WEDNESDAY)
        SpecialHours.objects.create(date="2026-12-03")

    add(0)
    desk.get("/admin/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/admin/")
    for_one = len(one)
    for number in range(1, 30):
        add(number)
    # As before: hours that changed are read once.
    desk.get("/admin/")
    with django_assert_num_queries(for_one):
        desk.get("/admin/")


def test_a_waiting_request_is_confirmed_in_two_steps_from_the_front_page(desk):
    request = submit(starts_at=EVENING)
    assert f'href="{REQUESTS}{request.pk}/change/"' in desk.get("/admin/").content.decode()
    page = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert f'action="{REQUESTS}{request.pk}/act/"' in page
    assert "Confirmed. We are writing to ada@example.com." in act(desk, request, "confirm")


def act(desk, request: ConsultRequest, action: str, **form) -> str:
    data = {"action": action, "version": request.version, **form}
    return desk.post(f"{REQUESTS}{request.pk}/act/", data, follow=True).content.decode()


def test_a_stale_page_says_what_changed_and_by_whom(desk):
    request = submit(starts_at=EVENING)
    other = User.objects.create_user("berta")
    booking.reschedule_request(request, starts_at=local("2026-12-16 17:00"), by=other, now=WEDNESDAY)
    page = act(desk, request, "confirm")
    assert "Nothing was changed" in page
    assert "moved and confirmed by berta, for Wednesday, December 16, 2026, 5:00 PM" in page
    assert page.count('<li class="news">') == 1


@pytest.mark.parametrize("term", ["zoe lukasz", "ZOË", "lukasz", "  Łukasz "])
def test_an_open_request_is_found_by_name(desk, term):
    wanted = submit(key="wanted", full_name="Zoë O’Neil-Lukasz" if "Ł" not in term else "Zoë Łukasz")
    ended = submit(key="ended", starts_at=EVENING, full_name="Zoë Łukasz Lukasz")
    booking.withdraw_request(ended, now=WEDNESDAY)
    submit(key="other", starts_at=local("2026-12-17 16:00"), full_name="Ada Example")
    page = find(desk, term).content.decode()
    assert wanted.reference in page
    assert ended.reference not in page
    assert "Ada Example" not in page


def test_an_ended_request_is_found_by_reference_and_by_whole_contact(desk):
    ended = submit(email="gone@example.com", phone="507-555-0199")
    booking.withdraw_request(ended, now=WEDNESDAY)
    for term in (ended.reference.lower().replace("-", ""), "gone@example.com", "+1 507 555 0199"):
        assert ended.reference in find(desk, term).content.decode(), term
    for term in ("gone@example", "555-0199", "Ada"):
        page = find(desk, term).content.decode()
        assert ended.reference not in page, term
        assert "ask for the whole email address or phone number they used" in " ".join(page.split()), term


def test_the_last_seven_digits_find_an_open_request_and_the_list_explains_its_words(desk):
    abroad = submit(phone="+44 20 7946 0199", key="abroad")
    meant = submit(phone="(507) 555-0142", key="meant", starts_at=EVENING)
    for term in ("555-0142", "5550142", "507 555 0142"):
        page = find(desk, term).content.decode()
        assert (meant.reference in page, abroad.reference in page) == (True, False), term
    assert "Ended requests are found by" not in page
    for label, meaning in key_to_statuses():
        assert f"<dt>{label}</dt><dd>{meaning}</dd>" in page


def test_a_search_by_name_opens_a_bounded_number_of_requests_and_says_so(desk, monkeypatch):
    monkeypatch.setattr(search, "MOST_NAMES_OPENED", 1)
    first = submit(key="first", starts_at=local("2026-12-03 16:00"), full_name="Mary First")
    second = submit(key="second", starts_at=EVENING, full_name="Mary Second")
    page = find(desk, "mary").content.decode()
    assert first.reference in page
    assert second.reference not in page
    assert "were searched for this." in page


FILTERS = {
    "status=waiting": {"soon", "late", "untimed"},
    "status=confirmed": {"agreed"},
    "day=tomorrow": {"soon"},
    "day=2026-12-16": {"late", "agreed"},
    "day=week": {"soon"},
    "day=none": {"untimed"},
    "day=nonsense": {"soon", "late", "agreed", "untimed"},
    "waiting=today": set(),
    "waiting=day": {"late"},
    "assignee=me": {"late"},
    "assignee=nobody": {"soon", "agreed", "untimed"},
    "assignee=%C2%B2": {"soon", "late", "agreed", "untimed"},
}


@pytest.mark.parametrize("query", FILTERS)
@pytest.mark.slow
def test_the_list_is_narrowed_by_its_filters(desk, query):
    before = WEDNESDAY - timedelta(days=1, hours=1)
    found = {
        "soon": submit(key="soon", starts_at=local("2026-12-03 16:00")),
        "late": submit(key="late", starts_at=EVENING, now=before),
        "agreed": submit(key="agreed", starts_at=local("2026-12-16 17:00")),
    }
    found["untimed"] = booking.submit_request(submission_key="untimed", starts_at=None, person=ADA, now=WEDNESDAY)
    booking.confirm_request(found["agreed"], by=desk.user, now=WEDNESDAY)
    desk.post(f"{REQUESTS}{found['late'].pk}/assign/", {"assign_to": "me"}, follow=True)
    page = desk.get(f"{REQUESTS}?{query}").content.decode()
    assert {name for name, request in found.items() if request.reference in page} == FILTERS[query]


def test_a_request_is_taken_into_care_and_handed_back(desk):
    request = submit()
    desk.post(f"{REQUESTS}{request.pk}/assign/", {"assign_to": "me"})
    assert ConsultRequest.objects.get().assigned_to == desk.user
    desk.post(f"{REQUESTS}{request.pk}/assign/", {"assign_to": "nobody"})
    fresh = ConsultRequest.objects.get()
    assert (fresh.assigned_to, fresh.version, fresh.events.count()) == (None, 1, 1)


def bulk(desk, action: str, *requests: ConsultRequest, **form) -> str:
    """As the list posts it: with the versions that were on the page."""
    versions = {f"version-{request.pk}": request.version for request in requests}
    chosen = [request.pk for request in requests]
    data = {"action": action, "index": 0, "_selected_action": chosen, **versions, **form}
    return desk.post(REQUESTS, data, follow=True).content.decode()


def test_bulk_confirm_decides_each_by_itself_and_names_each_refusal(desk):
    good = submit(key="good", starts_at=EVENING)
    moved = submit(key="moved", starts_at=local("2026-12-17 16:00"))
    closed = submit(key="closed", starts_at=local("2026-12-18 16:00"))
    SpecialHours.objects.create(date="2026-12-18")
    booking.move_request(moved, starts_at=local("2026-12-17 17:00"), now=WEDNESDAY)
    page = bulk(desk, "confirm_selected", good, moved, closed, sure="yes")
    assert f"Confirmed: {good.reference}." in page
    assert f"Not confirmed: {moved.reference} changed meanwhile and is now waiting." in page
    assert f"Not confirmed: {closed.reference}: This start is no longer within the posted hours" in page
    statuses = dict(ConsultRequest.objects.values_list("reference", "status"))
    assert statuses == {good.reference: "confirmed", moved.reference: "requested", closed.reference: "requested"}


def test_the_page_of_a_request_and_the_one_before_bulk_confirm_link_to_what_else_the_contact_has_open(desk):
    """By one address or number, also of another name: a colleague sees whether it is one person."""
    ConsultPolicy.objects.update(capacity=2)
    one, other = submit(key="one", starts_at=EVENING), submit(key="two", starts_at=EVENING, full_name="Bo Example")
    submit(key="else", starts_at=local("2026-12-17 16:00"), email="cy@example.com", phone="507-555-0199")
    words, link = "The same email address or phone number also has:", f"{REQUESTS}{other.pk}/change/"
    for page in (desk.get(f"{REQUESTS}{one.pk}/change/").content.decode(), bulk(desk, "confirm_selected", one)):
        text = " ".join(page.split())
        assert text.count(words) == 1
        assert f'href="{link}"> Bo Example, {other.reference}</a>: waiting, ' in text
    for first in (one, other):
        booking.confirm_request(first, by=desk.user, now=WEDNESDAY)
    page = " ".join(desk.get(f"{REQUESTS}{one.pk}/change/").content.decode().split())
    assert f"Bo Example, {other.reference}</a>: confirmed, " in page
    booking.withdraw_request(other, now=WEDNESDAY)
    assert words not in desk.get(f"{REQUESTS}{one.pk}/change/").content.decode()


def test_bulk_confirm_first_shows_each_letter_and_whom_it_tells(desk):
    good = submit(key="good", starts_at=EVENING)
    caller = submit(key="caller", starts_at=local("2026-12-17 16:00"), contact_by="phone")
    closed = submit(key="closed", starts_at=local("2026-12-18 16:00"))
    SpecialHours.objects.create(date="2026-12-18")
    before = OutboxMessage.objects.count()
    page = bulk(desk, "confirm_selected", good, caller, closed)
    for words in (
        "Nothing has been decided or sent yet",
        "A letter to ada@example.com: read it",
        "Your visit is confirmed",
        "Puts a call to 507-555-0100 on the list: read what to say",
        f"Cannot be confirmed. {closed.reference}: This start is no longer within the posted hours",
        f'name="version-{good.pk}" value="1"',
    ):
        assert words in page, words
    assert f'name="version-{closed.pk}"' not in page
    assert set(ConsultRequest.objects.values_list("status", flat=True)) == {"requested"}
    assert OutboxMessage.objects.count() == before
    assert AccessRecord.objects.filter(kind=AccessRecord.Kind.READ_MESSAGE, request__in=[good, caller]).count() == 2


@pytest.mark.parametrize("action", ["confirm_selected", "decline_selected"])
def test_select_all_of_a_long_list_decides_only_what_was_on_the_page(desk, action):
    Reason.objects.create(use="decline", code="decline-full", label="Full", text="No time.")
    seen = submit(key="seen", starts_at=EVENING)
    unseen = submit(key="unseen", starts_at=local("2026-12-17 16:00"))
    decided = {"confirm_selected": "confirmed", "decline_selected": "declined"}
    form = {"select_across": 1, "reason": "decline-full", "sure": "yes"}
    page = bulk(desk, action, seen, **form)
    assert "1 not on the page you saw" in page
    statuses = dict(ConsultRequest.objects.values_list("reference", "status"))
    assert statuses == {seen.reference: decided[action], unseen.reference: "requested"}


@pytest.mark.parametrize("version", ["", "²", "9" * 30, "0"])
def test_a_version_that_is_none_decides_nothing(desk, version):
    request = submit(starts_at=EVENING)
    bulk(desk, "confirm_selected", request, sure="yes", **{f"version-{request.pk}": version})
    assert ConsultRequest.objects.get().status == "requested"


def test_bulk_decline_asks_for_a_reason_first(desk):
    Reason.objects.create(use="decline", code="decline-full", label="Full", text="No time.")
    one, two = submit(key="one", starts_at=EVENING), submit(key="two", starts_at=local("2026-12-17 16:00"))
    page = bulk(desk, "decline_selected", one, two)
    assert "Full" in page
    assert f'name="version-{one.pk}" value="1"' in page
    assert set(ConsultRequest.objects.values_list("status", flat=True)) == {"requested"}
    assert "Choose a reason from the list" in bulk(desk, "decline_selected", one, two, reason="")
    page = bulk(desk, "decline_selected", one, two, reason="decline-full")
    assert one.reference in page
    assert set(ConsultRequest.objects.values_list("status", flat=True)) == {"declined"}


def test_the_list_carries_the_version_of_each_row_for_bulk_decisions(desk):
    request = submit()
    assert f'<input type="hidden" name="version-{request.pk}" value="1">' in desk.get(REQUESTS).content.decode()


def test_a_call_is_noted_as_made_from_the_front_page(desk):
    request = submit(contact_by="phone")
    call = OutboxMessage.objects.get()
    page = desk.post(f"/admin/consults/outboxmessage/{call.pk}/made/", follow=True).content.decode()
    assert f"The call for {request.reference} is marked as made" in page
    call.refresh_from_db()
    assert (call.state, call.done_at) == ("done", WEDNESDAY)
    assert (
        "already made or is no longer needed"
        in desk.post(f"/admin/consults/outboxmessage/{call.pk}/made/", follow=True).content.decode()
    )


def test_a_row_whose_key_is_missing_is_listed_all_the_same(desk, settings):
    request = submit()
    settings.FIELD_KEYS = [b"k" * 32]
    for path in ("/admin/", REQUESTS, f"{REQUESTS}{request.pk}/change/"):
        assert desk.get(path).status_code == 200, path
    assert find(desk, "ada").status_code == 200
    assert "(cannot be opened)" in desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()


def test_what_was_withdrawn_or_cancelled_in_the_last_days_is_seen(desk, clock):
    visit = submit(key="visit", starts_at=EVENING, full_name="Vic Visit")
    booking.confirm_request(visit, by=desk.user, now=WEDNESDAY)
    booking.withdraw_request(visit, now=WEDNESDAY)
    # A stranger who withdraws more than the list shows hides no visit.
    for number in range(dashboard.MOST_GONE):
        start = local(f"2026-12-1{7 + number % 2} 1{6 + number // 2}:00")
        asked = submit(key=f"{number}", starts_at=start, full_name="Ada Asked")
        booking.withdraw_request(asked, now=WEDNESDAY + timedelta(seconds=1))
    clock(WEDNESDAY + timedelta(minutes=1))
    desk.force_login(desk.user)
    gone = section(desk.get("/admin/").content.decode(), "gone")
    for words in ("Vic Visit", "<strong>confirmed visit</strong>", "Ada Asked", "withdrawn by the patient, today, 10:00 AM"):
        assert words in gone, words
    assert gone.count("confirmed visit") == 1
    assert gone.index("Vic Visit") < gone.index("Ada Asked")
    assert "?status=withdrawn" in gone
    clock(WEDNESDAY + timedelta(days=3, minutes=1))
    desk.force_login(desk.user)
    assert "Nobody withdrew" in section(desk.get("/admin/").content.decode(), "gone")


def test_lists_that_are_empty_share_one_line_at_the_end(desk):
    submit(contact_by="phone")
    page = desk.get("/admin/").content.decode()
    line = " ".join(page.partition("Nothing to do:")[2].partition("</summary>")[0].replace("</span>", "").split())
    assert line == "withdrawn or cancelled, conflicts, earlier times, failed email, set aside, not answered in time"
    order = [page.index(f'id="{name}"') for name in ("waiting", "calls", "visits-1", "visits-2", "conflicts")]
    assert order == sorted(order)


def test_ten_unanswered_requests_within_an_hour_are_an_alert(desk):
    for number in range(10):
        assert "of the last hour wait" not in desk.get("/admin/").content.decode()
        starts_at = local("2026-12-08 16:00") + timedelta(days=number // 8, minutes=30 * (number % 8))
        submit(key=f"rush-{number}", starts_at=starts_at)
        submit(key=f"aside-{number}", looks_like_spam=True)
    assert "10 requests from the last hour are waiting" in desk.get("/admin/").content.decode()
