"""Old addresses lead on where the site has no page; what leads nowhere is counted without visitors and within bounds."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpResponseNotFound
from django.test import Client, RequestFactory
from django.utils import timezone

from blog.models import Article, FormerSlug
from clinic_site import old_addresses, pending_counts
from clinic_site.old_addresses import OldAddressMiddleware, may_be_counted
from consults.models import MonthlyCount
from content.prelaunch import blockers, findings
from pages.models import OldAddress, Page, Provider
from tests.builders import WEDNESDAY, colleague, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock")]
OPENED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
ADD = "/admin/pages/oldaddress/add/"


@pytest.mark.slow
def test_every_old_address_that_ships_leads_to_a_page_in_one_step_however_it_is_spelled(client):
    addresses = OldAddress.objects.all()
    assert {"/home", "/index.html", "/blog/the-benefits-of-ketamine-therapy-for-depression"} < {row.old_path for row in addresses}
    for row in addresses:
        for path in (row.old_path, f"{row.old_path}/", row.old_path.upper(), f"{row.old_path}?utm=1"):
            response = client.get(path)
            assert (response.status_code, response["Location"]) == (301, row.new_path), path
        assert "no-store" not in response["Cache-Control"]
        assert client.get(row.new_path).status_code == 200, row
    assert not [blocker for blocker in blockers(now=timezone.now()) if "old address" in blocker.what]


def test_a_page_that_is_there_wins_and_costs_no_query_more(client, django_assert_max_num_queries):
    OldAddress.objects.create(old_path="/faqs", new_path="/visit/")
    OldAddress.objects.create(old_path="/what-is-ketamine", new_path="/visit/")
    for path in ("/faqs/", "/what-is-ketamine/"):
        with django_assert_max_num_queries(6):
            assert client.get(path).status_code == 200
    assert client.get("/faqs")["Location"] == "/faqs/"
    # Also a page that comes later.
    Page.objects.filter(key="for-family").update(key="about")
    assert client.get("/about/").status_code == 200
    assert client.get("/about")["Location"] == "/about/"


def test_a_change_counts_at_once_and_is_not_kept_by_browsers(client):
    OldAddress.objects.create(old_path="/team-two", new_path="/visit/")
    first = client.get("/team-two/")
    assert (first.status_code, first["Cache-Control"]) == (301, "public, max-age=0, must-revalidate")
    OldAddress.objects.filter(old_path="/team-two").update(new_path="/faqs/")
    assert client.get("/team-two/")["Location"] == "/faqs/"
    assert client.post("/team-two/").status_code == 405
    OldAddress.objects.all().delete()
    assert client.get("/team-two/").status_code == 404


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        pytest.param("/Our-People/", "/meet-our-providers/", None, id="a page"),
        pytest.param(
            "http://127.0.0.1:8000/our-people", "http://127.0.0.1:8000/faqs/#cost", None, id="whole addresses of this site"
        ),
        pytest.param("our-people", "/visit/", None, id="without the first slash"),
        pytest.param("/faqs", "/visit/", "living", id="a living page"),
        pytest.param("/admin/old", "/visit/", "private", id="the staff's pages"),
        pytest.param("/consults/abc", "/visit/", "private", id="a request"),
        pytest.param("/a b", "/visit/", "path", id="a blank"),
        pytest.param("/a//b", "/visit/", "path", id="two slashes"),
        pytest.param("/our-people", "https://evil.example/", "elsewhere", id="another site"),
        pytest.param("/our-people", "//evil.example/", "elsewhere", id="another site without a scheme"),
        pytest.param("/our-people", "/\\evil.example/", "elsewhere", id="a backslash"),
        pytest.param("/our-people", "http://127.0.0.1:8000.evil.example/", "elsewhere", id="a name that begins like ours"),
        pytest.param("/our-people", "/nope/", "nowhere", id="no page"),
        pytest.param("/our-people", "/faqs/#nope", "nowhere", id="no place on the page"),
        pytest.param("/our-people", "/faqs/?q=1", "nowhere", id="a query"),
        pytest.param("/our-people", "/our-people/", "nowhere", id="to itself"),
        pytest.param("/our-people", "/visit", None, id="without the last slash"),
        pytest.param("/our-people", "/meet-our-providers/earlier/", None, id="the former address of a profile"),
        pytest.param("/our-people", "/blog/earlier", None, id="the former address of an article"),
        pytest.param("/our-people", "/consults/abcabc/", "private", id="to a request"),
        pytest.param("/our-people", "/admin/logout/", "private", id="to the staff's pages"),
        pytest.param("/our-people", "/pictures/000000000000000000000000-1.webp", "private", id="to a file"),
        pytest.param("/our-people", "/about/", "chain", id="to an old address"),
        pytest.param("/target", "/visit/", "chain", id="from where another leads"),
        pytest.param("/about", "/visit/", "unique", id="twice"),
    ],
)
@pytest.mark.ignore_template_errors
def test_what_an_old_address_may_be(client, old, new, refused):
    client.force_login(colleague("olga", "Owners"))
    OldAddress.objects.create(old_path="/earlier", new_path="/target/")
    ann = Provider.objects.create(name="Ann Example", slug="earlier", is_published=True)
    ann.slug = "later"
    ann.save()
    FormerSlug.objects.create(slug="earlier", article=Article.objects.first())
    before = OldAddress.objects.count()
    response = client.post(ADD, {"old_path": old, "new_path": new})
    if refused is None:
        assert response.status_code == 302
        made = OldAddress.objects.get(old_path="/our-people")
        assert Client().get("/our-people/")["Location"] == made.new_path
        assert Client().get(made.new_path).status_code == 200
        return
    errors = response.context["adminform"].form.errors.as_data()
    assert refused in {error.code for found in errors.values() for error in found}
    assert OldAddress.objects.count() == before


@pytest.mark.parametrize("new_path", ["https://evil.example/", "//evil.example/", ""])
def test_the_database_lets_no_old_address_lead_away(new_path):
    with pytest.raises(IntegrityError), transaction.atomic():
        OldAddress.objects.create(old_path="/x", new_path=new_path)


def test_an_old_address_whose_page_is_gone_is_told_before_launch():
    Page.objects.filter(key="for-family").delete()
    OldAddress.objects.create(old_path="/family", new_path="/for-family/")
    told = [blocker.what for blocker in blockers(now=timezone.now()) if "/family leads" in blocker.what]
    assert told == ["The old address /family leads to /for-family/, which is not there."]


def test_an_old_address_that_leads_on_in_steps_or_to_no_page_is_told_before_launch():
    for old, new in (
        ("/a1", "/visit"),
        ("/a2", "/admin/"),
        ("/a3", "/pictures/000000000000000000000000-1.webp"),
        ("/a4", "/faqs/#cost"),
    ):
        OldAddress.objects.create(old_path=old, new_path=new)
    told = [(one.what, one.blocks) for one in findings(now=timezone.now()) if "old address /a" in one.what]
    assert told == [
        ("The old address /a1 leads to /visit, which leads on to /visit/. Enter that one.", False),
        ("The old address /a2 leads to /admin/, which is not a public page.", True),
        ("The old address /a3 leads to /pictures/000000000000000000000000-1.webp, which is not a public page.", True),
    ]


@pytest.fixture
def middleware(monkeypatch):
    monkeypatch.setattr(pending_counts, "WRITE_EVERY_SECONDS", 0)
    return OldAddressMiddleware(lambda request: HttpResponseNotFound())


def ask(middleware, path: str, headers=OPENED, method: str = "get"):
    return middleware(getattr(RequestFactory(), method)(path, headers=headers))


def counted(middleware) -> dict[tuple[str, str], int]:
    middleware.write(now=timezone.now())
    rows = MonthlyCount.objects.filter(subject="not-found")
    return {(f"{row.month:%Y-%m}", row.path): row.number for row in rows}


def test_an_address_that_leads_nowhere_is_counted_by_month_once_a_minute(middleware, monkeypatch, clock):
    ask(middleware, "/Gone/")
    ask(middleware, "/gone")
    # The next request writes what the one before left.
    assert counted(middleware) == {("2026-12", "/gone"): 2}
    monkeypatch.setattr(pending_counts, "WRITE_EVERY_SECONDS", 3600)
    middleware.write(now=WEDNESDAY)
    for _ in range(30):
        ask(middleware, "/gone/")
    assert counted(middleware) == {("2026-12", "/gone"): 3}
    # Still December at the clinic, although it is January in UTC.
    clock(local("2026-12-31 23:30"))
    ask(middleware, "/gone/")
    assert counted(middleware) == {("2026-12", "/gone"): 4}


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"path": "/about/"}, id="an old address"),
        pytest.param({"path": "/gone/", "headers": {}}, id="a bot that says nothing"),
        pytest.param({"path": "/gone/", "headers": {**OPENED, "sec-fetch-dest": "image"}}, id="a picture"),
        pytest.param({"path": "/gone/", "headers": {**OPENED, "sec-purpose": "prefetch;prerender"}}, id="fetched beforehand"),
        pytest.param({"path": "/gone/", "method": "post"}, id="a form"),
    ],
)
def test_nothing_else_is_counted(middleware, asked):
    ask(middleware, **asked)
    assert counted(middleware) == {}


@pytest.mark.parametrize(
    ("path", "may_be"),
    [
        ("/our-team", True),
        ("/blog/2019/ketamine-for-depression", True),
        ("/2019/10/ketamine", True),
        ("/call-5075550100", False),
        ("/call-me-507-555-0100", False),
        ("/jane-doe-1980-04-12", False),
        ("/jane@example.com", False),
        ("/jane%20doe", False),
        ("/<script>", False),
        ("/wp-login.php", False),
        ("/0123456789abcdefghijklmnopq", False),
        ("/" + "a-" * 21, False),
        ("/a/b/c/d/e", False),
        ("", False),
    ],
)
def test_what_is_written_into_an_address_is_kept_only_if_it_looks_like_one_of_a_page(path, may_be):
    assert may_be_counted(path) is may_be


def test_nothing_of_a_request_or_a_visitor_is_kept(middleware):
    token = submit().token
    headers = {**OPENED, "user-agent": "An agent", "referer": "http://elsewhere.example/", "cookie": "a=b"}
    for path in (
        f"/consults/{token}/",
        f"/consults/{token}x/",
        f"/Consults/{token}/",
        f"/{token}/",
        "/admin/nope/",
        "/gone/?q=secret",
    ):
        ask(middleware, path, headers)
    assert counted(middleware) == {("2026-12", "/gone"): 1}
    stored = str(list(MonthlyCount.objects.values()))
    assert not [word for word in ("An agent", "elsewhere", "a=b", "secret", token) if word in stored]


def test_a_stranger_fills_neither_memory_nor_table(middleware, monkeypatch):
    monkeypatch.setattr(pending_counts, "WRITE_EVERY_SECONDS", 3600)
    middleware.write(now=WEDNESDAY)
    for number in range(60):
        ask(middleware, f"/page-{number}/")
    assert len(counted(middleware)) == old_addresses.MOST_COUNTED == 50
    monkeypatch.setattr(MonthlyCount, "MOST_NOT_FOUND", 50)
    MonthlyCount.objects.update(number=6)
    MonthlyCount.objects.filter(path="/page-1").update(number=5)
    # The lowest makes room for one that comes later, which is then counted on.
    for _ in range(2):
        ask(middleware, "/our-old-page/")
        kept = counted(middleware)
    assert (len(kept), kept["2026-12", "/our-old-page"], ("2026-12", "/page-1") in kept) == (50, 2, False)
    # However many come, what was asked for most stays.
    for number in range(3):
        ask(middleware, f"/new-{number}/")
        kept = counted(middleware)
    assert sorted(kept.values()) == [1, *[6] * 49]
    # More at once than are kept.
    monkeypatch.setattr(MonthlyCount, "MOST_NOT_FOUND", 1)
    ask(middleware, "/both-1/")
    ask(middleware, "/both-2/")
    assert counted(middleware) == {("2026-12", "/both-1"): 1}


def test_a_database_that_is_away_breaks_no_page_and_loses_no_count(middleware, monkeypatch):
    def away(*args, **kwargs):
        raise DatabaseError

    ask(middleware, "/gone/")
    with monkeypatch.context() as broken:
        broken.setattr(MonthlyCount.objects, "add", away)
        broken.setattr(OldAddress.objects, "filter", away)
        assert ask(middleware, "/about/").status_code == 404
    assert counted(middleware) == {("2026-12", "/gone"): 1}


@pytest.mark.ignore_template_errors
def test_owners_see_what_was_asked_for_often_and_lead_it_on(client, monkeypatch):
    client.force_login(colleague("olga", "Owners"))
    month = WEDNESDAY.date().replace(day=1)
    for path, number in (("/old-team", 3), ("/rare", 4), ("/about", 50)):
        MonthlyCount.objects.add("not-found", "", month=month, path=path, number=number)
    MonthlyCount.objects.add("not-found", "", month=month.replace(month=11), path="/old-team", number=2)
    page = client.get("/admin/consults/monthlycount/").content.decode()
    assert 'href="/admin/pages/oldaddress/add/?old_path=/old-team"' in page
    assert "The list was full" not in page
    assert "/rare" not in page
    assert "old_path=/about" not in page
    form = client.get("/admin/pages/oldaddress/add/?old_path=/old-team").content.decode()
    assert 'value="/old-team"' in form
    monkeypatch.setattr(MonthlyCount, "MOST_NOT_FOUND", 3)
    assert "The list was full in Dec 2026: 3 addresses a month" in client.get("/admin/consults/monthlycount/").content.decode()
