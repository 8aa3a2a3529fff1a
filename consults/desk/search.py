"""How staff find requests: the filters of the list, its default, and the search."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consults.conflicts import find_conflicts
from consults.contact import normalised_phone
from consults.models import ConsultRequest, Person
from consults.models.reference import read_reference
from consults.names import folded, has_words
from guard.readers import read_date, read_whole_number

from .display import local_date, name_of, person_of
from .search_term import LOCAL_DIGITS, STATUS, finds_ended, is_searched

# Names are sealed, so a search by name opens requests one by one: at most this many, soonest reply time first.
MOST_NAMES_OPENED = 500
SEARCHED = (
    "A reference like 7K3M-9QXA, or a full email address or phone number. "
    "Among open requests also a name, or the last seven digits of a phone number."
)
Status = ConsultRequest.Status


class StatusFilter(admin.SimpleListFilter):
    """Opens the list on open requests. Unless a status is chosen, a search covers all that it can find."""

    title = "status"
    parameter_name = STATUS

    def lookups(self, request, model_admin):
        groups = [("open", "Open"), ("waiting", Status.REQUESTED.label)]
        return [*groups, *((value, label) for value, label in Status.choices if value != Status.REQUESTED), ("all", "All")]

    def choices(self, changelist):
        shown = self.value() or ("all" if changelist.query and finds_ended(changelist.query) else "open")
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": shown == value, "query_string": query, "display": label}

    def queryset(self, request, queryset):
        searched = is_searched(request)
        value = self.value() or ("all" if searched else "open")
        if value == "open":
            return queryset.open()
        if value == "waiting":
            return queryset.filter(status=Status.REQUESTED)
        # Ended requests are many: the database reads them in order of arrival instead of sorting them all.
        queryset = queryset if searched else queryset.newest_first()
        if value in ConsultRequest.ENDED:
            return queryset.ended_as(value)
        return queryset.filter(status=value) if value in Status.values else queryset


class VisitDayFilter(admin.SimpleListFilter):
    """Filters by the local date of the visit; a date in the URL, like ?day=2026-12-07, works too."""

    title = "day of visit"
    parameter_name = "day"

    def lookups(self, request, model_admin):
        return [("today", "Today"), ("tomorrow", "Tomorrow"), ("week", "Next 7 days"), ("past", "Past"), ("none", "No time yet")]

    def queryset(self, request, queryset):
        value, now = self.value(), timezone.now()
        today = local_date(now)
        if value == "none":
            return queryset.filter(starts_at=None)
        if value == "past":
            return queryset.filter(starts_at__lte=now)
        spans = {"today": (today, 1), "tomorrow": (today + timedelta(days=1), 1), "week": (today, 7)}
        first, days = spans.get(value or "") or (read_date(value), 1)
        if first is None:
            return queryset
        return queryset.filter(starting_in(first, days) | starting_in(first, days, column="confirmed_starts_at"))


def starting_in(first: date, days: int, *, column: str = "starts_at") -> Q:
    """The requests, or offers, with a start on one of `days` local dates from `first` on. `column`: or with a confirmed one."""
    zone = timezone.get_current_timezone()
    start, end = (datetime.combine(day, time.min, zone) for day in (first, first + timedelta(days=days)))
    return Q(**{f"{column}__gte": start, f"{column}__lt": end})


class WaitingTimeFilter(admin.SimpleListFilter):
    title = "waiting time"
    parameter_name = "waiting"

    def lookups(self, request, model_admin):
        return [("soon", "Answer due within 4 hours"), ("today", "Answer due today"), ("day", "Waiting for more than a day")]

    def queryset(self, request, queryset):
        now = timezone.now()
        midnight = datetime.combine(local_date(now) + timedelta(days=1), time.min, timezone.get_current_timezone())
        limits = {
            "soon": {"answer_by__lt": now + timedelta(hours=4)},
            "today": {"answer_by__lt": midnight},
            "day": {"created_at__lt": now - timedelta(days=1)},
        }
        limit = limits.get(self.value() or "")
        return queryset.awaiting_answer().filter(**limit) if limit else queryset


class AssigneeFilter(admin.SimpleListFilter):
    title = "assigned to"
    parameter_name = "assignee"

    def lookups(self, request, model_admin):
        colleagues = get_user_model().objects.filter(is_staff=True, is_active=True).exclude(pk=request.user.pk)
        names = [(str(user.pk), name_of(user)) for user in colleagues.order_by("username")[:50]]
        return [("me", "Me"), ("nobody", "Nobody"), *names]

    def queryset(self, request, queryset):
        value = self.value() or ""
        if value == "me":
            return queryset.filter(assigned_to=request.user)
        if value == "nobody":
            return queryset.filter(assigned_to=None)
        number = read_whole_number(value)
        return queryset if number is None else queryset.filter(assigned_to=number)


class ConflictFilter(admin.SimpleListFilter):
    title = "conflict"
    parameter_name = "conflict"

    def lookups(self, request, model_admin):
        return [("yes", "Outside hours or over capacity")]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=[conflict.request.pk for conflict in find_conflicts(now=timezone.now())])


FILTERS = (StatusFilter, VisitDayFilter, WaitingTimeFilter, AssigneeFilter, ConflictFilter)


def find(queryset, term: str):
    """(requests, whether all that could be opened was searched) for a reference, a full email address or phone number, the last
    seven digits of one, or part of a name.

    The index of contacts is keyed and knows whole numbers alone. A part of a number, as a name, is searched among open requests,
    at most MOST_NAMES_OPENED of them.
    """
    reference = read_reference(term)
    # Eight letters may be a name as well.
    if reference and queryset.filter(reference=reference).exists():
        return queryset.filter(reference=reference), True
    digits = normalised_phone(term)
    if "@" in term or len(digits) > LOCAL_DIGITS:
        return queryset.by_contact(term), True
    if len(digits) == LOCAL_DIGITS:
        hits, is_complete = _among_open(lambda person: normalised_phone(person.phone).endswith(digits))
        whole = queryset.by_contact(term).values("pk")
        return queryset.filter(Q(pk__in=hits) | Q(pk__in=whole)), is_complete
    words = folded(term).split()
    hits, is_complete = _among_open(lambda person: has_words(person.full_name, words))
    return queryset.filter(pk__in=hits), is_complete


def _among_open(is_meant: Callable[[Person], bool]) -> tuple[list[int], bool]:
    """(the open requests of such a person, whether all were opened)."""
    # What was set aside comes last: a machine could fill the list with it.
    set_aside = models.Case(models.When(status=Status.QUARANTINED, then=1), default=0)
    opened = list(ConsultRequest.objects.open().order_by(set_aside, "answer_by")[: MOST_NAMES_OPENED + 1])
    hits = [request.pk for request in opened[:MOST_NAMES_OPENED] if is_meant(person_of(request))]
    return hits, len(opened) <= MOST_NAMES_OPENED
