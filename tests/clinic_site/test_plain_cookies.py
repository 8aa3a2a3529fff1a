"""Cookies that take long to read are not read."""

import pytest

from clinic_site import wsgi
from clinic_site.plain_cookies import without_escapes
from tests.clinic_site.wsgi import ask


def test_only_cookies_with_a_backslash_are_left_out():
    assert without_escapes('csrf=abc; other="\\"; sent=a:b-c_d') == "csrf=abc; sent=a:b-c_d"


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_django_reads_neither_such_a_cookie_nor_a_long_content_type(monkeypatch):
    """On any address, also one that no limit of slow pages covers."""
    read: list[str] = []

    def reads(line: str) -> dict:
        read.append(line)
        return {}

    def costly(environ, start_response):
        return wsgi.application(environ | {"CONTENT_TYPE": 'a; x="' + 4000 * "a" + 4000 * ";"}, start_response)

    monkeypatch.setattr("django.core.handlers.wsgi.parse_cookie", reads)
    monkeypatch.setattr("django.http.request.parse_header_parameters", lambda line: (line, reads(line)))
    assert ask(costly, "/nothing/", cookie='a="' + 4000 * "\\" + '"; csrf=b')[0] == "404"
    assert sorted(read) == [" csrf=b", "application/x-www-form-urlencoded; charset=latin-1"]
