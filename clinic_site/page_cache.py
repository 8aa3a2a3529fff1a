"""Finished public pages: made once, served before Django is called.

A page is kept when Django says so: status 200, `Cache-Control: public`, an ETag, no cookie. All are dropped when the content
version moves (anybody's edit, seen within a second), when the clinic's date changes (special days come and go) and at the
next instant at which a page changes without an edit. Query strings are ignored: no public page uses them. One is counted, by
`printed_sheets`, and gets the same page.

The nginx of deploy/ keeps such a page too, until the second ends in which it was answered: `X-Accel-Expires` tells it, and it
tells nobody. Both together show an edit within two seconds. nginx rounds "for one second" up to almost two, so it is told an
instant.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from clinic_site import clinic_name, live_connection
from clinic_site.next_change import next_change
from content.models import ContentVersion
from pages.models import Clinic

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger("clinic.pages")

LOOK_EVERY_SECONDS = 1.0
MOST_PAGES = 2000


@dataclass(frozen=True)
class _Finished:
    """A public page as Django answered it."""

    headers: list[tuple[str, str]]
    body: bytes


# The content version, the clinic's date, and the next change without an edit.
_State = tuple[int, date, datetime | None]


class PageCache:
    """WSGI: answers what it kept, and asks `application` for the rest."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._pages: dict[str, _Finished] = {}
        self._state: _State | None = None
        self._changes_at: datetime | None = None
        self._next_look = 0.0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if (
            environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or path.startswith(settings.STATIC_URL)
            or not _reached_rightly(environ)
        ):
            return self.application(environ, start_response)
        self._drop_what_changed()
        finished, state = self._pages.get(path), self._state
        if finished is None:
            return self._ask(environ, start_response, keep=lambda page: self._keep(path, page, state))
        start_response("200 OK", [*finished.headers, *_until_this_second_ends(environ)])
        return [finished.body]

    def _drop_what_changed(self) -> None:
        if time.monotonic() < self._next_look or not self._looking.acquire(blocking=False):
            # While another thread waits for a database that is silent, what is kept is served without waiting.
            return
        try:
            self._look()
        finally:
            self._next_look = time.monotonic() + LOOK_EVERY_SECONDS
            self._looking.release()

    def _look(self) -> None:
        live_connection.drop_what_is_broken()
        try:
            clinic = Clinic.objects.current()
            clinic_name.remember(clinic)
            state = self._read_state(clinic)
        except Exception as error:
            # What was finished before is the best answer while the database is away, or a row says what it should not.
            if not isinstance(error, DatabaseError):
                logger.error("whether pages changed cannot be seen: %s", type(error).__name__)
            return
        with self._lock:
            if state != self._state:
                self._pages, self._state = {}, state

    def _read_state(self, clinic: Clinic) -> _State:
        """What the pages depend on. The next change is asked for only when the rest has moved or it has come."""
        now = timezone.now()
        state = (ContentVersion.current(), now.astimezone(clinic.zone).date())
        if self._state is None or state != self._state[:2] or (self._changes_at and now >= self._changes_at):
            self._changes_at = next_change(clinic, after=now)
        return (*state, self._changes_at)

    def _keep(self, path: str, page: _Finished, state: _State | None) -> None:
        with self._lock:
            # A page made while the content changed may be the old one.
            if state == self._state and len(self._pages) < MOST_PAGES:
                self._pages[path] = page

    def _ask(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", keep: Callable[[_Finished], None]
    ) -> Iterable[bytes]:
        status, headers = "", []

        def capture(given_status, given_headers, exc_info=None):
            nonlocal status, headers
            status, headers = given_status, given_headers

        result = self.application(environ, capture)
        if environ["REQUEST_METHOD"] != "GET" or not status.startswith("200") or not is_public(headers):
            start_response(status, headers)
            return result
        start_response(status, [*headers, *_until_this_second_ends(environ)])
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        keep(_Finished(headers, body))
        return [body]


def _until_this_second_ends(environ: "WSGIEnvironment") -> list[tuple[str, str]]:
    """For a proxy that may keep the page. What has a query comes here each time: it may be counted."""
    return [] if environ.get("QUERY_STRING") else [("X-Accel-Expires", f"@{int(timezone.now().timestamp())}")]


def is_public(headers: list[tuple[str, str]]) -> bool:
    """Whether Django says that this answer is the same for everybody."""
    values = {name.lower(): value.lower() for name, value in headers}
    return "public" in values.get("cache-control", "") and "etag" in values and not values.keys() & {"set-cookie", "vary"}


def _reached_rightly(environ: "WSGIEnvironment") -> bool:
    """By the site's own name and scheme; anything else is for Django to refuse or redirect."""
    host = environ.get("HTTP_HOST", "").lower().removesuffix(".")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name != settings.PUBLIC.host.lower():
        return False
    return not settings.PUBLIC.is_https or environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")[0].strip() == "https"
