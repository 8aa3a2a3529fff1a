"""What happens where the site has no page: an old address leads on in one step, and what leads nowhere is counted.

Counted is by address and month alone, and only where a person's browser asks to open a page. Strangers choose what they ask for,
so everything is bounded, an address counts once a minute however often it is asked for, and the page that shows the counts leaves
out the low ones.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.db import DatabaseError
from django.http import HttpResponsePermanentRedirect
from django.utils import timezone

from clinic_site.pending_counts import PendingCounts
from consults.models import MonthlyCount
from pages.models import OldAddress
from pages.models.old_address import LONGEST, is_private, normalized

# Different addresses within a minute. How many are kept of a month: MonthlyCount.MOST_NOT_FOUND.
MOST_COUNTED = 50
# Words and hyphens, as addresses of pages have. A long number may be a phone's, and long nonsense a secret.
_COUNTED = re.compile(r"(?:/[a-z0-9-]{1,40}){1,4}")
_SECRET = re.compile(r"\d{5}|[a-z0-9]{25}")
# A phone number or a date of birth, however it is cut up, has as many digits; a page's year and number have fewer.
_FEWEST_DIGITS_OF_A_NUMBER = 7
_SUBJECT = MonthlyCount.Subject.NOT_FOUND


class OldAddressMiddleware:
    def __init__(self, get_response) -> None:
        self.get_response = get_response
        self._asked_for: PendingCounts[str] = PendingCounts(_store)

    def __call__(self, request):
        response = self.get_response(request)
        if self._asked_for and self._asked_for.are_due:
            self.write(now=timezone.now())
        if response.status_code == 404 and request.method in {"GET", "HEAD"}:
            path = normalized(request.path_info)
            if len(path) <= LONGEST and not is_private(path):
                return self._lead_on(request, path) or response
        return response

    def _lead_on(self, request, path: str) -> HttpResponsePermanentRedirect | None:
        try:
            new_path = OldAddress.objects.filter(old_path=path).values_list("new_path", flat=True).first()
        except DatabaseError:
            # The page that says so needs none.
            return None
        if new_path is None:
            if _opens_a_page(request) and may_be_counted(path):
                self._asked_for.add(path, most=MOST_COUNTED)
            return None
        response = HttpResponsePermanentRedirect(new_path)
        # Browsers ask again, so that a correction counts for those who came before it.
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
        return response

    def write(self, *, now: datetime) -> None:
        """Adds what was asked for to the clinic's month of the instant `now`."""
        self._asked_for.write(now=now)


def may_be_counted(path: str) -> bool:
    """Whether a normalized path looks like that of a page, and like nothing that a person wrote about themselves."""
    digits = sum(char.isdigit() for char in path)
    return bool(_COUNTED.fullmatch(path)) and not _SECRET.search(path) and digits < _FEWEST_DIGITS_OF_A_NUMBER


def _opens_a_page(request) -> bool:
    """Whether a browser says that somebody opens a page; most bots say nothing. Over plain http only localhost hears of it."""
    headers = request.headers
    is_opened = (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
    return is_opened and "prefetch" not in headers.get("Sec-Purpose", "")


def _store(paths: Iterable[str], month: date) -> None:
    of_the_month = MonthlyCount.objects.filter(subject=_SUBJECT, month=month)
    known, added = set(of_the_month.values_list("path", flat=True)), sorted(paths)[: MonthlyCount.MOST_NOT_FOUND]
    surplus = len(known.union(added)) - MonthlyCount.MOST_NOT_FOUND
    if surplus > 0:
        # The lowest counts make room, of equal ones the oldest: a stranger who filled the list keeps no address out of it.
        lowest = of_the_month.exclude(path__in=added).order_by("number", "pk").values_list("pk", flat=True)
        MonthlyCount.objects.filter(pk__in=list(lowest[:surplus])).delete()
    for path in added:
        MonthlyCount.objects.add(_SUBJECT, "", month=month, path=path)
