"""A day or a week of visits and free seats, to read, to print, and to choose a time for a caller."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.template.response import TemplateResponse
from django.utils import timezone

from consults import dates, open_times
from consults.models import AccessRecord, ConsultPolicy, ConsultRequest, EarlierOffer, Person
from consults.posted_hours import read_posted_hours, special_notes
from consults.scheduling import Offers
from guard.readers import read_date
from pages.models import Clinic

from .day_hours import may_change_day
from .display import local_date, person_of
from .search import starting_in

WEEK = 7
_TAKES_PLACE = {*ConsultRequest.HOLDS_A_SEAT, ConsultRequest.Status.COMPLETED, ConsultRequest.Status.MISSED}


@dataclass
class Slot:
    """A start within the posted hours, or of a visit outside them. `free`: seats still open."""

    start: datetime
    label: str
    visits: list[dict] = field(default_factory=list)
    free: int = 0
    is_posted: bool = True


def read_diary(*, first: date, days: int, now: datetime) -> dict:
    """The slots of `days` local dates from `first` on. The number of queries does not grow with the visits."""
    clinic = Clinic.objects.current()
    # The rules in force leave out special days that are over, so the hours are read here.
    posted, notes = read_posted_hours(clinic, since=first), special_notes(since=first)
    rules = Offers(posted, ConsultPolicy.objects.current().as_value(), now)
    last = first + timedelta(days=days - 1)
    offers = open_times.with_held_seats(rules, first, last)
    shown = starting_in(first, days) | starting_in(first, days, column="confirmed_starts_at")
    held = ConsultRequest.objects.filter(shown).order_by("starts_at", "pk")
    visits: dict[datetime, list] = {}
    # Statuses are filtered in Python: in SQL the database would scan every row of those statuses instead of the days.
    for request in held:
        if request.status in _TAKES_PLACE:
            person = person_of(request)
            for start in filter(None, {request.starts_at, request.confirmed_starts_at}):
                stays = request.is_moving and start == request.confirmed_starts_at
                visits.setdefault(start, []).append({"request": request, **_who(person), "stays": stays})
    for offer in EarlierOffer.objects.open().filter(starting_in(first, days)).select_related("request"):
        who = _who(person_of(offer.request))
        visits.setdefault(offer.starts_at, []).append({"request": offer.request, **who, "is_offered": True})
    listed = [first + timedelta(days=number) for number in range(days)]
    today = local_date(now)
    return {
        "days": [
            {
                "date": day,
                "label": dates.date_text(day),
                "slots": _slots(offers, day, visits, now),
                "is_today": day == today,
                "is_over": day < today,
                "is_closed": not posted.shifts_on(day),
                "is_special": day in posted.special,
                "note": notes.get(day, ""),
            }
            for day in listed
        ],
        "first": first,
        "is_week": days == WEEK,
        "today": today,
        "earlier": first - timedelta(days=days),
        "later": first + timedelta(days=days),
        "shown_range": dates.date_text(first) if days == 1 else f"{dates.date_text(first)} to {dates.date_text(last)}",
    }


def _who(person: Person) -> dict[str, str]:
    """`on_paper`: the number as it may be used away from the screen."""
    number = person.phone if person.voicemail_ok or not person.phone else f"{person.phone}, do not leave a voicemail"
    rather = ", reach by email" if person.contact_by == "email" and number else ""
    return {"name": person.full_name, "on_paper": f"{number}{rather}"}


def _slots(offers: Offers, day: date, visits: dict[datetime, list], now: datetime) -> list[Slot]:
    zone = offers.posted.zone
    slots = {}
    for start in offers.grid(day):
        slots[start] = Slot(start.astimezone(zone), dates.choice_text(start.astimezone(zone)))
        if start > now and day <= offers.last_date:
            slots[start].free = offers.free_seats(start)
    for start in visits:
        if start.astimezone(zone).date() == day:
            local = start.astimezone(zone)
            slots.setdefault(start, Slot(local, dates.choice_text(local), is_posted=False)).visits = visits[start]
    return [slots[start] for start in sorted(slots)]


def diary_view(request, *, each_context: dict, opts):
    """Shows ?from=2026-12-07&days=7; without a date, the current week or day."""
    now = timezone.now()
    days = 1 if request.GET.get("days") == "1" else WEEK
    today = local_date(now)
    first = read_date(request.GET.get("from")) or (today if days == 1 else today - timedelta(days=today.weekday()))
    may_decide = request.user.has_perm("consults.change_consultrequest")
    title = "Diary: day" if days == 1 else "Diary: week"
    shown = read_diary(first=first, days=days, now=now)
    slots = [slot for day in shown["days"] for slot in day["slots"]]
    visits = sum(len(slot.visits) for slot in slots)
    AccessRecord.objects.write(AccessRecord.Kind.DIARY, by=request.user, at=now, rows=visits)
    rights = {
        "may_decide": may_decide,
        "may_close": may_change_day(request.user),
        "may_see": request.user.has_perm("consults.view_openinghours"),
    }
    told = {"has_free": any(slot.free for slot in slots), "printed_at": now}
    context = {**each_context, "title": title, "opts": opts, **rights, **told, **shown}
    return TemplateResponse(request, "admin/consults/consultrequest/diary.html", context)
