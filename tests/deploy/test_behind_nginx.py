"""The site behind a real nginx that is set up as deploy/nginx.conf says."""

import gzip
import re
import socket
import ssl
from contextlib import ExitStack, closing
from ipaddress import ip_network
from types import SimpleNamespace

import brotli
import pytest

from tests.nginx import nginx_before, recipe
from tests.server import HANG_SECONDS, OVER_HTTPS, book, free_port, started_before, wait_for

pytestmark = pytest.mark.server

TOKEN = "Qzvx" * 10 + "abc"
TERM = "pqzjxw@mail.example"
SEARCH = "/admin/consults/consultrequest/search/"
# What a visitor asks for, and what of it no log may tell.
ASKED = [
    ("GET", f"/consults/{TOKEN}/", None),
    ("POST", f"/consults/{TOKEN}/", {"action": "withdraw"}),
    ("GET", "/search/?q=Vjqxwz", None),
    ("POST", SEARCH, {"q": TERM}),
]
SECRETS = (TOKEN, "Vjqxwz", TERM, "pqzjxw", "127.0.0.1", "/consults/", SEARCH)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = started_before(tmp_path_factory.mktemp("site"), {"WEB_WORKERS": "1"} | OVER_HTTPS)
    yield site.serve()
    site.stop()


@pytest.fixture
def nginx(site, tmp_path):
    with nginx_before(site.port, tmp_path / "nginx", recipe()) as running:
        yield running


def test_pages_come_over_tls_and_plain_http_is_sent_there(nginx):
    home = nginx.request("GET", "/")
    assert (home.status, home.headers["strict-transport-security"]) == (200, "max-age=63072000")
    assert not re.search(r"\d", home.headers.get("server", "")), "no version is told"
    plain = nginx.request("GET", "/faqs/?topic=cost", plain=True)
    assert (plain.status, plain.headers["location"]) == (301, "https://clinic.example/faqs/?topic=cost")


@pytest.mark.parametrize("plain", [False, True])
def test_the_other_name_of_the_site_leads_to_the_one_it_has(nginx, plain):
    answer = nginx.request("GET", "/faqs/?topic=cost", plain=plain, host="www.clinic.example")
    assert (answer.status, answer.headers["location"]) == (301, "https://clinic.example/faqs/?topic=cost")


@pytest.mark.parametrize("path", ["/health/ready", "/health/live", "//health/ready", "/faqs/../health/ready", "/health%2Fready"])
def test_health_is_not_for_the_public(nginx, site, path):
    assert nginx.request("GET", path).status == 403
    assert site.get("/health/ready").status == 200


def test_one_address_has_a_limit_on_pages_that_are_in_no_cache(tmp_path):
    # Before a site that is down, so that each answer comes at once.
    with nginx_before(free_port(), tmp_path / "nginx", recipe()) as nginx:
        asked = [nginx.request("GET", f"/search/?q={number}").status for number in range(150)]
        assert asked[:15] == [502] * 15, "a form that is sent fifteen times at once passes"
        assert set(asked) == {502, 429}
        assert nginx.request("GET", "/faqs/").status == 502


def counted_as(address: str) -> str:
    """The client that the recipe makes of an address; empty for the address itself."""
    patterns = re.findall(r'"~(\S+)" \$clinic_network;', recipe())
    assert patterns
    found = [re.match(pattern.replace("?<", "?P<"), address) for pattern in patterns]
    return next((match["clinic_network"] for match in found if match), "")


def test_one_network_of_ipv6_is_one_client():
    """As the site counts. nginx writes an address as Python does."""
    for network in ("2001:db8:1:2200::/56", "2001:db8:1:200::/56", "2001:db8:1::/56", "fe80:1:2:ab00::/56"):
        home = ip_network(network)
        inside = [str(home[number]) for number in (1, 2**64 + 1, 2**70 + 2**63 + 7, 255 * 2**64 + 5)]
        assert len({counted_as(address) for address in inside}) == 1, network
        assert counted_as(inside[0])
        assert counted_as(inside[0]) != counted_as(str(home[2**72 - 1] + 1)), network
    assert [counted_as(address) for address in ("192.0.2.7", "203.0.113.255", "::1")] == [""] * 3
    zones = re.findall(r"limit_(?:req|conn)_zone (\S+) ", recipe())
    assert set(zones) == {"$clinic_client", "$clinic_post", "$server_name"}
    assert "POST $clinic_client;" in recipe()


def test_what_is_posted_is_bounded_before_it_reaches_the_site(tmp_path):
    with nginx_before(free_port(), tmp_path / "nginx", recipe()) as nginx:
        large = {"note": "a" * 70_000}
        for path in ("/", "/book-a-consult/", "/admin/login/"):
            assert nginx.request("POST", path, large).status == 413
        assert nginx.request("POST", "/admin/blog/article/add/", large).status == 502
        picture = {"note": "a" * 2_000_000}
        assert nginx.request("POST", "/admin/blog/article/add/", picture).status == 413
        assert nginx.request("POST", "/admin/pages/picture/add/", picture).status == 502
        posted = [nginx.request("POST", "/faqs/", {"a": "b"}).status for _ in range(80)]
        assert (posted[:15], set(posted)) == ([502] * 15, {502, 429})
        assert nginx.request("GET", "/faqs/").status == 502


