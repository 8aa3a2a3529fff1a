"""Finished pages: compressed once, strong ETags, never older than the content, never a patient's."""

import gzip
import io
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from blog.models import Article
from clinic_site import page_cache
from content.models import ContentVersion
from pages.models import Clinic

pytestmark = pytest.mark.django_db
PAGE = b"<!doctype html><title>x</title>" + b"words " * 200


class Site:
    """A stand-in for Django behind the cache that counts how often it is asked."""

    def __init__(self, headers=(("Cache-Control", "public, max-age=0"),), status="200 OK"):
        self.asked, self.headers, self.status, self.body = 0, list(headers), status, PAGE

    def __call__(self, environ, start_response):
        self.asked += 1
        start_response(self.status, [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "1"), *self.headers])
        return Body([self.body])


class Body(list):
    def close(self):
        pass


def ask(cache, path="/", method="GET", **headers):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "127.0.0.1:8000", "wsgi.input": io.BytesIO()}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    answer = {}
    body = cache(environ, lambda status, given, exc_info=None: answer.update(status=status, headers=dict(given)))
    return answer["status"][:3], answer["headers"], b"".join(body)


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def cache(site, monkeypatch):
    monkeypatch.setattr(page_cache, "LOOK_EVERY_SECONDS", 0)
    return page_cache.PageCache(site)


def test_a_public_page_is_made_once_and_sent_in_every_encoding(cache, site):
    plain = ask(cache)
    packed = ask(cache, accept_encoding="gzip, deflate, br;q=0.5")
    zipped = ask(cache, accept_encoding="br;q=0, gzip")
    assert site.asked == 1
    assert plain[2] == PAGE == brotli.decompress(packed[2]) == gzip.decompress(zipped[2])
    assert (packed[1]["Content-Encoding"], zipped[1]["Content-Encoding"]) == ("br", "gzip")
    assert len({answer[1]["ETag"] for answer in (plain, packed, zipped)}) == 3
    for _, headers, body in (plain, packed, zipped):
        assert headers["Vary"] == "Accept-Encoding"
        assert headers["Content-Length"] == str(len(body))
        assert headers["ETag"].startswith('"')


def test_head_and_304_send_no_body(cache, site):
    etag = ask(cache)[1]["ETag"]
    assert ask(cache, method="HEAD")[2] == b""
    for value in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        status, headers, body = ask(cache, if_none_match=value)
        assert (status, body, headers["ETag"]) == ("304", b"", etag)
        assert "Content-Length" not in headers
        assert "Cache-Control" in headers
    assert ask(cache, if_none_match='"other"')[0] == "200"
    assert site.asked == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Site(headers=[("Cache-Control", "private")]), id="private"),
        pytest.param(Site(headers=[]), id="says nothing"),
        pytest.param(Site(headers=[("Cache-Control", "public"), ("Set-Cookie", "a=b")]), id="sets a cookie"),
        pytest.param(Site(headers=[("Cache-Control", "public"), ("Vary", "Cookie")]), id="varies on cookies"),
        pytest.param(Site(status="404 Not Found"), id="not found"),
    ],
)
def test_what_is_not_public_is_compressed_but_never_kept(answer):
    cache = page_cache.PageCache(answer)
    for _ in range(2):
        _, headers, body = ask(cache, accept_encoding="br")
        assert brotli.decompress(body) == PAGE
        assert "ETag" not in headers
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

    def away():
        raise OperationalError

    monkeypatch.setattr(ContentVersion, "current", away)
    assert ask(cache)[0] == "200"
    assert site.asked == 1
