"""Finished public pages: compressed once, served before Django is called.

A page is public when Django says so: status 200, `Cache-Control: public`, no cookie. All are
dropped when the content version moves (anybody's edit, seen within a second), when the clinic's
date changes (special days come and go) and at the next instant at which a page changes without an
edit. Query strings are ignored: no public page uses them. Other pages are compressed for the request
at hand.
"""

import gzip
import hashlib
import threading
import time
from dataclasses import dataclass
from datetime import datetime

import brotli
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from clinic_site import clinic_name
from clinic_site.next_change import next_change
from content.models import ContentVersion
from pages.models import Clinic

LOOK_EVERY_SECONDS = 1.0
MOST_PAGES = 2000
_TEXT = (
    "text/",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
)
_NOT_ON_304 = {"content-type", "content-length", "content-encoding"}


@dataclass(frozen=True)
class _Finished:
    """A public page as it is sent: `bodies` by encoding, "" for none."""

    headers: tuple[tuple[str, str], ...]
    bodies: dict[str, bytes]
    digest: str


class PageCache:
    def __init__(self, application):
        self.application = application
        self._lock = threading.Lock()
        self._pages: dict[str, _Finished] = {}
        self._state = None
        self._changes_at: datetime | None = None
        self._next_look = 0.0

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        if (
            environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or path.startswith(settings.STATIC_URL)
            or not _reached_rightly(environ)
        ):
            return self._through_django(environ, start_response)
        self._drop_what_changed()
        finished, state = self._pages.get(path), self._state
        if finished is not None:
            return _answer(finished, environ, start_response)
        return self._through_django(environ, start_response, keep=lambda page: self._keep(path, page, state))

    def _drop_what_changed(self) -> None:
        if time.monotonic() < self._next_look:
            return
        with self._lock:
            if time.monotonic() < self._next_look:
                return
            try:
                clinic = Clinic.objects.current()
                clinic_name.remember(clinic)
                state = self._read_state(clinic)
            except DatabaseError:
                # What was finished before is the best answer while the database is away.
                state = self._state
            if state != self._state:
                self._pages, self._state = {}, state
            self._next_look = time.monotonic() + LOOK_EVERY_SECONDS

    def _read_state(self, clinic: Clinic) -> tuple:
        """What the pages depend on. The next change is asked for only when the rest has moved or it has come."""
        now = timezone.now()
        state = (ContentVersion.current(), now.astimezone(clinic.zone).date())
        if self._state is None or state != self._state[:2] or (self._changes_at and now >= self._changes_at):
            self._changes_at = next_change(clinic, after=now)
        return (*state, self._changes_at)

    def _keep(self, path: str, page: _Finished, state) -> None:
        with self._lock:
            # A page made while the content changed may be the old one.
            if state == self._state and len(self._pages) < MOST_PAGES:
                self._pages[path] = page

    def _through_django(self, environ, start_response, keep=None):
        answer = {}

        def capture(status, headers, exc_info=None):
            answer.update(status=status, headers=headers)

        result = self.application(environ, capture)
        status, headers = answer["status"], answer["headers"]
        if not _is_text(headers):
            start_response(status, headers)
            return result
        try:
            body = b"".join(result)
        finally:
            result.close()
        if keep and status.startswith("200") and environ["REQUEST_METHOD"] == "GET" and _is_public(headers):
            finished = _finish(headers, body)
            keep(finished)
            return _answer(finished, environ, start_response)
        encoding = _encoding(environ) if len(body) > 500 else ""
        start_response(status, _with_encoding(headers, encoding, body := _encode(body, encoding, once=False)))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _answer(page: _Finished, environ, start_response):
    encoding = _encoding(environ)
    body = page.bodies[encoding]
    tag = f'"{page.digest}{encoding and "-" + encoding}"'
    headers = [*_with_encoding(page.headers, encoding, body), ("ETag", tag)]
    if _matches(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
        start_response("304 Not Modified", [(name, value) for name, value in headers if name.lower() not in _NOT_ON_304])
        return []
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _finish(headers, body: bytes) -> _Finished:
    bodies = {encoding: _encode(body, encoding, once=True) for encoding in ("", "br", "gzip")}
    return _Finished(tuple(headers), bodies, hashlib.sha256(body).hexdigest()[:20])


def _encode(body: bytes, encoding: str, *, once: bool) -> bytes:
    """`once`: the bytes are kept, so the best compression is worth its time."""
    if encoding == "br":
        return brotli.compress(body, quality=11 if once else 5)
    if encoding == "gzip":
        return gzip.compress(body, 9 if once else 6, mtime=0)
    return body


def _encoding(environ) -> str:
    """br, gzip or "" for this client (RFC 9110, 12.5.3)."""
    accepted = set()
    for item in environ.get("HTTP_ACCEPT_ENCODING", "").lower().split(","):
        name, _, weight = item.partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            accepted.add(name.strip())
    return next((encoding for encoding in ("br", "gzip") if encoding in accepted), "")


def _with_encoding(headers, encoding: str, body: bytes) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in headers if name.lower() not in {"content-length", "vary"}]
    vary = [value for name, value in headers if name.lower() == "vary"]
    kept += [("Vary", ", ".join([*vary, "Accept-Encoding"])), ("Content-Length", str(len(body)))]
    return [*kept, ("Content-Encoding", encoding)] if encoding else kept


def _matches(if_none_match: str, tag: str) -> bool:
    tags = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    return tag in tags or "*" in tags


def _is_public(headers) -> bool:
    values = {name.lower(): value.lower() for name, value in headers}
    return "public" in values.get("cache-control", "") and not values.keys() & {"set-cookie", "vary"}


def _is_text(headers) -> bool:
    values = {name.lower(): value.lower() for name, value in headers}
    return values.get("content-type", "").startswith(_TEXT) and "content-encoding" not in values


def _reached_rightly(environ) -> bool:
    """By the site's own name and scheme; anything else is for Django to refuse or redirect."""
    host = environ.get("HTTP_HOST", "").lower().removesuffix(".")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name != settings.PUBLIC.host.lower():
        return False
    return not settings.PUBLIC.is_https or environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")[0].strip() == "https"
