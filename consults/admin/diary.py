"""A day or a week of visits and open seats, to look at, to print, and to take a caller's request from."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.template.response import TemplateResponse
from django.utils import timezone

from consults import booking, wording
from consults.models import ConsultPolicy, ConsultRequest
from consults.posted_hours import policy_value, posted_hours
from consults.scheduling import Offers
from consults.scheduling.cells import cells_of
from pages.models import Clinic

from .finding import read_date, starting_in
from .shown import person_of

WEEK = 7
_TAKES_PLACE = {*ConsultRequest.HOLDS_A_SEAT, ConsultRequest.Status.COMPLETED, ConsultRequest.Status.MISSED}


@dataclass
class Slot:
    """A start of the posted hours, or of a visit beside them. `free`: seats that can still be had."""

    start: datetime
    label: str
    visits: list[dict] = field(default_factory=list)
    free: int = 0
    is_posted: bool = True


def diary(*, first: date, days: int, now: datetime) -> dict:
    """The slots of so many local dates from `first` on. As many queries for one visit as for thirty."""
    clinic = Clinic.objects.current()
    # Not the rules in force: those forget the special days that are over.
    rules = Offers(posted_hours(clinic, since=first), policy_value(ConsultPolicy.objects.current()), now)
    last = first + timedelta(days=days - 1)
    offers = booking.with_held_seats(rules, first, last)
    held = ConsultRequest.objects.filter(**starting_in(first, days)).order_by("starts_at", "pk")
    visits: dict[datetime, list] = {}
    # Sorted out here: given the statuses, the database would walk all of them and not the days.
    for request in (request for request in held if request.status in _TAKES_PLACE):
        visits.setdefault(request.starts_at, []).append({"request": request, "name": person_of(request)["full_name"]})
    dates = [first + timedelta(days=number) for number in range(days)]
    today = timezone.localtime(now).date()
    return {
        "days": [{"label": wording.date_text(d), "slots": _slots(offers, d, visits, now), "is_today": d == today} for d in dates],
        "first": first,
        "is_week": days == WEEK,
        "today": today,
        "earlier": first - timedelta(days=days),
        "later": first + timedelta(days=days),
        "shown_range": wording.date_text(first) if days == 1 else f"{wording.date_text(first)} to {wording.date_text(last)}",
    }


def _slots(offers: Offers, day: date, visits: dict[datetime, list], now: datetime) -> list[Slot]:
    zone = offers.posted.zone
    slots = {}
    for start in offers.grid(day):
        slots[start] = Slot(start.astimezone(zone), wording.choice_text(start.astimezone(zone)))
        if start > now and day <= offers.last_date:
            slots[start].free = _free_seats(offers, start)
    for start in visits:
        if start.astimezone(zone).date() == day:
            local = start.astimezone(zone)
            slots.setdefault(start, Slot(local, wording.choice_text(local), is_posted=False)).visits = visits[start]
    return [slots[start] for start in sorted(slots)]


def _free_seats(offers: Offers, start: datetime) -> int:
    held = max(offers.held.get(cell, 0) for cell in cells_of(start, offers.policy.length))
    return max(0, offers.policy.capacity - held)


def diary_view(request, *, each_context: dict, opts):
    """?from=2026-12-07&days=7; without a date the week, or the day, of today."""
    now = timezone.now()
    days = 1 if request.GET.get("days") == "1" else WEEK
    today = timezone.localtime(now).date()
    first = read_date(request.GET.get("from")) or (today if days == 1 else today - timedelta(days=today.weekday()))
    may_decide = request.user.has_perm("consults.change_consultrequest")
    title = "Day" if days == 1 else "Week"
    shown = diary(first=first, days=days, now=now)
    context = {**each_context, "title": title, "opts": opts, "may_decide": may_decide, **shown}
    return TemplateResponse(request, "admin/consults/consultrequest/diary.html", context)