def test_what_a_visitor_typed_is_not_written_to_the_disk_of_the_proxy(tmp_path):
    """nginx says so in its log, which the recipe turns off."""
    with nginx_before(free_port(), tmp_path / "nginx", recipe().replace("error_log /dev/null;", "")) as nginx:
        for size in (10_000, 17_000, 40_000, 64_000):
            assert nginx.request("POST", "/book-a-consult/", {"note": "a" * size}).status == 502
        assert "Connection refused" in nginx.logged
        assert "temporary file" not in nginx.logged
        nginx.request("POST", "/admin/blog/article/add/", {"note": "a" * 90_000})
        assert "temporary file" in nginx.logged, "what the log says of a larger one"


@pytest.mark.parametrize(
    ("path", "size", "most", "method"),
    [("/admin/pages/picture/add/", 12_000_000, 3, "POST"), ("/admin/", 900_000, 10, "POST"), ("/admin/", 900_000, 10, "GET")],
)
def test_bodies_that_never_end_fill_no_disk(tmp_path, path, size, most, method):
    """Each is one byte short. Nothing has looked yet who sends it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    head = f"{method} {path} HTTP/1.1\r\nHost: clinic.example\r\nContent-Length: {size}\r\n\r\n".encode()
    with nginx_before(free_port(), tmp_path / "nginx", recipe()) as nginx, ExitStack() as opened:
        for _ in range(most):
            plain = opened.enter_context(closing(socket.create_connection(("127.0.0.1", nginx.port), timeout=HANG_SECONDS)))
            client = opened.enter_context(context.wrap_socket(plain, server_hostname="clinic.example"))
            client.sendall(head + b"a" * 100_000)
        one_more = lambda: nginx.request("POST", path, {"a": "b"}).status  # noqa: E731
        wait_for(lambda: one_more() == 429, HANG_SECONDS, "one more is refused", lambda: nginx.logged)
        assert nginx.request("GET", path).status == 502, "a page is still shown"


def test_all_that_is_sent_to_the_admin_is_bounded_whoever_sends_it():
    """The zones of the whole server, times what each of their locations takes, is what the page says."""
    bounds = dict(re.findall(r"limit_conn (clinic_texts|clinic_pictures) (\d+);", recipe()))
    sizes = re.findall(r"client_max_body_size (\d+)m;", recipe())
    assert sum(int(most) * int(size) for most, size in zip(bounds.values(), sizes, strict=True)) == 360
    assert "limit_conn_zone $server_name zone=clinic_texts:1m;" in recipe()
    assert "limit_conn_zone $server_name zone=clinic_pictures:1m;" in recipe()


def test_no_log_tells_what_was_asked_while_the_site_is_up(nginx):
    assert [nginx.request(*asked).status for asked in ASKED] == [404, 403, 200, 403]
    assert not [secret for secret in SECRETS if secret in nginx.logged]


def test_no_log_tells_a_link_or_a_search_that_came_in_raw_bytes(nginx, site):
    """A browser encodes them; a link checker or a preview of a mail may not. nginx hands them on as they are."""
    context = ssl.create_default_context(cafile=nginx.folder / "fullchain.pem")
    context.check_hostname = False
    for path in (f"/consults/{TOKEN}/\u2026", "/search/?q=Vjqxwz+fa\xe7ade"):
        with (
            closing(socket.create_connection(("127.0.0.1", nginx.port), timeout=HANG_SECONDS)) as plain,
            context.wrap_socket(plain, server_hostname="clinic.example") as client,
        ):
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: clinic.example\r\n\r\n".encode())
            assert b" 400 " in client.recv(100)
    assert "a request could not be read or answered: InvalidRequestLine" in site.log
    assert not [secret for secret in SECRETS if secret in nginx.logged + site.log]


# None of these changes a finished page.
SENT = {
    "Cookie": "__Host-session=x; __Host-csrf=y; __Host-sent=z",
    "Accept-Language": "es",
    "User-Agent": "<script>",
    "Referer": "https://evil.example/",
    "Origin": "https://evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Scheme": "http",
    "X-Forwarded-Ssl": "off",
    "X-Host": "evil.example",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "X-HTTP-Method-Override": "POST",
    "X-Requested-With": "XMLHttpRequest",
    "Accept": "application/json",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "If-None-Match": '"other"',
    "Sec-Purpose": "prefetch",
    "X-Accel-Expires": "3600",
    "X-Accel-Redirect": "/health/ready",
    "Content-Type": "application/x-www-form-urlencoded",
    "Script_Name": "/evil",
    "Script-Name": "/evil",
    "Path-Info": "/admin/",
}


def test_a_finished_page_is_kept_for_its_second_and_nothing_that_is_sent_changes_it(site, tmp_path):
    told = recipe().replace("proxy_cache_lock on;", "proxy_cache_lock on; add_header X-Kept $upstream_cache_status;")
    with nginx_before(site.port, tmp_path / "nginx", told) as nginx:
        get = lambda path, fields="": nginx.raw(f"GET {path} HTTP/1.1\r\nHost: clinic.example\r\n{fields}")  # noqa: E731
        page = get("/faqs/")
        # A second may end between any two.
        wait_for(lambda: get("/faqs/").headers["x-kept"] == "HIT", HANG_SECONDS, "the page is kept")
        wait_for(lambda: get("/faqs/").headers["x-kept"] == "EXPIRED", HANG_SECONDS, "it is made again")
        for name, value in SENT.items():
            answer = get("/faqs/", f"{name}: {value}\r\n")
            assert (answer.status, answer.body, answer.cookies) == (200, page.body, []), name
        assert "x-accel-expires" not in page.headers
        for accepted, decode in (
            ("br, gzip", brotli.decompress),
            ("gzip;q=0.5, br;q=0", gzip.decompress),
            ("zstd, br;q=0.0", bytes),
        ):
            assert decode(get("/faqs/", f"Accept-Encoding: {accepted}\r\n").body) == page.body, accepted
        assert get("/faqs/", f"If-None-Match: {page.headers['etag']}\r\n").status == 304
        assert nginx.raw("HEAD /faqs/ HTTP/1.1\r\nHost: clinic.example\r\n").body == b""
        for path in ("/faqs/?topic=cost", "/faqs/?via=poster"):
            assert [get(path).headers["x-kept"] for _ in range(2)] == ["BYPASS", "BYPASS"]
        for path in ("/book-a-consult/", "/search/?q=cost", "/admin/login/"):
            assert "x-kept" not in get(path).headers
        stylesheet = re.search(r'<link rel="stylesheet" href="([^"]+)"', page.text)[1]
        coded = "Accept-Encoding: br, gzip\r\n"
        assert [get(stylesheet, coded).headers["x-kept"] for _ in range(2)] == ["MISS", "HIT"]
        assert (get(stylesheet, coded).headers["content-encoding"], "content-encoding" in get(stylesheet).headers) == (
            "br",
            False,
        )


def test_what_is_one_visitors_is_in_nothing_that_is_kept(site, nginx):
    """Neither what was typed nor the link to it: nginx writes public pages to its disk, and those alone."""

    def request(method, path, *, headers=None, body=b""):
        fields = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        return nginx.raw(f"{method} {path} HTTP/1.1\r\nHost: clinic.example\r\n{fields}{length}", body)

    get = lambda path, **more: request("GET", path, **more)  # noqa: E731
    through = SimpleNamespace(settings=site.settings, url="", request=request, get=get)
    sent = book(through, "Wilhelmina")
    assert sent.status == 303
    cookies = [cookie.partition(";")[0] for cookie in sent.cookies]
    shown = request("GET", "/book-a-consult/sent/", headers={"Cookie": "; ".join(cookies)})
    reference = re.search(r"<dt>Reference</dt><dd>(\S+)</dd>", shown.text)[1]
    assert request("GET", "/faqs/").status == 200
    kept = {path: path.read_bytes() for path in (nginx.folder / "kept").rglob("*") if path.is_file()}
    assert any(b"/faqs/" in text for text in kept.values())
    secrets = ["Wilhelmina", reference, *(cookie.partition("=")[2] for cookie in cookies)]
    assert [path for path, text in kept.items() for secret in secrets if secret.encode() in text] == []


def ask_a_site_that_is_down(nginx) -> None:
    assert [nginx.request(*asked).status for asked in ASKED] == [502] * len(ASKED)
    # A client that gives up in the middle, and one that speaks no TLS.
    for half in (b"GET /consults/" + TOKEN.encode() + b"/ HTTP/1.1\r\nHost: clinic.example\r\n\r\n", b"\x16\x03\x01\x00"):
        with closing(socket.create_connection(("127.0.0.1", nginx.port), timeout=HANG_SECONDS)) as client:
            client.sendall(half)


def test_no_log_tells_what_was_asked_while_the_site_is_down(tmp_path):
    with nginx_before(free_port(), tmp_path / "nginx", recipe()) as nginx:
        ask_a_site_that_is_down(nginx)
    assert nginx.logged, "nginx tells about itself"
    assert not [secret for secret in SECRETS if secret in nginx.logged]
    assert not [path for path in (tmp_path / "nginx/temporary").rglob("*") if path.is_file()]


@pytest.mark.parametrize("line", ["access_log off;", pytest.param("error_log /dev/null;", marks=pytest.mark.slow)])
def test_without_these_lines_the_logs_would_tell(tmp_path, line):
    """Negative control."""
    with nginx_before(free_port(), tmp_path / "nginx", recipe().replace(line, "")) as nginx:
        ask_a_site_that_is_down(nginx)
    assert {TOKEN, "127.0.0.1"} <= {secret for secret in SECRETS if secret in nginx.logged}
