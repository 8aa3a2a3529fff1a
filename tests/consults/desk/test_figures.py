"""The page of figures, for owners, and how staff count where people heard of the clinic."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults import booking, erasure
from consults.figures import read_figures
from consults.models import ConsultPolicy, ConsultRequest, MonthlyCount, ReferralSource
from consults.referrals import count_referral
from tests.builders import WEDNESDAY, colleague, local, submit
from tests.consults.statuses import bring_to

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.databases(postgresql=pytest.mark.slow), pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
REQUESTS, FIGURES = "/admin/consults/consultrequest/", "/admin/consults/monthlycount/"
DECEMBER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _sources(clinic):
    ReferralSource.objects.create(code="doctor", label="A doctor or therapist", position=10)
    ReferralSource.objects.create(code="old-ad", label="An old advertisement", is_offered=False, position=20)


@pytest.fixture
def owner(client):
    client.user = colleague("olga", "Owners")
    client.force_login(client.user)
    return client


def shown(client) -> str:
    return " ".join(client.get(FIGURES).content.decode().split())


def row(page: str, heading: str) -> list[str]:
    """The cells of the table row with this heading, without markup."""
    cells = re.search(rf'<th scope="row">{heading}</th>(.*?)</tr>', page)[1]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells)]


def tick(client, request: ConsultRequest, source: str = "doctor") -> str:
    return client.post(f"{REQUESTS}{request.pk}/referral/", {"source": source}, follow=True).content.decode()


def counted() -> list[tuple]:
    return list(MonthlyCount.objects.values_list("month", "subject", "code", "path", "number"))


def test_the_page_shows_the_months_and_the_hours_asked_for(owner):
    bring_to("missed", owner.user)
    submit(key="other", starts_at=local("2026-12-08 17:00"))
    page = shown(owner)
    assert row(page, "Dec 2026") == ["2", "1", "0 minutes", "0", "1", "0", "0"]
    assert row(page, "Nov 2026") == ["0", "0", "-", "0", "0", "0", "0"]
    assert row(page, "Monday") == ["1", "", "1"]
    assert row(page, "Tuesday") == ["", "1", "1"]
    assert "style=" not in page
    assert "<script>" not in page


def test_an_empty_site_has_figures_too(owner):
    assert row(shown(owner), "Dec 2026") == ["0", "0", "-", "0", "0", "0", "0"]


@pytest.mark.parametrize(("role", "status"), [("Owners", 200), ("Front desk", 403), ("Editors", 403)])
def test_only_owners_see_the_figures(client, role, status):
    client.force_login(colleague("somebody", role))
    assert client.get(FIGURES).status_code == status
    assert (FIGURES in client.get("/admin/").content.decode()) == (status == 200)


def test_nobody_writes_figures_by_hand(superuser):
    MonthlyCount.objects.add("referral", "doctor", month=DECEMBER)
    number = MonthlyCount.objects.get().pk
    for path in ("add/", f"{number}/change/", f"{number}/delete/"):
        assert superuser.post(f"{FIGURES}{path}", {"number": 9, "post": "yes"}).status_code in {403, 404}, path
    assert counted() == [(DECEMBER, "referral", "doctor", "", 1)]


def test_a_tick_adds_one_to_the_month_and_is_seen_on_the_request(desk):
    request = submit()
    page = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert "A doctor or therapist" in page
    assert "An old advertisement" not in page
    assert "Counted" in tick(desk, request)
    assert counted() == [(DECEMBER, "referral", "doctor", "", 1)]
    page = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert "Already counted" in page
    assert "A doctor or therapist" not in page


def test_a_second_tick_counts_nothing(desk):
    request = submit()
    tick(desk, request)
    assert "already counted" in tick(desk, request)
    assert counted() == [(DECEMBER, "referral", "doctor", "", 1)]


def test_without_the_flag_a_second_tick_would_count_twice(desk):
    request = submit()
    tick(desk, request)
    ConsultRequest.objects.update(referral_counted=False)
    tick(desk, request)
    assert counted() == [(DECEMBER, "referral", "doctor", "", 2)]


@pytest.mark.parametrize("source", ["old-ad", "nonsense", "", "\0"])
def test_only_a_source_of_the_list_counts(desk, source):
    request = submit()
    assert "Choose a source from the list" in tick(desk, request, source)
    assert counted() == []
    assert not ConsultRequest.objects.get().referral_counted


def test_a_tick_is_no_decision_and_makes_no_open_page_stale(desk):
    request = submit()
    tick(desk, request)
    fresh = ConsultRequest.objects.get()
    assert (fresh.version, fresh.events.count(), fresh.status) == (1, 1, "requested")
    booking.confirm_request(request, by=desk.user, now=WEDNESDAY, version=request.version)
    assert ConsultRequest.objects.get().referral_counted


def test_what_was_ticked_is_kept_nowhere_but_in_the_count(desk, capsys):
    before = MonthlyCount.objects.count()
    tick(desk, submit())
    MonthlyCount.objects.all().delete()
    ReferralSource.objects.all().delete()
    call_command("dumpdata", "--natural-foreign")
    rows = capsys.readouterr().out
    assert before == 0
    assert '"referral_counted": true' in rows
    assert "doctor" not in rows
    assert not LogEntry.objects.exists()


def test_erasure_leaves_the_counts(desk):
    request = submit()
    tick(desk, request)
    erasure.erase_at_once(request, by=desk.user, now=WEDNESDAY)
    assert counted() == [(DECEMBER, "referral", "doctor", "", 1)]
    assert "How did you hear about us" not in desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert read_figures(now=WEDNESDAY).months[-1].requests == 1


def test_who_may_not_decide_ticks_nothing(client):
    request = submit()
    client.force_login(colleague("edith", "Editors"))
    assert client.post(f"{REQUESTS}{request.pk}/referral/", {"source": "doctor"}).status_code == 403
    assert counted() == []


def test_counts_are_shown_by_source_and_month_also_of_a_source_that_is_gone(owner):
    MonthlyCount.objects.add("referral", "doctor", month=DECEMBER, number=3)
    MonthlyCount.objects.add("referral", "doctor", month=date(2026, 11, 1), number=2)
    MonthlyCount.objects.add("referral", "radio", month=DECEMBER)
    MonthlyCount.objects.add("referral", "doctor", month=date(2025, 12, 1), number=50)
    page = shown(owner)
    assert row(page, "A doctor or therapist")[-3:] == ["2", "3", "5"]
    assert row(page, "radio")[-3:] == ["", "1", "1"]


def test_the_page_takes_the_same_queries_for_one_and_for_thirty(owner, django_assert_num_queries):
    ConsultPolicy.objects.update(capacity=40)
    count_referral(submit(), code="doctor", now=WEDNESDAY)
    owner.get(FIGURES)
    with CaptureQueriesContext(connection) as one:
        owner.get(FIGURES)
    queries = len(one)
    for number in range(29):
        submit(key=f"{number}", starts_at=local(f"2026-12-07 {16 + number % 4}:00"))
        MonthlyCount.objects.add("referral", f"source-{number}", month=DECEMBER)
    with django_assert_num_queries(queries):
        assert row(shown(owner), "Dec 2026")[0] == "30"


def test_a_request_page_takes_one_query_more_for_the_sources(desk, django_assert_num_queries):
    page = f"{REQUESTS}{submit().pk}/change/"
    desk.get(page)
    with CaptureQueriesContext(connection) as one:
        desk.get(page)
    queries = len(one)
    for number in range(29):
        ReferralSource.objects.create(code=f"source-{number}", label=f"Source {number}")
    with django_assert_num_queries(queries):
        assert "Source 28" in desk.get(page).content.decode()


def test_owners_keep_the_list_of_sources(owner):
    form = {"code": "friend", "label": "A friend", "is_offered": "on", "position": 30}
    assert owner.post("/admin/consults/referralsource/add/", form).status_code == 302
    assert "A friend" in owner.get(f"{REQUESTS}{submit().pk}/change/").content.decode()
