"""The page on which an owner sees what waits, and lets it go."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from clinic_site import holds
from clinic_site.models import Hold
from pages.models import Clinic

MAY_END = "clinic_site.end_hold"
_MOST_SHOWN = 50


def show_hold(request, *, each_context: dict):
    """Shows what is held, and on POST ends what the form showed. Owners only; see settings.STAFF_REAUTHENTICATION_VIEWS."""
    if not request.user.has_perm(MAY_END):
        raise PermissionDenied
    now = timezone.now()
    if request.method == "POST":
        return _go_on(request, now)
    held, waiting = list(Hold.objects.open().order_by("pk")), holds.held_at(now)
    context = {
        **each_context,
        "title": "What waits for your yes",
        "held": held,
        "up_to": max((hold.pk for hold in held), default=0),
        "now": now,
        "zone": Clinic.objects.current().zone,
        "most_shown": _MOST_SHOWN,
        "waiting": {
            "messages": _shown(waiting.messages.select_related("event__request")),
            "expiries": _shown(waiting.expiries),
            "erasures": _shown(waiting.erasures),
            "old_backups": waiting.old_backups,
        },
        "ended": Hold.objects.exclude(ended_at=None).select_related("ended_by").order_by("-ended_at")[:10],
    }
    return TemplateResponse(request, "admin/hold.html", context)


def _shown(rows) -> dict:
    return {"count": rows.count(), "rows": rows[:_MOST_SHOWN]}


def _go_on(request, now):
    number = request.POST.get("up_to", "")
    up_to = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    without_letters = request.POST.get("letters") == "drop"
    if holds.go_on(up_to=up_to, by=request.user, now=now, without_letters=without_letters):
        messages.success(request, "The site goes on." + (" The letters that waited are not sent." if without_letters else ""))
    else:
        messages.warning(request, "Nothing was held any more.")
    return redirect("admin:hold" if Hold.objects.open().exists() else "admin:index")
