"""Error pages: the site's look and the crisis line, without a database query."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import ResolverMatch

from clinic_site import errors
from clinic_site.security_headers import SecurityHeadersMiddleware
from guard.sealing import CannotOpen


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500, 503])
def test_an_error_page_needs_no_database(status):
    """No database mark: a query would fail this test."""
    page = errors.error_page(status).content.decode()
    assert 'href="tel:988"' in page
    assert 'href="tel:911"' in page
    assert "PM" not in page


@pytest.mark.django_db
def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(client, monkeypatch):
    def away(*_, **__):
        raise OperationalError("database is locked")

    monkeypatch.setattr("pages.views.get_page", away)
    response = client.get("/faqs/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "988" in response.content.decode()


@pytest.mark.django_db
def test_a_row_that_no_key_opens_is_a_503_that_says_when_to_come_back(client, monkeypatch):
    def closed(*_, **__):
        raise CannotOpen("consults_consultrequest: no key of FIELD_KEYS opens this row")

    monkeypatch.setattr("pages.views.get_page", closed)
    response = client.get("/faqs/")
    assert (response.status_code, response["Retry-After"]) == (503, "60")


def test_a_view_can_have_a_page_of_its_own_for_what_was_not_stored(rf):
    def view(request): ...

    view.page_when_not_stored = lambda request: ("503.html", {"clinic_name": f"Kept {request.POST['name']}"})
    middleware = errors.DatabaseUnavailableMiddleware(view)
    for request, is_own in ((rf.post("/", {"name": "Ada"}), True), (rf.get("/", {"name": "Ada"}), False)):
        request.resolver_match = ResolverMatch(view, (), {})
        response = middleware.process_exception(request, OperationalError("disk is full"))
        assert response.status_code == 503
        assert ("Kept Ada" in response.content.decode()) == is_own


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_database_that_is_away_in_a_middleware_is_a_503_too(client, desk, monkeypatch):
    """An address without its slash asks the database, and so does whoever has the cookie of a session."""
    client.raise_request_exception = False

    def away(*_, **__):
        raise OperationalError("unable to open database file")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
    for path in ("/feed", "/blog/nothing", "/admin/", "/book-a-consult/", "/faqs/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "60"), path
    answer = client.post("/book-a-consult/", {"full_name": "Ada Example", "ticket": "-"})
    assert (answer.status_code, "Ada Example" in answer.content.decode()) == (503, True)


@pytest.mark.django_db
def test_a_crash_is_a_500_page(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("pages.views.get_page", lambda *_: 1 / 0)
    response = client.get("/faqs/")
    assert response.status_code == 500
    assert "988" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nope/", "/book-a-consult/", "/admin/login/", "/health/live"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-referrer" not in headers.get("Referrer-Policy", "same-origin").split(",")
    if path != "/health/live":
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy.split("; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("path", "kind", "is_told"),
    [
        ("/static/css/site.css", "text/css; charset=utf-8", False),
        ("/static/fonts/one.woff2", "font/woff2", False),
        ("/static/img/favicon.svg", "image/svg+xml", True),
        ("/media/portrait.png", "image/png", True),
        ("/faqs/", "text/html", True),
    ],
)
def test_what_a_document_may_do_is_not_told_to_our_own_styles_and_fonts(rf, path, kind, is_told):
    def answer(request):
        return HttpResponse("", content_type=kind, headers={"Content-Security-Policy": "default-src 'none'"})

    headers = SecurityHeadersMiddleware(answer)(rf.get(path)).headers
    assert ("Content-Security-Policy" in headers) == ("Permissions-Policy" in headers) == is_told
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
