"""Content coding: as the client asks, strong ETags for each coding, kept bytes only of what is public."""

import gzip
import re

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler

from clinic_site import compression
from clinic_site.compression import Compression
from tests.clinic_site.wsgi import PAGE, PUBLIC, Site, ask


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def encoded(monkeypatch):
    """The arguments of every compression; nothing is kept from another test."""
    compression._encode_and_keep.cache_clear()
    calls, encode = [], compression._encode

    def count(body, encoding, *, once):
        calls.append((encoding, once))
        return encode(body, encoding, once=once)

    monkeypatch.setattr(compression, "_encode", count)
    return calls


def test_a_page_is_sent_in_every_encoding_under_a_tag_of_its_own(site):
    plain = ask(Compression(site))
    packed = ask(Compression(site), accept_encoding="gzip, deflate, br;q=0.5")
    zipped = ask(Compression(site), accept_encoding="br;q=0, gzip")
    assert plain[2] == PAGE == brotli.decompress(packed[2]) == gzip.decompress(zipped[2])
    assert (packed[1]["Content-Encoding"], zipped[1]["Content-Encoding"]) == ("br", "gzip")
    assert [answer[1]["ETag"] for answer in (plain, packed, zipped)] == ['"digest"', '"digest-br"', '"digest-gzip"']
    for _, headers, body in (plain, packed, zipped):
        assert headers["Vary"] == "Accept-Encoding"
        assert headers["Content-Length"] == str(len(body))


def test_head_and_304_send_no_body(site):
    etag = ask(Compression(site), accept_encoding="br")[1]["ETag"]
    assert ask(Compression(site), method="HEAD")[2] == b""
    for value in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        status, headers, body = ask(Compression(site), accept_encoding="br", if_none_match=value)
        assert (status, body, headers["ETag"]) == ("304", b"", etag)
        assert "Content-Length" not in headers
        assert "Cache-Control" in headers
    for value in ('"other"', '"digest"', '"digest-gzip"'):
        assert ask(Compression(site), accept_encoding="br", if_none_match=value)[0] == "200"


def test_a_public_page_is_compressed_once_and_as_well_as_it_goes(encoded):
    for _ in range(3):
        assert ask(Compression(Site()), accept_encoding="br")[0] == "200"
    assert encoded == [("br", True)]
    changed = ask(Compression(Site(body=PAGE + b"new")), accept_encoding="br")
    assert brotli.decompress(changed[2]).endswith(b"new")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Site(headers=[("Cache-Control", "private")]), id="private"),
        pytest.param(Site(headers=[]), id="says nothing"),
        pytest.param(Site(headers=[("Set-Cookie", "a=b")]), id="sets a cookie"),
        pytest.param(Site(headers=[], status="404 Not Found"), id="not found"),
    ],
)
def test_what_is_not_public_is_compressed_and_forgotten(answer, encoded):
    for _ in range(2):
        _, headers, body = ask(Compression(answer), accept_encoding="br")
        assert brotli.decompress(body) == PAGE
        assert "ETag" not in headers
    assert encoded == [("br", False), ("br", False)]
    assert compression._encode_and_keep.cache_info().currsize == 0


def test_what_it_varies_on_is_kept_and_said_once():
    for vary, expected in (("Cookie", "Cookie, Accept-Encoding"), ("Accept-Encoding", "Accept-Encoding")):
        assert ask(Compression(Site(headers=[("Vary", vary)])))[1]["Vary"] == expected


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("Content-Type", "image/webp")], id="a picture"),
        pytest.param([("Content-Encoding", "br")], id="coded already"),
        pytest.param([("Content-Range", "bytes 0-99/1000")], id="a part"),
    ],
)
def test_what_cannot_be_coded_passes_untouched(headers):
    site = Site(headers=[*PUBLIC, *headers])
    status, sent, body = ask(Compression(site), accept_encoding="br, gzip")
    assert (status, body) == ("200", PAGE)
    assert sent.get("Content-Encoding") == dict(headers).get("Content-Encoding")
    assert "Vary" not in sent


@pytest.mark.django_db
def test_without_the_page_cache_pages_are_coded_tagged_and_unchanged_ones_are_a_304(content):
    application = Compression(WSGIHandler())
    request = {"accept_encoding": "br", "path": "/faqs/"}
    status, headers, body = ask(application, **request)
    assert (status, headers["Content-Encoding"]) == ("200", "br")
    assert re.fullmatch(r'"\w+-br"', headers["ETag"])
    assert b"</html>" in brotli.decompress(body)
    assert ask(application, if_none_match=headers["ETag"], **request)[0] == "304"


@pytest.mark.django_db
def test_without_the_page_cache_error_pages_know_the_clinics_name(content, monkeypatch):
    monkeypatch.setattr("clinic_site.clinic_name._remembered_name", "")
    application = Compression(WSGIHandler())
    ask(application, path="/faqs/")
    status, _, body = ask(application, path="/no-such-page/")
    assert status == "404"
    assert b"| Modern Therapeutics</title>" in body
