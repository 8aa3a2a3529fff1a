"""The admin of a text that visitors read: beside the live text it may have one pending change."""

from types import SimpleNamespace

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html

from content import review_rule
from content.models import PendingChange, Text

from . import kept_form, pending_page
from .admin import ContentAdmin
from .conflict import changes_since, current_row
from .paths import pending_path
from .pending import is_stale, propose
from .saved import saved_draft
from .text_form import OF_THE_LIVE_TEXT, TextForm

PENDING = "_pending"


class PendingFilter(admin.SimpleListFilter):
    title = "pending change"
    parameter_name = "pending"

    def lookups(self, request, model_admin):
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request, queryset):
        return queryset.filter(has_pending=self.value() == "yes") if self.value() in {"yes", "no"} else queryset


class TextAdmin(ContentAdmin):
    form = TextForm

    def get_queryset(self, request):
        kept = PendingChange.objects.at(self.model, OuterRef("pk"))
        return super().get_queryset(request).annotate(has_pending=Exists(kept))

    def get_list_display(self, request):
        return [*super().get_list_display(request), "pending_change"]

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), PendingFilter]

    @admin.display(description="pending change")
    def pending_change(self, obj):
        return format_html('<a href="{}">Pending</a>', pending_path(obj)) if obj.has_pending else ""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_pending"
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/pending/", wrap(self.pending_view), name=name),
            path("<path:object_id>/pending/edit/", wrap(self.edit_pending_view), name=f"{name}_edit"),
            path("<path:object_id>/pending/preview/", wrap(self.preview_pending_view), name=f"{name}_preview"),
            *super().get_urls(),
        ]

    def pending_view(self, request, object_id) -> HttpResponse:
        return pending_page.show_pending(self, request, object_id)

    def preview_pending_view(self, request, object_id) -> HttpResponse:
        return pending_page.preview_pending(self, request, object_id)

    def edit_pending_view(self, request, object_id) -> HttpResponse:
        """The form of the text with the proposed words in it, which saves them as the pending change."""
        change = PendingChange.objects.at(self.model, object_id).select_related("proposed_by").first()
        row = self.model._default_manager.filter(pk=object_id).first()
        if row is None:
            return pending_page.show_gone(self, request, object_id, change)
        if change is None and kept_form.posted_or_kept(request) is None:
            return pending_page.nothing_pending(self, request, row)
        request.edited_pending = change
        request.edits_pending = True
        context = {"edits_pending": True, "subtitle": f"Pending change: {row}"}
        return self.changeform_view(request, object_id, "", context)

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        change = getattr(request, "edited_pending", None)
        return row if row is None or change is None else change.applied_to(row)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        edits = getattr(request, "edits_pending", False)
        form.pending = PendingChange.objects.of(obj).first() if obj is not None else None
        form.shows_pending, form.saves_pending = edits, obj is not None and (edits or PENDING in request.POST)
        return form

    def get_fieldsets(self, request, obj=None):
        """A review of a pending change is given on its page, for the words that are saved by then."""
        fieldsets = super().get_fieldsets(request, obj)
        if getattr(request, "edits_pending", False):
            for _, options in fieldsets:
                options["fields"] = [name for name in options["fields"] if name not in OF_THE_LIVE_TEXT]
        fieldsets[0][1]["fields"] = [*fieldsets[0][1]["fields"], "seen_pending"]
        return fieldsets

    def save_model(self, request, obj, form, change):
        if not form.saves_pending:
            super().save_model(request, obj, form, change)
            return
        had_review = form.pending is not None and form.pending.reviewed_on is not None
        had_time = form.pending is not None and form.pending.publish_at is not None
        if OF_THE_LIVE_TEXT & set(form.changed_data):
            messages.warning(request, "The review that you filled in was not kept: record it here, for these words.")
        kept = propose(obj, form, by=request.user, now=form.now)
        request.saved_pending = True
        if had_review and kept.reviewed_on is None:
            messages.warning(request, "The words changed, so the review of this pending change has ended.")
        if had_time and kept.publish_at is None:
            messages.warning(request, "The pending change is another one now, so its time was taken off. Set it again.")

    def construct_change_message(self, request, form, formsets, add=False):
        if getattr(request, "saved_pending", False):
            return "Saved a pending change."
        return super().construct_change_message(request, form, formsets, add)

    def response_change(self, request, obj):
        if not getattr(request, "saved_pending", False):
            return super().response_change(request, obj)
        told = "Saved as a pending change. Visitors see nothing of it until it is published."
        messages.success(request, told, extra_tags=saved_draft(request.POST.get("draft", "")))
        return redirect(pending_path(obj))

    def render_change_form(self, request, context, *args, **kwargs):
        row, form = context.get("original"), context["adminform"].form
        change = form.pending if isinstance(row, Text) else None
        if context.get("edits_pending") and change is not None:
            # Whom the device names where words that it kept are of another version.
            live = current_row(row)
            if live is not None and is_stale(change, live):
                context["live_changes"] = changes_since(live, change.base)
            context["draft_version"] = f"{form['seen'].value()}.{form['seen_pending'].value()}"
            context["last_change"] = SimpleNamespace(history_user=change.proposed_by, history_date=change.proposed_at)
        context["pending"] = change
        context["pending_url"] = pending_path(row) if isinstance(row, Text) and row.pk else ""
        is_live = isinstance(row, Text) and row.is_published
        context["may_propose"] = is_live or (row is not None and review_rule.is_on())
        return super().render_change_form(request, context, *args, **kwargs)
