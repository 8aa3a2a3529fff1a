"""Pages opened from a printed sheet are counted by month and page; nothing about the visitor is, and the page is the same."""

import pytest
from django.db import DatabaseError

from clinic_site import page_cache, pending_counts, printed_sheets
from consults.models import MonthlyCount, PrintedSheet
from tests.builders import WEDNESDAY, colleague, local, submit
from tests.clinic_site.wsgi import PAGE, Site, ask
from tests.swapped_database import drop_connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic", "clock"),
]


@pytest.fixture(autouse=True)
def _sheets(clinic, monkeypatch):
    PrintedSheet.objects.create(code="clinicians", label="For clinicians")
    PrintedSheet.objects.create(code="old", label="An old sheet", is_counted=False)
    monkeypatch.setattr(page_cache, "LOOK_EVERY_SECONDS", 0)
    monkeypatch.setattr(pending_counts, "WRITE_EVERY_SECONDS", 0)


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def counts(site):
    return printed_sheets.SheetCounts(page_cache.PageCache(site))


def open_page(application, query: str = "via=clinicians", path: str = "/cost/", **asked):
    return ask(application, path=path, query=query, **asked)


def counted(application) -> dict[tuple[str, str, str], int]:
    """What is stored once the next request has come, as (month, code, path)."""
    ask(application)
    rows = MonthlyCount.objects.filter(subject="sheet")
    return {(f"{row.month:%Y-%m}", row.code, row.path): row.number for row in rows}


def test_a_page_opened_from_a_sheet_is_counted_by_month_and_page(counts, clock):
    open_page(counts)
    open_page(counts)
    open_page(counts, path="/faqs/")
    assert counted(counts) == {("2026-12", "clinicians", "/cost/"): 2, ("2026-12", "clinicians", "/faqs/"): 1}
    # Still December at the clinic, although it is January in UTC.
    clock(local("2026-12-31 23:30"))
    open_page(counts)
    assert counted(counts)["2026-12", "clinicians", "/cost/"] == 3


def test_the_page_is_the_finished_one_with_a_code_and_without(counts, site):
    status, headers, body = ask(counts, path="/cost/")
    # A proxy keeps no page that is counted.
    assert headers.pop("X-Accel-Expires")
    assert open_page(counts) == open_page(counts, "via=nonsense") == (status, headers, body)
    assert body == PAGE
    assert site.asked == 1


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"query": ""}, id="no code"),
        pytest.param({"query": "via=nonsense"}, id="no code of the list"),
        pytest.param({"query": "via=old"}, id="a code that is counted no more"),
        pytest.param({"query": "via="}, id="an empty code"),
        pytest.param({"query": "other=clinicians&trivia=clinicians"}, id="another name"),
        pytest.param({"query": "&".join(["via=clinicians"] * 200)}, id="a code many times"),
        pytest.param({"query": "via=%00%ff"}, id="no text"),
        pytest.param({"method": "HEAD"}, id="only asked for"),
        pytest.param({"method": "POST"}, id="a form"),
    ],
)
def test_nothing_else_is_counted(counts, asked):
    assert open_page(counts, **asked)[0] == "200"
    assert counted(counts) == {}


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(Site(status="404 Not Found"), id="not found"),
        pytest.param(Site(headers=[("Cache-Control", "no-store")]), id="one person's"),
    ],
)
def test_only_public_pages_are_counted(site):
    counts = printed_sheets.SheetCounts(page_cache.PageCache(site))
    open_page(counts, path="/consults/a-secret-token/")
    assert counted(counts) == {}


def test_the_booking_page_is_counted_although_it_is_kept_by_no_cache():
    counts = printed_sheets.SheetCounts(Site(headers=[("Cache-Control", "no-store")]))
    open_page(counts, path="/book-a-consult/")
    assert counted(counts) == {("2026-12", "clinicians", "/book-a-consult/"): 1}


def test_it_is_written_at_most_once_a_minute(counts, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(page_cache, "LOOK_EVERY_SECONDS", 3600)
    open_page(counts)
    monkeypatch.setattr(pending_counts, "WRITE_EVERY_SECONDS", 3600)
    counted(counts)
    with django_assert_num_queries(0):
        for _ in range(30):
            open_page(counts)
    assert not MonthlyCount.objects.filter(number__gt=1).exists()
    counts.write(now=WEDNESDAY)
    assert MonthlyCount.objects.get().number == 31


def test_a_database_that_is_away_loses_no_count_and_breaks_no_page(counts, monkeypatch):
    def away(*args, **kwargs):
        raise DatabaseError

    ask(counts, path="/cost/")
    with monkeypatch.context() as broken:
        broken.setattr(MonthlyCount.objects, "add", away)
        assert open_page(counts)[0] == "200"
        assert open_page(counts)[0] == "200"
    assert counted(counts) == {("2026-12", "clinicians", "/cost/"): 2}


def test_what_waits_in_memory_is_bounded(counts, monkeypatch):
    monkeypatch.setattr(printed_sheets, "MOST_COUNTED", 2)
    monkeypatch.setattr(pending_counts, "WRITE_EVERY_SECONDS", 3600)
    for number in range(9):
        open_page(counts, path=f"/page-{number}/")
    counts.write(now=WEDNESDAY)
    assert MonthlyCount.objects.count() == 2


@pytest.mark.ignore_template_errors
def test_owners_keep_the_list_and_read_the_counts(client):
    client.force_login(colleague("olga", "Owners"))
    form = {"code": "family", "label": "For family", "is_counted": "on"}
    assert client.post("/admin/consults/printedsheet/add/", form).status_code == 302
    MonthlyCount.objects.add("sheet", "family", month=WEDNESDAY.date().replace(day=1), path="/for-family/", number=7)
    page = client.get("/admin/consults/monthlycount/").content.decode()
    assert "For family /for-family/" in page
    assert "How people heard" in page


def test_nothing_of_a_visitor_is_stored(counts):
    request = submit()
    open_page(counts, path=f"/consults/{request.token}/", user_agent="An agent", cookie="a=b", x_forwarded_for="192.0.2.1")
    open_page(counts, user_agent="An agent", cookie="a=b", x_forwarded_for="192.0.2.1", referer="http://elsewhere.example/")
    counted(counts)
    stored = str(list(MonthlyCount.objects.values()))
    for word in ("An agent", "a=b", "192.0.2.1", "elsewhere"):
        assert word not in stored
    assert {field.name for field in MonthlyCount._meta.get_fields()} == {"id", "month", "subject", "code", "path", "number"}


@pytest.mark.django_db(transaction=True)
def test_a_new_sheet_is_counted_after_the_database_dropped_the_connection(counts):
    open_page(counts)
    PrintedSheet.objects.create(code="new", label="A new sheet")
    drop_connection()
    open_page(counts, "via=new")
    assert ("2026-12", "new", "/cost/") in counted(counts)
