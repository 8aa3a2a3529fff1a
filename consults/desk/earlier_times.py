"""Earlier times, by hand: who asked for one and fits a free start, and what is offered to whom. A person offers each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from django.core.paginator import Page
from django.db.models import Count, QuerySet, Subquery, Value
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import dates, open_times
from consults.current_rules import Rules
from consults.models import AccessRecord, ConsultRequest, EarlierOffer
from consults.scheduling.reply import BEFORE_THE_START

from .display import Line, line, moment_in_sentence, near_moment
from .mail_stop import mail_stop
from .paging import BoundedPaginator

DAYS_LOOKED_AT = 21
MOST_STARTS = 12
PER_PAGE = 25


@dataclass(frozen=True)
class Wish:
    """Somebody who asked for an earlier time, and the first free starts before the one they have."""

    line: Line
    starts: list[tuple[datetime, str]]


@dataclass(frozen=True)
class Offered:
    """An open offer in words."""

    line: Line
    when: str
    until: str


def free_starts(*, now: datetime, rules: Rules | None = None, seats: Mapping[int, int] | None = None) -> list[datetime]:
    """The first free starts of the next three weeks that somebody could still answer for, in the clinic's zone. Two queries,
    less one for the rules or the held seats by cell that are given.
    """
    offers = open_times.without_notice(open_times.current_offers(now=now, rules=rules))
    days = [offers.today + timedelta(days=number) for number in range(DAYS_LOOKED_AT)]
    offers = open_times.with_held_seats(offers, days[0], days[-1]) if seats is None else replace(offers, held=seats)
    soonest = now + BEFORE_THE_START
    starts = (start for day in days for start in offers.starts_on(day) if start > soonest)
    return [start.astimezone(offers.posted.zone) for start in islice(starts, MOST_STARTS)]


def choices(starts: list[datetime]) -> list[tuple[datetime, str]]:
    return [(start, f"{dates.day_text(start)}, {dates.choice_text(start)}") for start in starts]


def read_wishes(*, now: datetime, at_most: int, number: str | None = None) -> tuple[Page, list[Wish]]:
    """A page of the people who asked and fit, the oldest request first. The number of queries does not grow with them."""
    free = free_starts(now=now)
    page = BoundedPaginator(_who_wish(free, now=now), at_most).get_page(number)
    return page, [_wish(one, free, now=now) for one in page]


def first_wishes(*, now: datetime, at_most: int, rules: Rules, seats: Mapping[int, int]) -> tuple[list[Wish], int]:
    """The first of the same people, and how many more there are. One query."""
    free = free_starts(now=now, rules=rules, seats=seats)
    who = _who_wish(free, now=now)
    everybody = who.order_by().annotate(all=Value(1)).values("all").annotate(counted=Count("pk")).values("counted")
    found = list(who.annotate(counted=Subquery(everybody))[:at_most])
    return [_wish(one, free, now=now) for one in found], found[0].counted - len(found) if found else 0


def _who_wish(free: list[datetime], *, now: datetime) -> QuerySet[ConsultRequest]:
    return ConsultRequest.objects.wanting_earlier(than=free[0] if free else None, now=now)


def _wish(one: ConsultRequest, free: list[datetime], *, now: datetime) -> Wish:
    return Wish(line(one, now), choices([start for start in free if one.starts_at is None or start < one.starts_at]))


def open_offers() -> list[EarlierOffer]:
    """The open offers with their requests, the soonest deadline first: only staff make them, so they are few."""
    return list(EarlierOffer.objects.open().select_related("request").order_by("answer_by", "pk"))


def read_offered(offers: list[EarlierOffer], *, now: datetime, at_most: int) -> tuple[list[Offered], int]:
    """These offers in words, and how many more there are."""
    shown = [
        Offered(line(one.request, now), near_moment(one.starts_at, now), moment_in_sentence(one.answer_by, now))
        for one in offers[:at_most]
    ]
    return shown, len(offers) - len(shown)


def earlier_view(request, *, each_context: dict, opts, may_decide: bool):
    """The page on which a colleague offers a free earlier time to one person."""
    now = timezone.now()
    page, wishes = read_wishes(now=now, at_most=PER_PAGE, number=request.GET.get("page"))
    offered, more_offered = read_offered(open_offers(), now=now, at_most=PER_PAGE)
    if wishes or offered:
        AccessRecord.objects.write(AccessRecord.Kind.LISTED, by=request.user, at=now, rows=len(wishes) + len(offered))
    context = {
        **each_context,
        "title": "Earlier times",
        "mail_stop": stop.in_words(now=now) if (stop := mail_stop(now)) else "",
        "opts": opts,
        "may_decide": may_decide,
        "page": page,
        "wishes": wishes,
        "offered": offered,
        "more_offered": more_offered,
    }
    return TemplateResponse(request, "admin/consults/consultrequest/earlier.html", context)
