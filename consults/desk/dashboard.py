"""The desk's front page: what needs a person now, and by when."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib import admin
from django.utils import timezone

from consults.conflicts import find_conflicts
from consults.current_rules import Rules, read_rules
from consults.messages.kinds import tells
from consults.models import AccessRecord, ConsultRequest, OutboxMessage
from consults.unanswered import RUSH, read_held_unanswered, recently_unanswered
from pages.models import Clinic

from .day_hours import may_change_day
from .display import line, local_date, near_day, near_moment, person_of
from .earlier_times import read_offered, read_wishes
from .outbox import address_of
from .search import SEARCHED, starting_in

# A dashboard is read at a glance; the rest is one link away.
MOST_SHOWN = 20
EXPIRED_SHOWN_FOR = timedelta(days=30)
MOST_EXPIRED_COUNTED = 100
MOST_WISHES = 5
Status = ConsultRequest.Status


def show_dashboard(user, *, now: datetime) -> dict:
    """The sections for this user, who leaves an access record of how many people they show."""
    found = read_dashboard(user, now=now)
    if found and (shown := _people_in(found)):
        AccessRecord.objects.write(AccessRecord.Kind.DASHBOARD, by=user, at=now, rows=shown)
    return found


def _people_in(found: dict) -> int:
    lists = (found[name][:MOST_SHOWN] for name in ("waiting", "quarantine", "calls", "conflicts", "expired", "wishes", "offered"))
    return sum(map(len, lists)) + sum(len(lines) for _, lines in found["visit_days"])


def read_dashboard(user, *, now: datetime) -> dict:
    """The sections for this user; empty for users who may not see requests. The number of queries does not grow with them."""
    if not user.has_perm("consults.view_consultrequest"):
        return {}
    clinic = Clinic.objects.current()
    rules = read_rules(now)
    with timezone.override(clinic.zone):
        return {
            "may_decide": user.has_perm("consults.change_consultrequest"),
            "may_see_hours": user.has_perm("consults.view_openinghours"),
            "may_close": may_change_day(user),
            "waiting": (waiting := _waiting(Status.REQUESTED, now, rules)),
            "some_closed_then": any(row.is_closed_then for row in waiting[:MOST_SHOWN]),
            "quarantine": _waiting(Status.QUARANTINED, now, rules),
            **_messages_for_a_person(now),
            "visit_days": _visit_days(now),
            **_conflicts(now, rules),
            **_earlier(now),
            **_expired(now),
            "rush": recent if (recent := recently_unanswered(now=now)) >= RUSH else 0,
            "held": read_held_unanswered(now=now),
            "limits_addresses": settings.BOOKING_RATE is not None,
            "most_shown": MOST_SHOWN,
            "searched": SEARCHED,
        }


def _waiting(status: str, now: datetime, rules: Rules) -> list:
    found = ConsultRequest.objects.filter(status=status).order_by("answer_by", "pk").select_related("assigned_to")
    return [line(request, now, posted=rules.posted) for request in found[: MOST_SHOWN + 1]]


def _messages_for_a_person(now: datetime) -> dict:
    calls, failed = OutboxMessage.objects.calls_to_make(now=now), OutboxMessage.objects.failed()
    return {
        "calls": [_call(message, now) for message in _most_urgent(calls, now)],
        "calls_counted": calls.count(),
        "failed": list(_most_urgent(failed, now)),
        "failed_counted": failed.count(),
        "unsent_counted": OutboxMessage.objects.owed(now=now).count(),
    }


def _most_urgent(messages, now: datetime):
    return messages.most_urgent_first(now=now).select_related("event__request")[:MOST_SHOWN]


def _call(message: OutboxMessage, now: datetime) -> dict:
    request = message.event.request  # type: ignore[union-attr]  # every call is about a request
    about = tells(message.kind).to_say or message.kind
    since = near_moment(message.not_before, now)
    return {"message": message, "name": person_of(request).full_name, "to": address_of(message), "about": about, "since": since}


def _conflicts(now: datetime, rules: Rules) -> dict:
    found = find_conflicts(now=now, rules=rules)
    lines = [(one, near_moment(one.visit.start, now), line(one.request, now)) for one in found[:MOST_SHOWN]]
    return {"conflicts": lines, "conflicts_counted": len(found)}


def _visit_days(now: datetime) -> list[tuple[str, list]]:
    """Today's and tomorrow's confirmed visits."""
    today = local_date(now)
    visits = starting_in(today, 2, column="confirmed_starts_at")
    found = ConsultRequest.objects.filter(visits, status__in=ConsultRequest.HOLDS_A_SEAT).order_by("confirmed_starts_at", "pk")
    days: dict[date, list] = {today: [], today + timedelta(days=1): []}
    for request in found[: 2 * MOST_SHOWN]:
        if request.confirmed_visit:
            start = request.confirmed_visit.start
            days[local_date(start)].append((near_moment(start, now), line(request, now)))
    return [(near_day(day, today), lines) for day, lines in days.items()]


def _earlier(now: datetime) -> dict:
    page, wishes = read_wishes(now=now, at_most=MOST_WISHES)
    more = page.paginator.count - len(wishes)
    offered, more_offered = read_offered(now=now, at_most=MOST_SHOWN)
    return {"wishes": wishes, "more_wishes": more, "offered": offered, "more_offered": more_offered}


def _expired(now: datetime) -> dict:
    """Requests that ended because nobody answered by the reply time, which is never after the end."""
    found = ConsultRequest.objects.filter(status=Status.EXPIRED, answer_by__gt=now - EXPIRED_SHOWN_FOR).order_by(
        "-answer_by", "-pk"
    )
    return {"expired": [line(request, now) for request in found[:5]], "expired_counted": found[:MOST_EXPIRED_COUNTED].count()}


# The site object is `clinic_site.admin_site.ClinicAdminSite`, which no room below may import.
admin.site.add_section("admin/consults/_desk.html", show_dashboard, position=10)  # type: ignore[attr-defined]
