"""Earlier times at the desk: who is listed, what a click does, and who may click."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults import booking
from consults.desk import earlier_times, outbox_words
from consults.desk.marking import mark_made
from consults.models import AccessRecord, ConsultPolicy, EarlierOffer, OutboxMessage
from pages.models import Clinic
from tests.browsers import hidden_fields
from tests.builders import ADA, WEDNESDAY, colleague, local, submit
from tests.consults.statuses import EARLIER, NEXT, START, bring_to, reason, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"
PAGE = f"{REQUESTS}earlier/"
HALF_AN_HOUR = timedelta(minutes=30)


def references(page: str) -> list[str]:
    return re.findall(r'class="ref">([^<]+)<', page)


def wishes_on(desk, query: str = "") -> list[str]:
    """The references of those who could be offered a time."""
    return references(desk.get(PAGE + query).content.decode().partition('id="offered"')[0])


def section(desk) -> str:
    """The part of the front page."""
    return desk.get("/admin/").content.decode().partition('aria-labelledby="earlier"')[2].partition("</section>")[0]


def test_those_who_asked_and_fit_are_listed_the_oldest_request_first(desk):
    newer = submit(key="newer", starts_at=NEXT, wants_earlier=True)
    older = submit(key="older", starts_at=START, wants_earlier=True, now=WEDNESDAY - timedelta(hours=1))
    confirmed = submit(key="confirmed", starts_at=START + HALF_AN_HOUR, wants_earlier=True)
    booking.confirm_request(confirmed, by=desk.user, now=WEDNESDAY)
    timeless = booking.submit_request(submission_key="none", starts_at=None, person=ADA, now=WEDNESDAY - HALF_AN_HOUR)
    submit(key="silent", starts_at=NEXT + HALF_AN_HOUR)
    submit(key="spam", starts_at=NEXT + 2 * HALF_AN_HOUR, wants_earlier=True, looks_like_spam=True)
    moving = submit(key="moving", starts_at=NEXT + 3 * HALF_AN_HOUR, wants_earlier=True)
    booking.confirm_request(moving, by=desk.user, now=WEDNESDAY)
    booking.move_request(moving, starts_at=local("2026-12-10 16:00"), now=WEDNESDAY)
    # The first free start is today at four: who has it, or what is before it, has nothing to gain.
    submit(key="soonest", starts_at=local("2026-12-02 16:00"), wants_earlier=True, by=desk.user, below_notice=True)
    listed = [older.reference, timeless.reference, newer.reference, confirmed.reference]
    assert wishes_on(desk) == listed
    assert references(section(desk)) == listed
    booking.offer_earlier(older, starts_at=EARLIER, by=desk.user, now=WEDNESDAY)
    assert wishes_on(desk) == listed[1:]
    page = desk.get(PAGE).content.decode().partition('id="offered"')[2]
    assert references(page) == [older.reference]
    assert "held until Friday, December 4, 2:00 PM" in page
    assert older.reference in section(desk)


def test_only_starts_before_their_own_are_offered_to_each(desk):
    ConsultPolicy.objects.update(horizon_days=5)
    soon = submit(key="soon", starts_at=local("2026-12-03 17:00"), wants_earlier=True)
    page = desk.get(PAGE).content.decode()
    starts = re.findall(r'<option value="(\d[^"]+)"', page)
    assert starts[0] == "2026-12-02T16:00:00-06:00"
    assert starts[-1] == "2026-12-03T16:30:00-06:00"
    booking.decline_request(soon, reason=reason("decline"), by=desk.user, now=WEDNESDAY)
    assert "No earlier time is free for anyone who asked." in desk.get(PAGE).content.decode()


def test_a_start_for_which_nobody_could_answer_in_time_is_not_listed(desk, clock):
    submit(key="soon", starts_at=local("2026-12-03 17:00"), wants_earlier=True)
    clock(local("2026-12-02 14:00"))
    desk.force_login(desk.user)
    assert re.findall(r'<option value="(\d[^"]+)"', desk.get(PAGE).content.decode())[0] == "2026-12-02T16:30:00-06:00"


def test_one_click_offers_a_time_to_one_person_and_a_stale_click_offers_nothing(desk):
    request = bring_to("confirmed", desk.user)
    form = {"action": "offer", "version": request.version, "starts_at": EARLIER.isoformat()}
    page = desk.post(f"{REQUESTS}{request.pk}/act/", form, follow=True).content.decode()
    assert "Time offered. We are writing to" in page
    assert "Friday, December 4, 2026, 4:00 PM to 4:30 PM Central Time" in page
    assert "held until Friday, December 4, 2026, 2:00 PM Central Time" in page
    assert "for Friday, December 4, 2026, 4:00 PM" in page, "the timeline"
    desk.post(f"{REQUESTS}{request.pk}/act/", form | {"starts_at": "2026-12-03T16:00-06:00"})
    assert list(EarlierOffer.objects.values_list("starts_at", "offered_by")) == [(EARLIER, desk.user.pk)]


def test_nothing_is_offered_without_a_click(desk):
    """Time and looking alone do nothing."""
    bring_to("confirmed", desk.user)
    for path in (PAGE, "/admin/", f"{REQUESTS}diary/"):
        desk.get(path)
    assert not EarlierOffer.objects.exists()
    assert not OutboxMessage.objects.filter(kind="offered").exists()


def test_who_is_called_answers_the_caller_who_records_it(desk):
    request = submit(wants_earlier=True, contact_by="phone")
    booking.offer_earlier(request, starts_at=EARLIER, by=desk.user, now=WEDNESDAY)
    page = desk.get("/admin/").content.decode()
    assert "Offer a time, and record the answer" in page
    page = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    for label in ("Record that they accept", "Record that they refuse", "Take back the offer"):
        assert label in page
    desk.post(f"{REQUESTS}{request.pk}/act/", {"action": "accept_offer", "version": 2})
    shown = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert "Ask whether they use insurance" in shown.partition('class="actions"')[0]
    request.refresh_from_db()
    assert (request.status, request.starts_at, request.events.last().by) == ("confirmed", EARLIER, desk.user)
    calls = OutboxMessage.objects.filter(channel="call", state="waiting")
    assert [call.kind for call in calls] == ["reminder"], "they were told on the phone"


def test_who_takes_a_time_on_the_phone_after_its_place_changed_is_owed_a_call_that_says_so(desk):
    """The reminder may be past, and then nothing else would tell them."""
    for call_was_made, place_changes in ((True, True), (True, False), (False, True)):
        with undone(f"{call_was_made} {place_changes}"):
            request = booking.confirm_request(submit(wants_earlier=True, contact_by="phone"), by=desk.user, now=WEDNESDAY)
            booking.offer_earlier(request, starts_at=EARLIER, by=desk.user, now=WEDNESDAY)
            if call_was_made:
                mark_made(OutboxMessage.objects.all(), by=desk.user, now=WEDNESDAY)
            Clinic.objects.update(consult_kind="By phone" if place_changes else None)
            page = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
            is_owed = call_was_made and place_changes
            assert ("has changed since the call that offered it" in page) == is_owed
            assert ("ask them to change it there too" in page.partition("Record that they accept")[2]) != is_owed
            desk.post(f"{REQUESTS}{request.pk}/act/", {"action": "accept_offer", "version": 3})
            calls = OutboxMessage.objects.filter(kind="offer_accepted")
            assert calls.count() == is_owed
            for call in calls:
                assert "The place has changed: By phone, and not " in outbox_words.letter_of(call, now=WEDNESDAY).text


def test_an_offered_time_is_in_the_diary_and_a_closure_asks_first(desk, superuser):
    request = bring_to("offered", superuser.user)
    page = superuser.get(f"{REQUESTS}diary/?from=2026-12-04&days=1").content.decode()
    assert "Offered, not answered yet" in page
    asked = superuser.post("/admin/consults/specialhours/add/", {"date": "2026-12-04", "note": ""}).content.decode()
    assert "offered, not answered yet" in " ".join(asked.split())
    assert request.reference in asked
    superuser.post("/admin/consults/specialhours/add/", hidden_fields(asked) | {"strand": "yes"})
    page = superuser.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert "so take the offer back" in page
    assert "Keep anyway" not in page
    assert "(only offered)" in superuser.get("/admin/").content.decode()


@pytest.mark.parametrize(("role", "status"), [("Front desk", 200), ("Owners", 200), ("Editors", 403)])
def test_who_may_see_the_page_leaves_a_record_of_how_many_it_showed(client, role, status):
    bring_to("confirmed", colleague("else"))
    user = colleague("someone", role)
    client.force_login(user)
    assert client.get(PAGE).status_code == status
    assert list(AccessRecord.objects.values_list("kind", "rows")) == ([("listed", 1)] if status == 200 else [])


def test_the_lists_are_paged_and_take_the_same_queries_for_one_and_thirty(desk, monkeypatch):
    def add(number: int) -> None:
        submit(key=f"wish-{number}", starts_at=NEXT, wants_earlier=True)
        offered = submit(key=f"offered-{number}", starts_at=NEXT, wants_earlier=True)
        booking.offer_earlier(offered, starts_at=EARLIER, by=desk.user, now=WEDNESDAY)

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            desk.get(path)
        return len(seen)

    ConsultPolicy.objects.update(capacity=70)
    add(0)
    paths = [PAGE, "/admin/", f"{REQUESTS}diary/?from=2026-12-04&days=1"]
    for path in paths:
        desk.get(path)
    for_one = [queries(path) for path in paths]
    for number in range(1, 30):
        add(number)
    assert [queries(path) for path in paths] == for_one
    monkeypatch.setattr(earlier_times, "PER_PAGE", 20)
    assert [len(wishes_on(desk, query)) for query in ("", "?page=2", "?page=nonsense")] == [20, 10, 20]
    assert "and 10 more" in desk.get(PAGE).content.decode().partition('id="offered"')[2]
    assert "Offer a time, and 25 more who asked" in re.sub(r"\s+", " ", section(desk))
