"""Counts the public pages opened from a printed sheet (`?via=` and a code) by month and page, and nothing about the visitor.

Finished pages are answered before Django is called, so this is in front of them.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from clinic_site import live_connection
from clinic_site.page_cache import is_public
from clinic_site.pending_counts import PendingCounts
from consults.models import MonthlyCount, PrintedSheet

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Codes and pages counted within a minute. A stranger can name no others, but pages may become many.
MOST_COUNTED = 1000
_MOST_FIELDS = 20


class SheetCounts:
    """WSGI: counts what `application` answers to a URL with a known code."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application
        self._counts: PendingCounts[tuple[str, str]] = PendingCounts(_store)
        self._known: set[str] = set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        code = _code(environ)
        if (code or self._counts) and self._counts.are_due:
            self.write(now=timezone.now())
        if code not in self._known:
            return self.application(environ, start_response)
        path = environ.get("PATH_INFO", "")

        def count(status, headers, exc_info=None):
            # No page of one person: its path holds the secret of their link.
            if status.startswith("200") and (is_public(headers) or path == reverse("consults:request")):
                self._counts.add((code, path), most=MOST_COUNTED)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self.application(environ, count)

    def write(self, *, now: datetime) -> None:
        """Adds what was counted to the clinic's month of the instant `now`, and reads the list of codes again."""
        live_connection.drop_what_is_broken()
        # A database that is away is asked again in a minute.
        with suppress(DatabaseError):
            self._known = set(PrintedSheet.objects.counted().values_list("code", flat=True))
        self._counts.write(now=now)


def _store(counts: Mapping[tuple[str, str], int], month: date) -> None:
    for (code, path), number in counts.items():
        MonthlyCount.objects.add(MonthlyCount.Subject.SHEET, code, month=month, path=path, number=number)


def _code(environ: "WSGIEnvironment") -> str:
    """The code in the URL of a page that is read; empty without one."""
    query = environ.get("QUERY_STRING", "")
    if "via=" not in query or environ["REQUEST_METHOD"] != "GET":
        return ""
    try:
        return parse_qs(query, max_num_fields=_MOST_FIELDS).get("via", [""])[-1]
    except ValueError:
        return ""
