"""Decides several requests at once, each on its own through `booking`; each refusal is reported with its reference."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import booking, status_text
from consults.models import ConsultRequest, Reason
from guard.readers import read_whole_number

from .choice import chosen

_TOLD = "We write to each of them, or a call is on the list of calls to make."


def version_field(request: ConsultRequest) -> str:
    """Name of the hidden field that carries the version of a request the list showed."""
    return f"version-{request.pk}"


def seen_on_the_page(http_request, queryset):
    """(the requests whose version was on the page, how many others were selected, counted up to 1,000).

    "Select all" on a long list includes requests that nobody has seen; nothing is decided about them.
    """
    names = (name.removeprefix("version-") for name in http_request.POST if name.startswith("version-"))
    keys = [key for name in names if (key := read_whole_number(name, digits=18)) is not None]
    return queryset.filter(pk__in=keys), queryset.exclude(pk__in=keys).order_by()[:1000].count()


def decide_each(http_request, requests, decide: Callable) -> tuple[list[str], list[str]]:
    """(references that were decided, refusals as text). A request that changed since the page was loaded is refused."""
    done, refused = [], []
    for request in requests:
        version = read_whole_number(http_request.POST.get(version_field(request)))
        if version is None:
            refused.append(f"{request.reference} was not on the page you saw")
            continue
        try:
            decide(request, by=http_request.user, now=timezone.now(), version=version)
        except booking.Stale as stale:
            refused.append(f"{request.reference} changed meanwhile and is now {stale.request.get_status_display().lower()}")
        except booking.NotAllowed as stopped:
            refused.append(f"{request.reference}: {status_text.not_allowed(stopped.code)}")
        except booking.Refused as stopped:
            refused.append(f"{request.reference}: {status_text.REFUSALS[stopped.code]}")
        else:
            done.append(request.reference)
    return done, refused


def _decide_and_report(http_request, queryset, verb: str, decide: Callable, *, told: str = _TOLD) -> None:
    seen, others = seen_on_the_page(http_request, queryset)
    done, refused = decide_each(http_request, seen, decide)
    if done:
        messages.success(http_request, f"{verb}: {', '.join(done)}. {told}")
    for line in refused:
        messages.error(http_request, f"Not {verb.lower()}: {line}.")
    if others:
        count = "1,000 or more" if others == 1000 else others
        messages.error(http_request, f"Not {verb.lower()}: {count} not on the page you saw.")


@admin.action(description="Confirm selected requests", permissions=["decide"])
def confirm_selected(model_admin, http_request, queryset):
    _decide_and_report(http_request, queryset, "Confirmed", booking.confirm_request)


@admin.action(description="Decline selected requests", permissions=["decide"])
def decline_selected(model_admin, http_request, queryset):
    """Asks for the reason on a separate page first."""
    reason = chosen(_reasons(), http_request.POST.get("reason", ""))
    if reason is None:
        return _ask_for_reason(model_admin, http_request, queryset)

    def decide(request, **common):
        return booking.decline_request(request, reason=reason, **common)

    _decide_and_report(http_request, queryset, "Declined", decide)
    return None


def _reasons():
    """No clinician has spoken with everybody on a list."""
    return Reason.objects.offered("decline").for_anybody()


def _ask_for_reason(model_admin, http_request, queryset):
    context = {"reasons": _reasons(), "asked_before": "reason" in http_request.POST}
    return _ask(model_admin, http_request, queryset, "decline_selected", title="Decline selected requests", **context)


@admin.action(description="Set aside selected requests", permissions=["decide"])
def set_aside_selected(model_admin, http_request, queryset):
    """Asks on a separate page first: many requests, or a whole page of them, are chosen with one click."""
    if "sure" not in http_request.POST:
        return _ask(model_admin, http_request, queryset, "set_aside_selected", title="Set aside selected requests")
    _decide_and_report(http_request, queryset, "Set aside", booking.quarantine_request, told="Nobody is told.")
    return None


def _ask(model_admin, http_request, queryset, action: str, **context):
    seen, _others = seen_on_the_page(http_request, queryset)
    context |= {
        **model_admin.admin_site.each_context(http_request),
        "opts": model_admin.opts,
        "action": action,
        "rows": [(request, version_field(request), http_request.POST[version_field(request)]) for request in seen],
    }
    return TemplateResponse(http_request, f"admin/consults/consultrequest/{action}.html", context)
