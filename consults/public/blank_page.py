"""The booking page before anything was typed into it, made once for each state of what it shows.

It is the same for every visitor but for the ticket and the CSRF token, which are put in. All else that it depends on is in the
key under which it is kept, and read from the database with every request: the content version, which moves with every row of
hours, policy, clinic and words, the held seats, and the minute. So what was taken is listed no more with the next read.
"""

import secrets
import threading
from collections import OrderedDict
from datetime import date, datetime, timedelta
from typing import Protocol

from django.http import HttpResponse
from django.middleware.csrf import get_token

from consults.current_rules import read_rules
from consults.scheduling import Offers

from .slots import is_any_listed, read_listed

_MOST_PAGES = 32
_MINUTE = timedelta(minutes=1)
# Nobody can know them, so no text contains them.
_TICKET, _TOKEN = (f"{name}-{secrets.token_hex(16)}" for name in ("ticket", "token"))
_Key = tuple[int, datetime, str | None, date, tuple[tuple[int, int], ...]]

_kept: OrderedDict[_Key, tuple[bytes, ...]] = OrderedDict()
_lock = threading.Lock()


def _key(version: int, minute: datetime, asked: str | None, first: date, offers: Offers) -> _Key:
    """Of all that can be asked for, only the date on which the page begins changes it, and whether there was any."""
    return version, minute, asked and "", first, tuple(sorted(offers.held.items()))


class MakesPage(Protocol):
    def __call__(self, now: datetime, ticket: str, offers: Offers, csrf_token: str) -> HttpResponse: ...


def blank_page(request, *, now: datetime, ticket: str, make: MakesPage) -> HttpResponse:
    """The page with this ticket, made by `make` where it is not kept.

    Posted times, notice and horizon are counted in minutes, so within a minute the same times are offered. The page is made for
    the end of its minute: a start whose notice ends within it is not listed in its last seconds either.
    """
    asked = request.GET.get("from")
    minute = now.replace(second=0, microsecond=0)
    end = minute + _MINUTE - timedelta(microseconds=1)
    rules = read_rules(end)
    first, offers = read_listed(asked, rules=rules, now=end)
    key = _key(rules.version, minute, asked, first, offers)
    with _lock:
        parts = _kept.get(key)
    if parts is None:
        page = make(offers.now, _TICKET, offers, _TOKEN).content
        parts = tuple(part for half in page.split(_TICKET.encode()) for part in half.split(_TOKEN.encode()))
        if len(parts) != 3 or page.index(_TOKEN.encode()) > page.index(_TICKET.encode()):
            raise RuntimeError("the booking page holds its token and its ticket once each, in this order")
        # Where there is no open time, the page leads to the next one, which may lie beyond the seats of the key.
        if is_any_listed(offers, first):
            with _lock:
                _kept[key] = parts
                while len(_kept) > _MOST_PAGES:
                    _kept.popitem(last=False)
    before, between, after = parts
    return HttpResponse(b"".join([before, get_token(request).encode(), between, ticket.encode(), after]))
