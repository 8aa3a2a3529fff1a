"""Decides several requests at once, each on its own through `booking`; each refusal is reported with its reference."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import booking, status_text
from consults.models import AccessRecord, ConsultRequest, Reason
from guard.readers import read_whole_number

from .acting import letters_of, undone
from .choice import chosen
from .display import person_of, visit_text
from .mail_stop import mail_stop
from .same_person import other_open_requests

_TOLD = "We write to each of them, or a call is on the list of calls to make."
_TOLD_LATER = "Letters wait until an owner starts email again: {}. Calls are on the list of calls to make."


def version_field(request: ConsultRequest) -> str:
    """Name of the hidden field that carries the version of a request the list showed."""
    return f"version-{request.pk}"


def seen_on_the_page(http_request, queryset):
    """(the requests whose version was on the page, how many others were selected, counted up to 1,000).

    "Select all" on a long list includes requests that nobody has seen; nothing is decided about them.
    """
    names = (name.removeprefix("version-") for name in http_request.POST if name.startswith("version-"))
    # "01" is not how the page names it.
    keys = [key for name in names if (key := read_whole_number(name, digits=18)) is not None and str(key) == name]
    return queryset.filter(pk__in=keys), queryset.exclude(pk__in=keys).order_by()[:1000].count()


class NotDecided(Exception):
    """Nothing was decided about this request; the text says why."""


def decide_one(http_request, request: ConsultRequest, decide: Callable) -> ConsultRequest:
    """The request as it was decided. Raises NotDecided, also when it changed since the page was loaded."""
    version = read_whole_number(http_request.POST.get(version_field(request)))
    if version is None:
        raise NotDecided(f"{request.reference} was not on the page you saw")
    try:
        return decide(request, by=http_request.user, now=timezone.now(), version=version)
    except booking.Stale as stale:
        status = stale.request.get_status_display().lower()
        raise NotDecided(f"{request.reference} changed meanwhile and is now {status}") from None
    except booking.NotAllowed as stopped:
        raise NotDecided(f"{request.reference}: {status_text.not_allowed(stopped.code)}") from None
    except booking.Refused as stopped:
        raise NotDecided(f"{request.reference}: {status_text.REFUSALS[stopped.code]}") from None


def decide_each(http_request, requests, decide: Callable) -> tuple[list[str], list[str]]:
    """(references that were decided, refusals as text)."""
    done, refused = [], []
    for request in requests:
        try:
            done.append(decide_one(http_request, request, decide).reference)
        except NotDecided as stopped:
            refused.append(str(stopped))
    return done, refused


def _told() -> str:
    now = timezone.now()
    stop = mail_stop(now)
    if stop and stop.holds(now):
        return _TOLD_LATER.format(stop.why)
    return f"{_TOLD} {stop.in_words(now=now)}".rstrip() if stop else _TOLD


def _decide_and_report(http_request, queryset, verb: str, decide: Callable, *, told: str = "") -> None:
    seen, others = seen_on_the_page(http_request, queryset)
    done, refused = decide_each(http_request, seen, decide)
    if done:
        messages.success(http_request, f"{verb}: {', '.join(done)}. {told or _told()}")
    for line in refused:
        messages.error(http_request, f"Not {verb.lower()}: {line}.")
    if others:
        count = "1,000 or more" if others == 1000 else others
        messages.error(http_request, f"Not {verb.lower()}: {count} not on the page you saw.")


def preview_each(http_request, requests, decide: Callable) -> list[dict]:
    """What the decisions would tell each person. They are made one after the other, as they would be, read, and undone."""
    others = [{"same_person": other_open_requests(request, now=timezone.now())} for request in requests]
    with undone():
        previews = [_preview(http_request, request, decide) | beside for request, beside in zip(requests, others, strict=True)]
    for one in previews:
        if one["letters"]:
            read = AccessRecord.Kind.READ_MESSAGE
            AccessRecord.objects.write(read, by=http_request.user, at=timezone.now(), request=one["request"])
    return previews


def _preview(http_request, request: ConsultRequest, decide: Callable) -> dict:
    now = timezone.now()
    field = version_field(request)
    shown = {"request": request, "name": person_of(request).full_name, "visit": visit_text(request, now)}
    shown |= {"field": field, "version": http_request.POST[field], "letters": [], "refused": ""}
    try:
        return shown | {"letters": letters_of(decide_one(http_request, request, decide))}
    except NotDecided as stopped:
        return shown | {"refused": str(stopped)}


@admin.action(description="Confirm selected requests", permissions=["decide"])
def confirm_selected(model_admin, http_request, queryset):
    """Shows on a separate page first whom it tells, and each letter."""
    if "sure" not in http_request.POST:
        seen, _others = seen_on_the_page(http_request, queryset)
        previews = preview_each(http_request, seen, booking.confirm_request)
        context = {"previews": previews, "is_any_possible": any(not one["refused"] for one in previews)}
        return _ask(model_admin, http_request, queryset, "confirm_selected", title="Confirm selected requests", **context)
    _decide_and_report(http_request, queryset, "Confirmed", booking.confirm_request)
    return None


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
    seen, others = seen_on_the_page(http_request, queryset)
    context |= {
        "others": others,
        **model_admin.admin_site.each_context(http_request),
        "opts": model_admin.opts,
        "action": action,
        "rows": [(request, version_field(request), http_request.POST[version_field(request)]) for request in seen],
    }
    return TemplateResponse(http_request, f"admin/consults/consultrequest/{action}.html", context)
