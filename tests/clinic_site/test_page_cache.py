"""Finished pages: made once, never older than the content, never a patient's."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.handlers.wsgi import WSGIHandler

from blog.models import Article
from clinic_site import page_cache
from content.models import ContentVersion
from pages.models import Clinic
from tests.clinic_site.wsgi import PAGE, PUBLIC, Site, ask
from tests.swapped_database import drop_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def cache(site, monkeypatch):
    monkeypatch.setattr(page_cache, "LOOK_EVERY_SECONDS", 0)
    return page_cache.PageCache(site)


def test_a_public_page_is_made_once(cache, site, clock):
    clock(datetime(2026, 12, 2, 16, 0, tzinfo=UTC))
    first = ask(cache)
    assert first[2] == PAGE
    assert first[1]["ETag"] == '"digest"'
    assert ask(cache) == first
    assert ask(cache, method="HEAD")[:2] == first[:2]
    assert site.asked == 1


def test_a_proxy_is_told_to_keep_a_public_page_until_the_second_ends_and_nothing_else(cache, site, clock):
    now = datetime(2026, 12, 2, 16, 0, 0, 900_000, tzinfo=UTC)
    clock(now)
    told = f"@{int(now.timestamp())}"
    assert [ask(cache)[1]["X-Accel-Expires"] for _ in range(2)] == [told, told]
    clock(now + timedelta(seconds=1))
    assert ask(cache)[1]["X-Accel-Expires"] == f"@{int(now.timestamp()) + 1}"
    for other in ({"query": "via=poster"}, {"host": "evil.example"}, {"method": "POST"}):
        assert "X-Accel-Expires" not in ask(cache, **other)[1]
    for not_public in (Site(headers=[("Cache-Control", "private"), ("ETag", '"digest"')]), Site(status="404 Not Found")):
        assert "X-Accel-Expires" not in ask(page_cache.PageCache(not_public))[1]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Site(headers=[("Cache-Control", "private"), ("ETag", '"digest"')]), id="private"),
        pytest.param(Site(headers=[("ETag", '"digest"')]), id="says nothing"),
        pytest.param(Site(headers=[("Cache-Control", "public, immutable")]), id="a picture, which has no tag"),
        pytest.param(Site(headers=[*PUBLIC, ("Set-Cookie", "a=b")]), id="sets a cookie"),
        pytest.param(Site(headers=[*PUBLIC, ("Vary", "Cookie")]), id="varies on cookies"),
        pytest.param(Site(status="404 Not Found"), id="not found"),
    ],
)
def test_what_is_not_public_is_never_kept(answer):
    cache = page_cache.PageCache(answer)
    for _ in range(2):
        assert ask(cache)[2] == PAGE
    assert answer.asked == 2


def test_a_post_always_reaches_django(cache, site):
    for _ in range(2):
        ask(cache, method="POST")
    assert site.asked == 2


def test_another_host_always_reaches_django(cache, site):
    ask(cache)
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[::1]"):
        ask(cache, host=host)
    assert site.asked == 5


def test_over_https_only_a_secure_request_gets_a_finished_page(cache, site, settings):
    from clinic_site.env import PublicURL

    settings.PUBLIC = PublicURL("https", "127.0.0.1", "https://127.0.0.1")
    for _ in range(2):
        ask(cache)
        ask(cache, x_forwarded_proto="http")
    assert site.asked == 4
    for _ in range(2):
        ask(cache, x_forwarded_proto="https")
    assert site.asked == 5


def test_an_edit_drops_every_page(cache, site):
    Clinic.objects.create(name="One")
    ask(cache)
    ask(cache)
    assert site.asked == 1
    site.body = PAGE + b"new"
    Clinic.objects.update(name="Two")
    assert ask(cache)[2].endswith(b"new")
    assert site.asked == 2


def test_a_page_made_while_the_content_changed_is_not_kept(cache, site):
    Clinic.objects.create()
    made_before = site.__call__

    def edit_meanwhile(environ, start_response):
        Clinic.objects.update(name="Edited while the page was made")
        cache._drop_what_changed()
        return made_before(environ, start_response)

    cache.application = edit_meanwhile
    ask(cache)
    cache.application = site
    ask(cache)
    assert site.asked == 2


def test_the_date_changes_at_the_clinics_midnight(cache, site, clock):
    Clinic.objects.create()
    for instant in (datetime(2026, 12, 2, 5, 59, tzinfo=UTC), datetime(2026, 12, 2, 6, 0, tzinfo=UTC)):
        clock(instant)
        ask(cache)
        ask(cache)
    assert site.asked == 2


def test_every_page_is_made_anew_when_one_changes_by_itself(cache, site, clock):
    ends, appears = datetime(2026, 12, 2, 17, 0, tzinfo=UTC), datetime(2026, 12, 2, 18, 0, tzinfo=UTC)
    Clinic.objects.create(announcement="Closed today because of snow.", announcement_until=ends)
    Article.objects.create(slug="later", title="Later", published_at=appears, updated_on=appears.date())
    second = timedelta(seconds=1)
    for instant, made in [
        (ends - second, 1),
        (ends - second, 1),
        (ends, 2),
        (ends + second, 2),
        (appears - second, 2),
        (appears, 3),
        (appears + second, 3),
    ]:
        clock(instant)
        ask(cache)
        assert site.asked == made, instant


def test_finished_pages_outlive_a_database_that_is_away(cache, site, monkeypatch):
    from django.db import OperationalError

    ask(cache)
    # The second one is a row that says what it should not.
    for error in (OperationalError, ValueError):

        def away(error=error):
            raise error

        monkeypatch.setattr(ContentVersion, "current", away)
        assert ask(cache)[0] == "200"
        assert site.asked == 1


def test_nobody_waits_for_who_looks_into_a_database_that_is_silent(cache, site, monkeypatch):
    from django.db import OperationalError

    first = ask(cache)
    is_asked, answers = threading.Event(), threading.Event()

    def silent():
        is_asked.set()
        answers.wait(20)
        raise OperationalError

    monkeypatch.setattr(Clinic.objects, "current", silent)
    looking = threading.Thread(target=ask, args=[cache], daemon=True)
    looking.start()
    try:
        assert is_asked.wait(20)
        assert ask(cache)[::2] == first[::2]
        assert ask(cache, path="/another/")[0] == "200"
        assert looking.is_alive(), "nothing has answered yet"
    finally:
        answers.set()
        looking.join(20)
    assert site.asked == 2


@pytest.mark.databases(postgresql=pytest.mark.slow)
@pytest.mark.django_db(transaction=True)
def test_an_edit_is_seen_after_the_database_dropped_the_connection(cache, site):
    Clinic.objects.create(name="One")
    ask(cache)
    site.body = PAGE + b"new"
    Clinic.objects.update(name="Two")
    drop_connection()
    assert ask(cache)[2].endswith(b"new")


def test_without_compression_a_page_is_answered_as_django_made_it(content):
    asked, django = [], WSGIHandler()

    def count(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return django(environ, start_response)

    cache = page_cache.PageCache(count)
    for _ in range(2):
        status, headers, body = ask(cache, path="/faqs/", accept_encoding="br")
        assert (status, headers["Content-Length"]) == ("200", str(len(body)))
        assert headers.keys().isdisjoint({"Content-Encoding", "Vary"})
        assert body.rstrip().endswith(b"</html>")
    assert asked == ["/faqs/"]
