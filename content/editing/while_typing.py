"""Of the admin of a text: what its form asks for while somebody types. Nothing here saves anything."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from content.models import Text

from .insertable import KINDS, MOST_SHOWN, choices
from .typed_problems import LONGEST, is_too_long, read_typed


class HelpsWhileTyping(SimpleHistoryAdmin):
    def get_urls(self):
        if not issubclass(self.model, Text):
            return super().get_urls()
        problems, inserts = self.admin_site.admin_view(self.problems_view), self.admin_site.admin_view(self.inserts_view)
        return [
            path("problems/", problems, name=self._named("problems")),
            path("<path:object_id>/problems/", problems, name=self._named("problems")),
            path("inserts/", inserts, name=self._named("inserts")),
            *super().get_urls(),
        ]

    def _named(self, view: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"

    def render_change_form(self, request, context, *args, **kwargs):
        row, site = context.get("original"), self.admin_site.name
        context["writing"] = None
        if issubclass(self.model, Text) and self.may_type(request, row):
            context["writing"] = {
                "problems_url": reverse(f"{site}:{self._named('problems')}", args=[row.pk] if row else []),
                "inserts_url": reverse(f"{site}:{self._named('inserts')}"),
                "form_id": f"{self.opts.model_name}_form",
                "texts": [name for name in self.model.TEXTS if name in context["adminform"].form.fields],
                "markdown": [name for name in self.model.MARKDOWN if name in context["adminform"].form.fields],
                "most": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
                "most_in_words": f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6:g} MB",
                "longest": LONGEST,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def may_type(self, request, obj) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def typed(self, request, object_id):
        """The row as stored, None for a new one, and the form as it is filled in. Raises PermissionDenied."""
        obj = get_object_or_404(self.get_queryset(request), pk=object_id) if object_id else None
        allowed = self.has_view_or_change_permission(request, obj) if obj else self.has_add_permission(request)
        if not allowed or request.method != "POST":
            raise PermissionDenied
        form = self.get_form(request, obj, change=obj is not None)(request.POST, request.FILES, instance=obj)
        form.is_preview = True
        form.is_valid()
        return obj, form

    def problems_view(self, request, object_id=None) -> HttpResponse:
        """What saving would say, as lines for each field."""
        _, form = self.typed(request, object_id)
        found = None if is_too_long(request.POST.values()) else read_typed(form, at=form.now)
        return render(request, "admin/content/_problems.html", {"found": found})

    def inserts_view(self, request) -> HttpResponse:
        """The list of what can be put in, ?kind= and ?q=."""
        kind, query = request.GET.get("kind", ""), request.GET.get("q", "")
        if not (self.has_view_or_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        if kind not in KINDS:
            raise Http404
        found = choices(kind, query[:100], at=timezone.now())
        return render(request, "admin/content/_inserts.html", {"choices": found[:MOST_SHOWN], "are_more": found[MOST_SHOWN:]})
