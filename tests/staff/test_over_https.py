"""The second step on the real site behind a proxy that ends TLS: gunicorn, its cookies, its own settings."""

import base64
import re
import time
from urllib.parse import urlencode

import pytest

from staff import totp
from tests.server import OVER_HTTPS, Site, started_before
from tests.staff.signing_in import RECOVERY_CODE, spellings

pytestmark = pytest.mark.server

THROUGH_PROXY = {"Host": "clinic.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = started_before(tmp_path_factory.mktemp("staff-https"), OVER_HTTPS | {"WEB_WORKERS": "1"})
    try:
        yield site.serve()
    finally:
        site.stop()


class Browser:
    """Keeps cookies and sends forms, as a browser behind the proxy would."""

    def __init__(self, site: Site) -> None:
        self.site, self.cookies = site, {}

    def open(self, path: str, form: dict | None = None):
        headers = THROUGH_PROXY | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://clinic.example{path}"}
            body = urlencode(form | {"csrfmiddlewaretoken": self.token}).encode()
        answer = self.site.request("GET" if form is None else "POST", path, headers=headers, body=body)
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text):
            self.token = found[1]
        return answer


def key_of(page: str) -> bytes:
    return base64.b32decode(re.search(r'class="key">.*?</span>([A-Z2-7 ]+)<', page)[1].replace(" ", ""))


def code_of(page: str) -> str:
    return totp.code_at(int(time.time()) // 30, key_of(page))


@pytest.mark.slow
def test_the_first_owner_gets_in_over_https_with_a_phone_and_not_without(site):
    name, password = site.make_staff()
    browser = Browser(site)
    browser.open("/admin/login/")
    assert browser.open("/admin/login/", {"username": name, "password": password, "next": "/admin/"}).status == 302
    assert browser.open("/admin/").headers["location"].startswith("/admin/login/")
    assert browser.open("/admin/login/?next=/admin/").headers["location"].startswith("/admin/second-factor/")
    assert browser.open("/admin/consults/consultrequest/").status == 302
    page = browser.open("/admin/second-factor/set-up/")
    assert "<svg" in page.text
    assert "style=" not in page.text.partition("<svg")[2].partition("</svg>")[0], "the strict policy would drop it"
    shown = browser.open("/admin/second-factor/set-up/", {"code": code_of(page.text)})
    codes = re.findall(RECOVERY_CODE, shown.text)
    assert len(codes) == 10
    assert "no-store" in shown.headers["cache-control"]
    assert browser.open("/admin/").status == 200
    assert set(browser.cookies) == {"__Host-csrf", "__Host-session"}

    again = Browser(site)
    again.open("/admin/login/")
    again.open("/admin/login/", {"username": name, "password": password, "next": "/admin/"})
    again.open("/admin/second-factor/")
    assert again.open("/admin/second-factor/", {"code": codes[3]}).status == 302
    assert again.open("/admin/").status == 200
    for secret in (password, codes[3], "198.51.100.7"):
        assert secret not in site.log
    files = [path for path in site.data.rglob("*") if path.is_file()]
    in_clear = {path.name for path in files for form in spellings(key_of(page.text)) if form in path.read_bytes()}
    assert in_clear == set(), "neither the database nor what it writes beside it holds the key of the phone"
