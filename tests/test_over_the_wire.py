"""What gunicorn sends, as a browser or a proxy gets it: compression, caching, refusals, and https behind a proxy."""

import gzip
import re
import socket
from contextlib import ExitStack

import brotli
import pytest

from tests.server import OVER_HTTPS, book, started_before

pytestmark = pytest.mark.server

THROUGH_PROXY = {"Host": "clinic.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


def running(folder, settings):
    site = started_before(folder, {"WEB_WORKERS": "1"} | settings)
    try:
        yield site.serve()
    finally:
        site.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    yield from running(tmp_path_factory.mktemp("http"), {})


@pytest.fixture(scope="module")
def site_over_https(tmp_path_factory):
    yield from running(tmp_path_factory.mktemp("https"), OVER_HTTPS | {"HSTS": "preload"})


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        pytest.param("gzip, deflate, br, zstd", "br", brotli.decompress, id="br to a browser"),
        pytest.param("gzip", "gzip", gzip.decompress, id="gzip to an older one"),
        pytest.param("", None, bytes, id="plain to a plain client"),
        pytest.param("br;q=0", None, bytes, id="plain when br is refused"),
    ],
)
def test_a_public_page_is_compressed_as_asked(site, accepted, encoding, decode):
    for path in ("/", "/faqs/", "/blog/ketamine-benefits/"):
        answer = site.get(path, headers={"Accept-Encoding": accepted})
        assert (answer.status, answer.headers.get("content-encoding")) == (200, encoding)
        assert decode(answer.body) == site.get(path, headers={"Accept-Encoding": "identity"}).body
        assert answer.headers["content-length"] == str(len(answer.body))
        assert answer.headers["vary"] == "Accept-Encoding"


def test_the_stylesheet_is_compressed_and_kept_for_years(site):
    path = re.search(r'<link rel="stylesheet" href="([^"]+)"', site.get("/").text)[1]
    answer = site.get(path, headers={"Accept-Encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert brotli.decompress(answer.body)
    assert re.search(r"max-age=\d{8}.*immutable", answer.headers["cache-control"])
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_a_public_page_that_did_not_change_is_a_304(site, accepted):
    first = site.get("/faqs/", headers={"Accept-Encoding": accepted})
    assert re.fullmatch(r'"[^"]+"', first.headers["etag"]), "a strong tag"
    assert "public" in first.headers["cache-control"]
    assert first.cookies == []
    again = site.get("/faqs/", headers={"Accept-Encoding": accepted, "If-None-Match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])


@pytest.mark.parametrize("path", ["/", "/book-a-consult/", "/no-such-page/", "/health/live"])
def test_head_has_the_headers_of_get_and_no_body(site, path):
    got, head = site.get(path), site.request("HEAD", path)
    assert (head.status, head.body) == (got.status, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "", "a b", "127.0.0.1:80:80"])
def test_a_foreign_host_is_refused(site, host):
    for path in ("/", "/book-a-consult/"):
        answer = site.get(path, headers={"Host": host})
        assert answer.status == 400
        assert "elsewhere" not in answer.text


def test_foreign_hosts_leave_one_line_in_the_log_which_names_none(site):
    """For who set PUBLIC_URL wrongly; a scanner cannot fill the disk."""
    asked = [site.get(path, headers={"Host": "elsewhere.example"}).status for path in ("/", "/admin/", "/faqs") * 3]
    assert asked == [400] * 9
    assert site.log.count("A request for another host than that of PUBLIC_URL was refused") == 1
    assert "Traceback" not in site.log
    assert "elsewhere" not in site.log


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_answers_whatever_the_host(site, site_over_https, path):
    for place in (site, site_over_https):
        answer = place.get(path, headers={"Host": "elsewhere.example"})
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("charset", ["latin-1", "utf-16"])
def test_a_form_in_another_encoding_is_a_400(site, charset):
    cookie = site.get("/book-a-consult/").cookies[0].partition(";")[0]
    headers = {"Cookie": cookie, "Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
    answer = site.request("POST", "/book-a-consult/", headers=headers, body=b"full_name=Zo%EB")
    assert answer.status == 400
    assert "988" in answer.text


def test_no_codec_that_a_stranger_names_reads_a_form(site):
    """One of them takes minutes over a megabyte, in the reading of the token already. A stranger may send less."""
    cookie = site.get("/book-a-consult/").cookies[0].partition(";")[0]
    body = b'--x\r\nContent-Disposition: form-data; name="full_name"\r\n\r\n' + b"a" * 60_000 + b"\r\n--x--\r\n"
    for charset in ("punycode", "unicode_escape", "undefined"):
        headers = {"Cookie": cookie, "Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
        answer = site.request("POST", "/book-a-consult/", headers=headers, body=body)
        assert answer.status == 400
        assert "988" in answer.text
        assert site.request("POST", "/book-a-consult/", headers=headers, body=body + b"a" * 900_000).status == 413


def test_half_requests_keep_no_thread(site):
    """One more than there are threads, from clients that stay and wait. Without a time limit there would be no answer at all."""
    with ExitStack() as clients:
        for _ in range(5):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            client.sendall(b"POST /book-a-consult/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
        assert site.get("/book-a-consult/").status == 200
    assert "Socket error" not in site.log


def test_an_address_without_its_slash_is_one_permanent_redirect(site):
    answer = site.get("/faqs")
    assert (answer.status, answer.headers["location"]) == (301, "/faqs/")


def test_an_unknown_address_is_the_sites_own_404(site):
    answer = site.get("/no-such-page/")
    assert answer.status == 404
    assert "988" in answer.text
    assert "no-store" in answer.headers["cache-control"]


# Behind a proxy that ends TLS


def test_over_https_cookies_bind_to_the_host(site_over_https):
    sent = book(site_over_https, "Ada", THROUGH_PROXY)
    assert sent.status == 303
    page = site_over_https.get("/book-a-consult/", headers=THROUGH_PROXY)
    login = site_over_https.get("/admin/login/", headers=THROUGH_PROXY)
    cookies = [*sent.cookies, *page.cookies, *login.cookies]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-sent", "__Host-csrf"}
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


def test_over_https_browsers_are_told_to_stay_there_as_hsts_says(site_over_https):
    for path in ("/", "/book-a-consult/", "/no-such-page/"):
        answer = site_over_https.get(path, headers=THROUGH_PROXY)
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains; preload"


@pytest.mark.parametrize("scheme", [{}, {"X-Forwarded-Proto": "http"}], ids=["no word of the proxy", "the proxy says http"])
def test_plain_http_is_sent_to_https(site_over_https, scheme):
    for path in ("/", "/faqs/?topic=cost", "/admin/login/"):
        answer = site_over_https.get(path, headers={"Host": "clinic.example"} | scheme)
        assert (answer.status, answer.headers["location"]) == (301, f"https://clinic.example{path}")


def test_absolute_links_name_the_public_address(site_over_https):
    page = site_over_https.get("/faqs/", headers=THROUGH_PROXY).text
    assert '<link rel="canonical" href="https://clinic.example/faqs/">' in page
    assert "127.0.0.1" not in page


def test_over_http_nothing_is_promised_about_https(site):
    answer = site.get("/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example"})
    assert "strict-transport-security" not in answer.headers
    assert f'<link rel="canonical" href="{site.url}/">' in answer.text
