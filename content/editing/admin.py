"""The shared admin for all content: every text, the references and the clinic's facts."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django import forms
from django.contrib import messages
from django.contrib.admin.utils import flatten
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin

from content.medical_review import end_review, stamp
from content.models import ReviewedText, Text

from .bounds import bound_dates
from .conflict import current_row, differences, fingerprint
from .form import ContentForm
from .saved import saved_draft, saved_text
from .while_typing import HelpsWhileTyping

_ROWS = {"body": 36, "answer": 8, "bio": 8, "in_short": 6, "sheet": 20, "summary": 3, "lede": 3, "claims_justification": 3}
JUSTIFIED = "claims_justification"
# The template shows it when saving asks for it, or has asked before.
JUSTIFICATION: Any = (
    "Why these words may stay",
    {
        "classes": ["when-asked"],
        "fields": [JUSTIFIED],
        "description": "Saving found a statement that promises too much. Change it, or say here why it is true and fair.",
    },
)


def tell_nobody(_: str) -> None:
    """Takes what there is nobody to be told of."""


def folded_settings(*fields: str) -> Any:
    """What a text needs once: after the words, and folded once the text exists."""
    return ("Settings", {"classes": ["collapse"], "fields": list(fields)})


class ContentAdmin(HelpsWhileTyping):
    """Checks, renders and dates a text when it is saved, keeps its history, and previews it on the real page.

    A subclass whose texts visitors can read defines `preview(request, row)`, which returns that page.
    """

    form = ContentForm
    change_form_template = "admin/content/content_form.html"
    object_history_list_template = "admin/content/history_list.html"
    object_history_form_template = "admin/content/history_form.html"
    preview: Callable[..., HttpResponse] | None = None
    # Where on that page the text is, as "#fragment"; empty: it is the page.
    preview_at = ""

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.now = timezone.now()
        form.today = timezone.localdate(form.now)
        return form

    def get_fieldsets(self, request, obj=None):
        fieldsets = [(name, dict(options)) for name, options in super().get_fieldsets(request, obj)]
        if obj is None:
            # A new row needs those that must be filled in, which without script nothing does.
            for _, options in fieldsets:
                if not all(self._may_wait(name) for name in flatten(options["fields"])):
                    options["classes"] = [name for name in options.get("classes", ()) if name != "collapse"]
        if not any("seen" in options["fields"] for _, options in fieldsets):
            fieldsets[0][1]["fields"] = [*fieldsets[0][1]["fields"], "seen"]
        return fieldsets

    def _may_wait(self, name: str) -> bool:
        """Whether a new row can be saved without anybody looking at this field."""
        if name not in {field.name for field in self.opts.fields}:
            return True
        field = self.opts.get_field(name)
        return field.blank or field.has_default()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in _ROWS:
            kwargs["widget"] = forms.Textarea(attrs={"rows": _ROWS[db_field.name], "cols": 90})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        bound_dates(field)
        if isinstance(field, forms.SplitDateTimeField):
            # Two inputs share one label, so each names its half.
            for widget, half in zip(field.widget.widgets, ("date", "time"), strict=True):
                widget.attrs["aria-label"] = f"{db_field.verbose_name}: {half}".capitalize()
        return field

    def save_model(self, request, obj, form, change):
        self.save_row(obj, by=request.user, today=form.today, tell=partial(messages.warning, request))

    def save_row(self, obj, *, by, today: date, is_reviewed: bool = False, tell: Callable[[str], object] = tell_nobody) -> None:
        """Saves a row that was checked, dated and rendered, with its version in the history. `tell` gets what else happened.

        `is_reviewed`: the review that it names was given for exactly its words.
        """
        before = current_row(obj)
        if isinstance(obj, Text):
            text_changed = before is None or before.texts() != obj.texts()
            if isinstance(obj, ReviewedText):
                self._keep_dates_true(obj, before, text_changed, today=today, is_reviewed=is_reviewed, tell=tell)
            elif hasattr(obj, "updated_on") and text_changed:
                obj.updated_on = today
            obj.render()
        if before is not None and fingerprint(before) == fingerprint(obj):
            # An unchanged save must not create a version. simple-history only checks that the attribute exists.
            obj.skip_history_when_saving = True
        obj._history_user = by
        obj.save()

    def _keep_dates_true(self, obj: ReviewedText, before: ReviewedText | None, text_changed: bool, *, today, is_reviewed, tell):
        """A changed text ends an earlier medical review; one dated today in the same save is for the new text."""
        if text_changed or not obj.updated_on:
            obj.updated_on = today
        named = (obj.reviewed_by_id, obj.reviewed_on)
        is_new = before is None or named != (before.reviewed_by_id, before.reviewed_on)
        if text_changed and not (is_reviewed or (is_new and obj.reviewed_on == today)):
            if any(named):
                tell("The text changed, so its medical review has ended.")
            end_review(obj)
        elif is_new or is_reviewed:
            stamp(obj)

    def response_add(self, request, obj, post_url_continue=None):
        request.saved_text = obj
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        request.saved_text = obj
        return super().response_change(request, obj)

    def message_user(self, request, message, level=messages.INFO, *args, **kwargs):
        """Says of a saved text where it is now, instead of that it "was changed successfully", and which draft it was."""
        text = getattr(request, "saved_text", None)
        if level == messages.SUCCESS and text is not None:
            kwargs["extra_tags"] = saved_draft(request.POST.get("draft", ""))
        if level == messages.SUCCESS and isinstance(text, Text):
            message = saved_text(text, url=self.get_view_on_site_url(text), now=timezone.now())
        super().message_user(request, message, level, *args, **kwargs)

    def get_view_on_site_url(self, obj=None):
        """The page on the site, or None while visitors cannot see it."""
        is_there = isinstance(obj, Text) and obj.pk is not None and obj.is_public(timezone.now())
        return obj.get_absolute_url() if is_there else None

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        show, compare = self.admin_site.admin_view(self.preview_view), self.admin_site.admin_view(self.compare_view)
        own = [path("<path:object_id>/history/compare/", compare, name=f"{name}_compare")]
        if self.preview is not None:
            own += [
                path("preview/", show, name=f"{name}_preview"),
                path("<path:object_id>/preview/", show, name=f"{name}_preview"),
            ]
        return own + super().get_urls()

    @method_decorator(csp_replace({"frame-ancestors": [SELF]}))
    @method_decorator(xframe_options_sameorigin)
    def preview_view(self, request, object_id=None) -> HttpResponse:
        """Shows the real page with the current values of the form. Saves nothing."""
        obj, form = self.typed(request, object_id)
        if self.preview is None:
            raise PermissionDenied
        row = form.as_filled_in()
        if isinstance(row, ReviewedText):
            row.updated_on = row.updated_on or form.today
            if obj is None or obj.texts() != row.texts():
                row.updated_on = form.today
                end_review(row)
        response = self.preview(request, row)
        response["Cache-Control"] = "no-store"
        return response

    def render_change_form(self, request, context, *args, **kwargs):
        form = context["adminform"].form
        is_asked = JUSTIFIED in form.errors or bool(JUSTIFIED in form.fields and form[JUSTIFIED].value())
        row = context.get("original")
        context = {"last_change": row and row.history.select_related("history_user").first()} | context
        context |= {
            "is_justification_asked": is_asked,
            "draft_version": context.get("draft_version", form["seen"].value() or ""),
            "draft_ids": form.data.get("draft", ""),
            "draft_zone": timezone.get_current_timezone_name(),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(csp_replace({"frame-src": [SELF]}))
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = {"preview_url": ""}
        if self.preview is not None:
            name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_preview"
            context["preview_url"] = reverse(name, args=[object_id] if object_id else []) + self.preview_at
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))

    def compare_view(self, request, object_id) -> HttpResponse:
        """Shows the changes between two versions, ?older= and ?newer=."""
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_history_or_change_history_permission(request, row):
            raise PermissionDenied
        wanted = [request.GET.get(name, "") for name in ("older", "newer")]
        # Longer numbers do not fit the column, so they cannot name a version.
        numbers = [number for number in wanted if number.isdecimal() and len(number) < 19]
        records = {str(record.pk): record for record in row.history.filter(pk__in=numbers)}
        if not records.keys() >= set(wanted):
            return redirect("../")
        older, newer = sorted((records[number] for number in wanted), key=lambda record: record.history_date)
        context = self.admin_site.each_context(request) | {
            "title": f"Compare: {row}",
            "opts": self.opts,
            "object_id": object_id,
            "older": older,
            "newer": newer,
            "differences": differences(older.instance, newer.instance),
        }
        return render(request, "admin/content/compare.html", context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """Shows a version and what restoring it would change."""
        record = get_object_or_404(self.model.history.model, id=object_id, history_id=version_id)
        now = self.model._default_manager.filter(pk=object_id).first()
        # simple-history asks only for the permission to look, and saves what is posted.
        may_restore = self.has_change_permission(request, now) if now else self.has_add_permission(request)
        if request.method == "POST" and not may_restore:
            raise PermissionDenied
        context = {
            "record": record,
            "differences": differences(now, record.instance) if now else [],
            "is_justification_asked": bool(getattr(record.instance, JUSTIFIED, "")),
        }
        # The form locks the row, which needs a transaction. Django opens one for the change view but not for this one.
        with transaction.atomic():
            return super().history_form_view(request, object_id, version_id, context | (extra_context or {}))
