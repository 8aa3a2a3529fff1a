"""What the nginx of deploy/ keeps: finished pages for their second, static files, and never what one visitor made of a page."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest

from tests.deploy import http2
from tests.deploy.mirror_site import HONEST, MirrorSite
from tests.nginx import HOST, nginx_before, recipe
from tests.server import HANG_SECONDS, wait_for

pytestmark = pytest.mark.server

OWN = f"Host: {HOST}\r\n"
COOKIE = f"{OWN}Cookie: poison=1\r\n"
KEY = "$scheme://$host$request_uri|$clinic_coding"


def without(text: str):
    return lambda config: config.replace(text, "")


def not_looking_at(variable: str):
    """A config that keeps an answer, and looks for one, whatever this variable says."""
    return lambda config: re.sub(rf"(?<=proxy_)((?:no_cache|cache_bypass).*) \{variable}(?=[ ;])", r"\1", config)


def with_this_key(key: str):
    return lambda config: not_looking_at("$args")(config).replace(KEY, key)


def saying(line: str):
    """A config whose cached locations say `line` too."""
    return lambda config: config.replace("proxy_cache_lock on;", f"proxy_cache_lock on;\n{line}")


def by_what_the_client_says_is_the_host(config: str) -> str:
    return config.replace("proxy_set_header Host $host;", "proxy_set_header Host $http_host;")


@dataclass(frozen=True)
class Trick:
    """What a stranger sends, and a config without the guard, with which the next visitor gets what the stranger made of it."""

    name: str
    head: str
    unguarded: object
    path: str = "/page/"
    body: bytes = b""

    def played(self, nginx, path: str):
        nginx.raw(self.head.replace("PATH", path), self.body)
        return nginx.raw(f"GET {path} HTTP/1.1\r\n{OWN}")


def _another_host(config: str) -> str:
    config = config.replace("server_name clinic.example;", "server_name clinic.example evil.example;")
    return config.replace(KEY, "$request_uri|$clinic_coding")


def _a_form(config: str) -> str:
    return saying("proxy_cache_methods GET HEAD POST;")(not_looking_at("$content_length")(config))


def _parts(config: str) -> str:
    own = 'proxy_set_header Forwarded "";'
    return not_looking_at("$clinic_no_page")(config).replace(own, f"{own}\nproxy_set_header Range $http_range;")


def without_a_look_at_cookies(config: str) -> str:
    return config.replace("Expires Vary;", "Expires Vary Set-Cookie;")


TRICKS = [
    Trick("another host", "GET PATH HTTP/1.1\r\nHost: evil.example\r\n", _another_host),
    Trick("another port", "GET PATH HTTP/1.1\r\nHost: clinic.example:8443\r\n", by_what_the_client_says_is_the_host),
    Trick("the name in capitals", "GET PATH HTTP/1.1\r\nHost: CLINIC.EXAMPLE\r\n", by_what_the_client_says_is_the_host),
    Trick("a dot after the name", "GET PATH HTTP/1.1\r\nHost: clinic.example.\r\n", by_what_the_client_says_is_the_host),
    Trick(
        "a whole address in the first line, and another host below it",
        "GET https://clinic.example/PATH HTTP/1.1\r\nHost: evil.example\r\n".replace("/PATH", "PATH"),
        by_what_the_client_says_is_the_host,
    ),
    Trick(
        "another scheme",
        f"GET PATH HTTP/1.1\r\n{OWN}X-Forwarded-Proto: http\r\n",
        without("proxy_set_header X-Forwarded-Proto $scheme;"),
    ),
    Trick(
        "a forwarded host",
        f"GET PATH HTTP/1.1\r\n{OWN}X-Forwarded-Host: evil.example\r\n",
        without('proxy_set_header X-Forwarded-Host "";'),
    ),
    Trick(
        "a forwarded port",
        f"GET PATH HTTP/1.1\r\n{OWN}X-Forwarded-Port: 8443\r\n",
        without('proxy_set_header X-Forwarded-Port "";'),
    ),
    Trick("Forwarded", f"GET PATH HTTP/1.1\r\n{OWN}Forwarded: host=evil.example\r\n", without('proxy_set_header Forwarded "";')),
    Trick("a coding", f"GET PATH HTTP/1.1\r\n{OWN}Accept-Encoding: br\r\n", with_this_key("$scheme://$host$request_uri")),
    Trick(
        "a coding in a second header",
        f"GET PATH HTTP/1.1\r\n{OWN}Accept-Encoding: identity\r\nAccept-Encoding: br\r\n",
        without("proxy_set_header Accept-Encoding $clinic_coding;"),
    ),
    Trick("HEAD", f"HEAD PATH HTTP/1.1\r\n{OWN}", saying("proxy_cache_convert_head off;")),
    Trick("POST", f"POST PATH HTTP/1.1\r\n{OWN}Content-Length: 6\r\n", _a_form, body=b"poison"),
    Trick(
        "GET with a body", f"GET PATH HTTP/1.1\r\n{OWN}Content-Length: 6\r\n", not_looking_at("$content_length"), body=b"poison"
    ),
    Trick("a query", f"GET PATH?poison HTTP/1.1\r\n{OWN}", with_this_key("$scheme://$host$uri|$clinic_coding")),
    Trick("dot segments", f"GET /other/..PATH HTTP/1.1\r\n{OWN}", with_this_key("$scheme://$host$uri|$clinic_coding")),
    Trick("two slashes", f"GET /PATH HTTP/1.1\r\n{OWN}", with_this_key("$scheme://$host$uri|$clinic_coding")),
    Trick("an encoded slash", f"GET /other%2F..PATH HTTP/1.1\r\n{OWN}", with_this_key("$scheme://$host$uri|$clinic_coding")),
    Trick("an encoded letter", f"GET /other/%2e%2ePATH HTTP/1.1\r\n{OWN}", with_this_key("$scheme://$host$uri|$clinic_coding")),
    Trick("a password", f"GET PATH HTTP/1.1\r\n{OWN}Authorization: Basic cG9pc29u\r\n", not_looking_at("$http_authorization")),
    Trick(
        "a part of it",
        f"GET PATH HTTP/1.1\r\n{OWN}Range: bytes=0-3\r\n",
        _parts,
    ),
    Trick("an answer that sets a cookie", f"GET PATH HTTP/1.1\r\n{COOKIE}", without_a_look_at_cookies, "/sets-a-cookie/"),
    Trick("an answer that is private", f"GET PATH HTTP/1.1\r\n{COOKIE}", not_looking_at("$clinic_not_public"), "/private/"),
    Trick(
        "an answer that is public, and private",
        f"GET PATH HTTP/1.1\r\n{COOKIE}",
        not_looking_at("$clinic_not_public"),
        "/first-public/",
    ),
    Trick("an answer that differs by cookie", f"GET PATH HTTP/1.1\r\n{COOKIE}", not_looking_at("$clinic_varies"), "/varies/"),
    Trick("an answer that is no page", f"GET PATH HTTP/1.1\r\n{COOKIE}", not_looking_at("$clinic_no_page"), "/no-page/"),
]


def outcome(trick: Trick, nginx, number: int) -> bool:
    """Whether the next visitor gets the page as the site makes it for anybody."""
    path = f"{trick.path}{number}/"
    answer = trick.played(nginx, path)
    return (answer.status, answer.text) == (200, HONEST.format(path=path))


def test_nobody_gets_what_another_made_of_a_page(tmp_path):
    with MirrorSite.running() as site, nginx_before(site.port, tmp_path / "nginx", recipe()) as nginx:
        # It does keep pages: the site is asked once.
        for _ in range(3):
            assert nginx.raw(f"GET /kept/ HTTP/1.1\r\n{OWN}").text == HONEST.format(path="/kept/")
        assert site.asked == ["/kept/"]
        assert [trick.name for number, trick in enumerate(TRICKS) if not outcome(trick, nginx, number)] == []


# Two with the first layer; each starts an nginx of its own.
EVERY_TRICK = [
    pytest.param(trick, id=trick.name, marks=[pytest.mark.slow] * (trick.name not in {"HEAD", "a coding"})) for trick in TRICKS
]


@pytest.mark.parametrize("trick", EVERY_TRICK)
def test_without_its_guard_each_trick_works(tmp_path, trick):
    """Negative control."""
    unguarded = trick.unguarded(recipe())
    assert unguarded != recipe()
    with MirrorSite.running() as site, nginx_before(site.port, tmp_path / "nginx", unguarded) as nginx:
        assert not outcome(trick, nginx, 0)


# What has no answer of the site, whatever is kept.
REFUSED = {
    "two hosts": "GET /kept/ HTTP/1.1\r\nHost: clinic.example\r\nHost: evil.example\r\n",
    "no host": "GET /kept/ HTTP/1.1\r\n",
    "a host with a path": "GET /kept/ HTTP/1.1\r\nHost: clinic.example/evil\r\n",
    "two lengths": f"GET /kept/ HTTP/1.1\r\n{OWN}Content-Length: 0\r\nContent-Length: 1\r\n",
    "a length and chunks": f"GET /kept/ HTTP/1.1\r\n{OWN}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "more segments up than down": f"GET /../kept/ HTTP/1.1\r\n{OWN}",
    "a zero byte": f"GET /kept/%00 HTTP/1.1\r\n{OWN}",
    "TRACE": f"TRACE /kept/ HTTP/1.1\r\n{OWN}",
}


def test_a_malformed_request_reaches_neither_the_site_nor_a_kept_page(tmp_path):
    with MirrorSite.running() as site, nginx_before(site.port, tmp_path / "nginx", recipe()) as nginx:
        assert nginx.raw(f"GET /kept/ HTTP/1.1\r\n{OWN}").status == 200
        assert {name: nginx.raw(head).status for name, head in REFUSED.items() if nginx.raw(head).status not in {400, 405}} == {}
        for other_name in ("evil.example", "127.0.0.1", "www.clinic.example"):
            answer = nginx.raw(f"GET /kept/ HTTP/1.1\r\nHost: {other_name}\r\n")
            assert (answer.status, answer.headers["location"]) == (301, "https://clinic.example/kept/")
        assert site.asked == ["/kept/"]


def test_pages_come_over_http_2_and_its_two_names_of_a_host_make_no_other_page(tmp_path):
    with MirrorSite.running() as site, nginx_before(site.port, tmp_path / "nginx", recipe()) as nginx:

        def ask(path, *fields):
            with closing(nginx.connected("h2")) as client:
                assert client.selected_alpn_protocol() == "h2"
                return http2.ask(client, (":scheme", "https"), (":path", path), *fields)

        own = (":authority", HOST)
        assert ask("/page/", own) == (200, HONEST.format(path="/page/").encode())
        tricks = {
            "/two/": [own, ("host", "evil.example")],
            "/port/": [(":authority", f"{HOST}:8443")],
            "/scheme/": [own, ("x-forwarded-proto", "http")],
        }
        for path, fields in tricks.items():
            ask(path, *fields)
            assert ask(path, own) == (200, HONEST.format(path=path).encode()), path


def test_while_a_page_is_made_again_visitors_get_the_last_one_and_then_the_new_one(tmp_path):
    with MirrorSite.running() as site, nginx_before(site.port, tmp_path / "nginx", recipe()) as nginx:

        def get():
            return nginx.raw(f"GET /numbered/ HTTP/1.1\r\n{OWN}").text

        def ask_until_it_is_another():
            while (text := get()) == "1":
                time.sleep(0.05)
            return text

        assert get() == "1"
        site.may_answer.clear()
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(ask_until_it_is_another)
            wait_for(lambda: len(site.asked) == 2, HANG_SECONDS, "the page is asked for again")
            last = [get() for _ in range(3)]
            site.may_answer.set()
            assert (last, asking.result(HANG_SECONDS)) == (["1", "1", "1"], "2")
        assert int(get()) >= 2


def test_kept_pages_are_shown_while_the_site_is_down_and_others_are_not(tmp_path):
    with ExitStack() as up, ExitStack() as kept:
        site = up.enter_context(MirrorSite.running())
        nginx = kept.enter_context(nginx_before(site.port, tmp_path / "nginx", recipe()))
        assert nginx.raw(f"GET /numbered/ HTTP/1.1\r\n{OWN}").text == "1"
        up.close()
        answers = [nginx.raw(f"GET {path} HTTP/1.1\r\n{OWN}") for path in ("/numbered/", "/other/")]
        assert [answer.status for answer in answers] == [200, 502]
