"""The desk's front page: what needs a person now, and by when."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils import timezone

from consults.conflicts import find_conflicts
from consults.current_rules import Rules, read_rules
from consults.models import AccessRecord, ConsultRequest, EarlierOffer, Event, OutboxMessage
from consults.seating import held_seats_from
from consults.set_aside import counted_beside, counts_of
from consults.unanswered import RUSH, read_held_unanswered, recently_unanswered

from .day_hours import may_change_day
from .display import line, local_date, moment_in_sentence, near_day, near_moment, person_of
from .earlier_times import first_wishes, open_offers, read_offered
from .outbox_words import address_of, purpose_of
from .search import SEARCHED

# A dashboard is read at a glance; the rest is one link away.
MOST_SHOWN = 20
EXPIRED_SHOWN_FOR = timedelta(days=30)
MOST_EXPIRED, MOST_EXPIRED_COUNTED = 5, 100
MOST_WISHES = 5
GONE_SHOWN_FOR = timedelta(days=3)
MOST_GONE = 5
# List -> its heading, and what it means that it is empty.
_WHEN_EMPTY = {
    "calls": ("Calls", "No calls to make."),
    "gone": ("Withdrawn or cancelled", "Nobody withdrew, and nothing was cancelled, in the last 3 days."),
    "conflicts": ("Conflicts", "None. Every held time fits the hours."),
    "wishes": ("Earlier times", "No earlier time is free for anyone who asked. No offers are open."),
    "failed": ("Failed email", "None. All email was sent."),
    "quarantine": ("Set aside", "Nothing was set aside as possible spam."),
    "expired": ("Not answered in time", "Every request was answered in time in the last 30 days."),
}
Status = ConsultRequest.Status


@dataclass(frozen=True)
class _Ahead:
    """What several sections look at, read once: requests that hold a seat from today on, the open offers, held seats by cell."""

    holding: list[ConsultRequest]
    offers: list[EarlierOffer]
    seats: dict[int, int]
    rules: Rules


def show_dashboard(user, *, now: datetime) -> dict:
    """The sections for this user, who leaves an access record of how many people they show."""
    found = read_dashboard(user, now=now)
    if found and (shown := _people_in(found)):
        AccessRecord.objects.write(AccessRecord.Kind.DASHBOARD, by=user, at=now, rows=shown)
    return found


def _people_in(found: dict) -> int:
    names = ("waiting", "quarantine", "calls", "calls_later", "conflicts", "expired", "wishes", "offered", "gone")
    lists = (found[name][:MOST_SHOWN] for name in names)
    return sum(map(len, lists)) + sum(len(lines) for _, lines in found["visit_days"])


def read_dashboard(user, *, now: datetime) -> dict:
    """The sections for this user; empty for users who may not see requests. The number of queries does not grow with them."""
    if not user.has_perm("consults.view_consultrequest"):
        return {}
    rules = read_rules(now)
    with timezone.override(rules.clinic.zone):
        ahead = _Ahead(_holding_from_midnight(now), open_offers(), held_seats_from(now), rules)
        found = {
            "may_decide": user.has_perm("consults.change_consultrequest"),
            "may_see_hours": user.has_perm("consults.view_openinghours"),
            "may_close": may_change_day(user),
            "waiting": (waiting := _waiting(Status.REQUESTED, now, ahead)),
            "some_closed_then": any(row.is_closed_then for row in waiting[:MOST_SHOWN]),
            "quarantine": (aside := _waiting(Status.QUARANTINED, now, ahead, **counted_beside(now=now))),
            "set_aside": counts_of(aside[0].request) if aside else None,
            **_messages_for_a_person(now, ahead.rules),
            "visit_days": _visit_days(ahead.holding, now),
            **_conflicts(ahead, now),
            **_earlier(ahead, now),
            **_expired(now),
            **_gone(now),
            "rush": recent if (recent := recently_unanswered(now=now)) >= RUSH else 0,
            "held": read_held_unanswered(now=now, rules=rules),
            "limits_addresses": settings.BOOKING_RATE is not None,
            "most_shown": MOST_SHOWN,
            "searched": SEARCHED,
        }
    return found | {"nothing": _nothing(found)}


def _holding_from_midnight(now: datetime) -> list[ConsultRequest]:
    """Requests that hold a seat from the beginning of this day on: of today's visits, and of everything ahead."""
    midnight = datetime.combine(local_date(now), time.min, timezone.get_current_timezone())
    return list(ConsultRequest.objects.holding_from(midnight - timedelta(microseconds=1)))


def _waiting(status: str, now: datetime, ahead: _Ahead, **columns: Subquery) -> list:
    found = (
        ConsultRequest.objects.filter(status=status).annotate(**columns).order_by("answer_by", "pk").select_related("assigned_to")
    )
    offered = {offer.request_id: (offer.starts_at, offer.answer_by) for offer in ahead.offers}
    shown = found.order_by("answer_by", "pk")[: MOST_SHOWN + 1]
    return [line(one, now, posted=ahead.rules.posted, offered=offered.get(one.pk, (None, None))) for one in shown]


