"""Visitors, patients and staff over HTTP, as browsers without JavaScript: they keep cookies and send forms."""

import http.client
import re
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from urllib.parse import urlencode

from tests.server import HANG_SECONDS, Site

FORM = "/book-a-consult/"
REQUESTS = "/admin/consults/consultrequest/"
_numbers = count(1)


@dataclass
class Browser:
    """One visitor's or one clerk's browser: cookies, and one connection at a time."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, Location, body. A status of 0: no answer came."""
        headers = self.headers | {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": self.site.url + FORM,
        }
        body = None
        if fields is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(fields)
        with closing(http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=HANG_SECONDS)) as connection:
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
            except (OSError, http.client.HTTPException):
                return 0, "", ""
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _, rest = cookie.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return answer.status, answer.getheader("Location", ""), text


def hidden_fields(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)}


def starts_on(page: str) -> list[str]:
    return re.findall(r'name="starts_at" value="(\d[^"]+)"', page)


class Visitor(Browser):
    """Somebody with a name and an address of their own, who has the form open."""

    def open_form(self) -> "Visitor":
        status, _, page = self.send("GET", FORM)
        assert status == 200, f"the form: {status}"
        number = next(_numbers)
        contact = {"email": f"visitor-{number}@mail.example", "contact_by": "email", "acknowledged": "on"}
        self.fields = hidden_fields(page) | contact | {"full_name": f"Ada Example {number}"}
        return self

    def ask(self, start: str) -> int:
        """303 is accepted."""
        return self.send("POST", FORM, self.fields | {"starts_at": start})[0]


class Patient(Browser):
    """Somebody on their own page."""

    def open_page(self, token: str) -> "Patient":
        self.path = f"/consults/{token}/"
        status, _, page = self.send("GET", self.path)
        assert status == 200, f"the own page: {status}"
        self.fields = {"csrfmiddlewaretoken": hidden_fields(page)["csrfmiddlewaretoken"]}
        return self

    def withdraw(self) -> int:
        return self.send("POST", self.path, self.fields | {"action": "withdraw"})[0]

    def answer(self, answer: str) -> int:
        """To an offered time: `accept` or `refuse`."""
        return self.send("POST", self.path, self.fields | {"action": answer})[0]

    def keep(self) -> int:
        return self.send("POST", self.path, self.fields | {"action": "keep"})[0]

    def move(self, start: str) -> int:
        return self.send("POST", self.path, self.fields | {"action": "move", "starts_at": start})[0]


class Clerk(Browser):
    """A member of staff, signed in."""

    def sign_in(self, name: str, password: str) -> "Clerk":
        _, _, page = self.send("GET", "/admin/login/")
        fields = hidden_fields(page) | {"username": name, "password": password, "next": "/admin/"}
        status, _, _ = self.send("POST", "/admin/login/", fields)
        assert status == 302, f"signing in: {status}"
        return self

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        return self.send("POST", path, fields | {"csrfmiddlewaretoken": self.cookies["csrf"]})

    def decide(self, request: int, action: str, version: int, **fields: str) -> int:
        return self.post(f"{REQUESTS}{request}/act/", {"action": action, "version": str(version)} | fields)[0]

    def post_closure(self, day: str) -> bool:
        """A special day without hours. True when it was saved, False when the desk asks first."""
        status, location, page = self.post("/admin/consults/specialhours/add/", {"date": day, "note": ""})
        assert status in {200, 302}, f"the closure: {status} {page[:300]}"
        return bool(location)

    def post_capacity(self, capacity: int) -> bool:
        """True when it was saved, False when the desk asks first."""
        path = "/admin/consults/consultpolicy/1/change/"
        _, _, page = self.send("GET", path)
        named = dict(re.findall(r'<input type="number" name="(\w+)" value="(\d+)"', page))
        status, location, page = self.post(path, named | {"capacity": str(capacity)})
        assert status in {200, 302}, f"the policy: {status} {page[:300]}"
        return bool(location)
