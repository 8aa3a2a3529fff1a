"""The page on which an owner sees what waits, and lets it go."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from clinic_site import holds
from clinic_site.models import Hold
from consults import clock_ahead
from consults.desk.display import line
from consults.models import AccessRecord, Event, OutboxMessage
from guard.readers import read_whole_number
from pages.models import Clinic

MAY_END = "clinic_site.end_hold"
MAY_SEE_NAMES = "consults.view_consultrequest"
MOST_SHOWN = 50


def show_hold(request, *, each_context: dict):
    """Shows what is held, and on POST ends what the form showed. Owners only; see settings.STAFF_REAUTHENTICATION_VIEWS."""
    if not request.user.has_perm(MAY_END):
        raise PermissionDenied
    now, zone = timezone.now(), Clinic.objects.current().zone
    if request.method == "POST":
        return _go_on(request, now)
    held, waiting = list(Hold.objects.open().order_by("pk")), holds.held_at(now)
    restored = next((hold for hold in held if hold.reason == Hold.Reason.RESTORED), None)
    mail = holds.letters_of_before(restored) if restored else waiting.messages
    with timezone.override(zone):
        before = _before(restored, request.user, now) if restored else None
    context = {
        **each_context,
        "title": "What needs your approval",
        "held": held,
        "up_to": max((hold.pk for hold in held), default=0),
        "now": now,
        "zone": zone,
        "before": before,
        "ahead": _ahead(now) if any(hold.reason == Hold.Reason.CLOCK for hold in held) else None,
        "waiting": {
            "messages": _shown(mail.select_related("event__request")),
            "expiries": _shown(waiting.expiries),
            "erasures": _shown(waiting.erasures),
            "old_backups": waiting.old_backups,
        },
        "most_shown": MOST_SHOWN,
        "ended": Hold.objects.exclude(ended_at=None).select_related("ended_by").order_by("-ended_at")[:10],
    }
    return TemplateResponse(request, "admin/hold.html", context)


def _before(restored: Hold, user, now: datetime) -> dict:
    """What was open before the restore, in the active zone. A user who sees names leaves an access record of how many."""
    found = _shown(holds.open_of_before(restored, now=now))
    lines = [line(request, now) for request in found["rows"]]
    may_see_names = user.has_perm(MAY_SEE_NAMES)
    if may_see_names and lines:
        AccessRecord.objects.write(AccessRecord.Kind.LISTED, by=user, at=now, rows=len(lines))
    newest = Event.objects.filter(pk__lte=restored.last_event).order_by("-pk").first()
    return {"count": found["count"], "rows": lines, "may_see_names": may_see_names, "known_until": newest and newest.at}


def _ahead(now: datetime) -> dict | None:
    """What a clock that was ahead has dated, and by when its requests are answered once somebody says yes; None: nothing."""
    requests = _shown(clock_ahead.requests_dated_ahead(now=now))
    messages_ahead = OutboxMessage.objects.dated_ahead(now=now).count()
    if not requests["count"] and not messages_ahead:
        return None
    return requests | {"messages": messages_ahead, "answer_by": clock_ahead.latest_answer(now=now)}


def _shown(rows) -> dict:
    return {"count": rows.count(), "rows": rows[:MOST_SHOWN]}


def _go_on(request, now):
    up_to = read_whole_number(request.POST.get("up_to"), digits=18) or 0
    without_letters = request.POST.get("letters") == "drop"
    if holds.go_on(up_to=up_to, by=request.user, now=now, without_letters=without_letters):
        messages.success(request, "The site goes on." + (" The letters that waited are not sent." if without_letters else ""))
    else:
        messages.warning(request, "Nothing is held anymore.")
    return redirect("admin:hold" if Hold.objects.open().exists() else "admin:index")