def _messages_for_a_person(now: datetime, rules: Rules) -> dict:
    messages = OutboxMessage.objects
    # Each a subquery, so that it uses its index; a plain OR scans the table.
    groups = {"calls": messages.calls_to_make(now=now), "failed": messages.failed(), "unsent": messages.owed(now=now)}
    are = {name: Q(pk__in=found.values("pk")) for name, found in groups.items()}
    counted = messages.filter(are["calls"] | are["failed"] | are["unsent"]).aggregate(
        **{name: Count("pk", filter=one) for name, one in are.items()}
    )
    owed = messages.calls_owed(now=now).due_calls_first(now=now).select_related("event__request")
    calls = [_call(message, rules, now) for message in owed[:MOST_SHOWN]]
    return {
        "calls": [one for one in calls if not one["again"]],
        "calls_later": [one for one in calls if one["again"]],
        "calls_counted": counted["calls"],
        "failed": list(_most_urgent(messages.failed(), now)) if counted["failed"] else [],
        "failed_counted": counted["failed"],
        "unsent_counted": counted["unsent"],
    }


def _most_urgent(messages, now: datetime):
    return messages.most_urgent_first(now=now).select_related("event__request")[:MOST_SHOWN]


def _call(message: OutboxMessage, rules: Rules, now: datetime) -> dict:
    request = message.event.request  # type: ignore[union-attr]  # every call is about a request
    since = moment_in_sentence(message.not_before, now)
    is_later = message.call_again_at is not None and message.call_again_at > now
    return {
        "message": message,
        "name": person_of(request).full_name,
        "to": address_of(message),
        **purpose_of(message, rules=rules, now=now),
        "since": since,
        "again": moment_in_sentence(message.call_again_at, now) if is_later and message.call_again_at else "",
    }


def _conflicts(ahead: _Ahead, now: datetime) -> dict:
    found = find_conflicts(now=now, rules=ahead.rules, holding=ahead.holding, offers=ahead.offers, seats=ahead.seats)
    lines = [(one, near_moment(one.visit.start, now), line(one.request, now)) for one in found[:MOST_SHOWN]]
    return {"conflicts": lines, "conflicts_counted": len(found)}


def _visit_days(holding: list[ConsultRequest], now: datetime) -> list[tuple[str, list]]:
    """Today's and tomorrow's confirmed visits."""
    today = local_date(now)
    days: dict[date, list] = {today: [], today + timedelta(days=1): []}
    visits = [(one.confirmed_visit.start, one.pk, one) for one in holding if one.confirmed_visit]
    visits = sorted(visit for visit in visits if local_date(visit[0]) in days)
    for start, _, request in visits[: 2 * MOST_SHOWN]:
        days[local_date(start)].append((near_moment(start, now), line(request, now)))
    return [(near_day(day, today), lines) for day, lines in days.items()]


def _earlier(ahead: _Ahead, now: datetime) -> dict:
    wishes, more = first_wishes(now=now, at_most=MOST_WISHES, rules=ahead.rules, seats=ahead.seats)
    offered, more_offered = read_offered(ahead.offers, now=now, at_most=MOST_SHOWN)
    return {"wishes": wishes, "more_wishes": more, "offered": offered, "more_offered": more_offered}


def _expired(now: datetime) -> dict:
    """Requests that ended because nobody answered by the reply time, which is never after the end."""
    found = ConsultRequest.objects.filter(status=Status.EXPIRED, answer_by__gt=now - EXPIRED_SHOWN_FOR).order_by(
        "-answer_by", "-pk"
    )
    shown = list(found[:MOST_EXPIRED])
    # Few enough to be seen at once were counted by that.
    counted = len(shown) if len(shown) < MOST_EXPIRED else found[:MOST_EXPIRED_COUNTED].count()
    return {"expired": [line(request, now) for request in shown], "expired_counted": counted}


def _gone(now: datetime) -> dict:
    """What was withdrawn or cancelled in the last days: who works at the desk hears of it from nobody else.

    Confirmed visits come first: a stranger can withdraw requests, but nobody has confirmed those.
    """
    recent = Event.objects.filter(kind__in=(Event.Kind.WITHDRAWN, Event.Kind.CANCELLED), at__gt=now - GONE_SHOWN_FOR)
    # The request itself does not keep that it was confirmed.
    before = Event.objects.confirming().filter(request=OuterRef("request"), number__lt=OuterRef("number"))
    found = recent.annotate(was_confirmed=Exists(before)).select_related("request").order_by("-was_confirmed", "-at", "-pk")
    events = list(found[: MOST_GONE + 1])
    rows = [
        {
            "line": line(event.request, now),
            "was_confirmed": event.was_confirmed,
            "how": event.get_kind_display(),
            "at": moment_in_sentence(event.at, now),
        }
        for event in events[:MOST_GONE]
    ]
    return {"gone": rows, "more_gone": len(events) > MOST_GONE}


def _nothing(found: dict) -> list[dict[str, str]]:
    """The lists that are empty, for one line at the end of the page."""
    unsent = found["unsent_counted"]
    words = _WHEN_EMPTY | ({"failed": ("Failed email", f"None. Not sent yet: {unsent}.")} if unsent else {})
    # The section of wishes shows the offers too, that of calls those to be tried later.
    filled = {name for name in words if found[name]} | ({"wishes"} if found["offered"] else set())
    filled |= {"calls"} if found["calls_later"] else set()
    return [
        {"name": "earlier" if name == "wishes" else name, "heading": heading, "words": text}
        for name, (heading, text) in words.items()
        if name not in filled
    ]


# The site object is `clinic_site.admin_site.ClinicAdminSite`, which no room below may import.
admin.site.add_section("admin/consults/_desk.html", show_dashboard, position=10)  # type: ignore[attr-defined]
