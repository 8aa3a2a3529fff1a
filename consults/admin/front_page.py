"""The admin's front page for whoever answers requests: what needs a person now, and by when."""

from datetime import datetime, timedelta

from django.contrib import admin
from django.utils import timezone

from consults.conflicts import conflicts
from consults.models import ConsultRequest, OutboxMessage
from consults.spam import RUSH, unanswered_lately
from pages.models import Clinic

from .finding import starting_in
from .messages import letter_of
from .shown import line, near_day, near_moment, person_of

# A front page is read at a glance: more than these are one link away.
MOST_SHOWN = 20
MISSES_OF = timedelta(days=30)
MOST_MISSES_COUNTED = 100
# What a call is for. The whole text to say is one click away.
_TO_SAY = {
    "requested": "Say that we have the request",
    "released": "Say that we have the request",
    "moved": "Say that we have the new time",
    "confirmed": "Say that the visit is confirmed",
    "rescheduled": "Say the new time",
    "reminder": "Remind of the visit",
    "declined": "Say that we cannot offer it",
    "cancelled": "Say that the visit is cancelled",
    "withdrawn": "Say that it is taken back",
    "expired": "Say sorry: not answered in time",
}
Status, State = ConsultRequest.Status, OutboxMessage.State


def front_page(user, *, now: datetime) -> dict:
    """The sections for this user; empty for who does not see requests. As many queries for one request as for thirty."""
    if not user.has_perm("consults.view_consultrequest"):
        return {}
    clinic = Clinic.objects.current()
    with timezone.override(clinic.zone):
        return {
            "may_decide": user.has_perm("consults.change_consultrequest"),
            "waiting": _waiting(Status.REQUESTED, now),
            "quarantine": _waiting(Status.QUARANTINED, now),
            "calls": [_call(message, now) for message in _messages().calls_to_make(now=now)[:MOST_SHOWN]],
            "failed": list(_messages().filter(state=State.FAILED).order_by("not_before")[:MOST_SHOWN]),
            "visit_days": _visit_days(now),
            "conflicts": [(conflict, line(conflict.request, now)) for conflict in conflicts(now=now)[:MOST_SHOWN]],
            **_misses(now),
            "rush": lately if (lately := unanswered_lately(now=now)) >= RUSH else 0,
            "most_shown": MOST_SHOWN,
        }


def _waiting(status: str, now: datetime) -> list:
    found = ConsultRequest.objects.filter(status=status).order_by("answer_by", "pk").select_related("assigned_to")
    return [line(request, now) for request in found[: MOST_SHOWN + 1]]


def _messages():
    return OutboxMessage.objects.select_related("event__request")


def _call(message: OutboxMessage, now: datetime) -> dict:
    letter, request = letter_of(message), message.event.request
    about = _TO_SAY.get(message.kind, message.kind)
    since = near_moment(message.not_before, now)
    return {"message": message, "name": person_of(request)["full_name"], "to": letter["to"], "about": about, "since": since}


def _visit_days(now: datetime) -> list[tuple[str, list]]:
    """Today's and tomorrow's confirmed visits."""
    today = timezone.localtime(now).date()
    found = ConsultRequest.objects.filter(status=Status.CONFIRMED, **starting_in(today, 2)).order_by("starts_at", "pk")
    lines = [line(request, now) for request in found[: 2 * MOST_SHOWN]]
    days = (today, today + timedelta(days=1))
    return [(near_day(d, today), [v for v in lines if timezone.localtime(v.request.starts_at).date() == d]) for d in days]


def _misses(now: datetime) -> dict:
    """Requests that ended because nobody answered. Their reply time lies at or before their end."""
    missed = ConsultRequest.objects.filter(status=Status.EXPIRED, answer_by__gt=now - MISSES_OF).order_by("-answer_by", "-pk")
    return {"misses": [line(request, now) for request in missed[:5]], "misses_counted": missed[:MOST_MISSES_COUNTED].count()}


admin.site.add_section("admin/consults/_desk.html", front_page, position=10)
