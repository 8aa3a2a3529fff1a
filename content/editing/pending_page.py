"""The page of a pending change, which any signed-in colleague may open, and what those who edit the text do there."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst

from content.medical_review import end_review, is_pending_reviewed, show_review, stamp
from content.models import PendingChange, ReviewedText, Text

from . import kept_form, pending
from .conflict import changes_since, differences, fingerprint
from .paths import edit_path, pending_path
from .pending_forms import ReviewForm, TimeForm
from .saved import saved_text


def show_pending(model_admin, request, object_id) -> HttpResponse:
    """What would change, what the checks say, who read it; and for editors the buttons. Its URL is the link for colleagues."""
    change = _change_at(model_admin, object_id)
    row = model_admin.model._default_manager.filter(pk=object_id).first()
    may_change = model_admin.has_change_permission(request, row)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    if row is None:
        if request.POST.get("action") == "drop" and change is not None:
            change.delete()
            messages.success(request, "The pending words were dropped.")
            return redirect("admin:index")
        return show_gone(model_admin, request, object_id, change)
    if change is None:
        return nothing_pending(model_admin, request, row)
    now = timezone.now()
    forms = _forms(request, change, row, now=now)
    if request.method == "POST":
        done = _act(model_admin, request, change, row, forms, now=now)
        if done is not None:
            return done
    with transaction.atomic():
        checked = pending.check(change, row, now=max(now, change.publish_at or now), today=timezone.localdate(now))
    proposed, is_stale = change.applied_to(row), pending.is_stale(change, row)
    context = model_admin.admin_site.each_context(request) | {
        "title": f"Pending change: {row}",
        "opts": model_admin.opts,
        "row": row,
        "change": change,
        "may_change": may_change,
        "may_open_text": model_admin.has_view_or_change_permission(request, row),
        "has_preview": model_admin.preview is not None,
        "preview_at": model_admin.preview_at,
        "link": f"{settings.PUBLIC_URL}{request.path}",
        "differences": differences(row, proposed),
        "is_stale": is_stale,
        "live_changes": changes_since(row, change.base) if is_stale else [],
        "seen": fingerprint(row),
        "problems": pending.problems_of(checked, but=pending.STALE_CODES | {"needs_review"}),
        "can_be_reviewed": proposed.medical or isinstance(row, ReviewedText),
        "is_reviewed": checked.is_reviewed,
        "awaits_review": pending.awaits_review(change, row),
        "is_late": change.is_late(now),
        **forms,
    }
    return render(request, "admin/content/pending.html", context)


def preview_pending(model_admin, request, object_id) -> HttpResponse:
    """The real page with the proposed words, for any signed-in colleague."""
    change, row = _change_at(model_admin, object_id), model_admin.model._default_manager.filter(pk=object_id).first()
    if row is None:
        return show_gone(model_admin, request, object_id, change)
    if change is None or model_admin.preview is None:
        return nothing_pending(model_admin, request, row)
    proposed = change.applied_to(row)
    _take_off_what_is_gone(proposed)
    proposed.render()
    if isinstance(proposed, ReviewedText):
        if is_pending_reviewed(change, proposed):
            proposed.reviewed_by, proposed.reviewed_on = change.reviewed_by, change.reviewed_on
            stamp(proposed)
        elif proposed.texts() != row.texts():
            proposed.updated_on = timezone.localdate()
            end_review(proposed)
        show_review(proposed)
    response = model_admin.preview(request, proposed)
    response["Cache-Control"] = "no-store"
    return response


def _take_off_what_is_gone(proposed: Text) -> None:
    """An author or a picture that was deleted since: the page is shown without, and the checks say so."""
    for field in proposed._meta.concrete_fields:
        key = getattr(proposed, field.attname) if isinstance(field, models.ForeignKey) else None
        kind: Any = field.related_model
        if key is not None and not kind._default_manager.filter(pk=key).exists():
            setattr(proposed, field.attname, None)


def nothing_pending(model_admin, request, row: Text) -> HttpResponse:
    messages.info(request, format_html("“{}” has no pending change: it was published or dropped.", row))
    return redirect(edit_path(row) if model_admin.has_view_or_change_permission(request, row) else "admin:index")


def show_gone(model_admin, request, object_id, change: PendingChange | None) -> HttpResponse:
    """What is left where the text was deleted: the words that were typed or kept, to be copied."""
    posted = kept_form.posted_or_kept(request)
    if not model_admin.has_change_permission(request):
        posted = None
    if posted is None and change is None:
        messages.info(request, "That text was deleted, and nothing is pending for it.")
        return redirect("admin:index")
    texts: dict[str, str] = {}
    for name in model_admin.model.TEXTS:
        label = capfirst(model_admin.opts.get_field(name).verbose_name)
        kept = str(change.values.get(name) or "") if change is not None else ""
        typed = posted.get(name, "") if posted is not None else ""
        texts |= {label: typed} if typed else {}
        texts |= {f"{label}, as kept" if typed else label: kept} if kept and kept != typed else {}
    context = model_admin.admin_site.each_context(request) | {
        "title": "The text was deleted",
        "opts": model_admin.opts,
        "change": change,
        "may_change": model_admin.has_change_permission(request),
        "drop_url": request.path.removesuffix("edit/").removesuffix("preview/"),
        "texts": texts,
    }
    return render(request, "admin/content/pending_gone.html", context, status=410)


def _change_at(model_admin, object_id) -> PendingChange | None:
    found = PendingChange.objects.at(model_admin.model, object_id)
    return found.select_related("proposed_by", "reviewed_by", "scheduled_by", "content_type").first()


def _forms(request, change: PendingChange, row: Text, *, now: datetime) -> dict[str, Any]:
    action = request.POST.get("action", "")
    days = {"today": timezone.localdate(now), "proposed_on": timezone.localtime(change.proposed_at).date()}
    # Its own instance: a form fills it in also where it refuses.
    own = PendingChange(reviewed_by=change.reviewed_by, reviewed_on=change.reviewed_on)
    at = {"publish_at": change.publish_at} if change.publish_at else {}
    return {
        "review_form": ReviewForm(request.POST if action == "review" else None, instance=own, **days),
        "time_form": TimeForm(request.POST if action == "time" else None, now=now, initial=at),
    }


def _act(model_admin, request, change: PendingChange, row: Text, forms: dict, *, now: datetime) -> HttpResponse | None:
    """None where a form is to be shown again."""
    action, version, today = request.POST.get("action", ""), request.POST.get("version", ""), timezone.localdate(now)
    here = redirect(pending_path(row))
    try:
        if action == "publish":
            text = pending.publish(change, version=version, by=request.user, now=now, today=today)
            model_admin.log_change(request, text, "Published the pending change.")
            messages.success(request, saved_text(text, url=model_admin.get_view_on_site_url(text), now=now))
            return redirect(edit_path(text))
        if action == "drop" and request.POST.get("sure") != "on":
            messages.error(request, "Nothing was done. Check the box first: the pending words are not kept anywhere else.")
        elif action == "drop":
            pending.drop(change, version=version)
            model_admin.log_change(request, row, f"Dropped the pending change by {change.proposed_by or 'a former colleague'}.")
            messages.success(request, "The pending change was dropped. The live text is as it was.")
            return redirect(edit_path(row))
        elif action == "looked":
            pending.keep_after_a_look(change, version=version, seen=request.POST.get("seen", ""))
            messages.success(request, "Noted. Publishing replaces what was changed on the site meanwhile.")
        elif action == "no-time":
            pending.take_time_off(change, version=version)
            messages.success(request, "The time was taken off. The change stays pending.")
        elif action == "time":
            if not forms["time_form"].is_valid():
                return None
            at = forms["time_form"].cleaned_data["publish_at"]
            pending.set_time(change, at=at, version=version, by=request.user, today=today)
            messages.success(request, f"It will be published on {timezone.localtime(at):%A, %B %-d, %Y, at %-I:%M %p}.")
        elif action == "review":
            if not forms["review_form"].is_valid():
                return None
            given = forms["review_form"].cleaned_data
            pending.review(change, version=version, by_provider=given["reviewed_by"], on=given["reviewed_on"])
            messages.success(request, "The review is kept for exactly these words. Changing one of them ends it.")
    except pending.NotPublished as refused:
        messages.error(request, f"Nothing was done. {refused}" if action != "publish" else f"Not published. {refused}")
    return here
