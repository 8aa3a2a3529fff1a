"""Django's forms of a row hold what comes back to them (`staff.kept_words`), checked as at a save, and not saved.

Who may no longer change the row sees it without that.
"""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.db import transaction
from django.utils import timezone

from consults.desk.display import moment_in_sentence, name_of
from content.editing import kept_form

_MOST_NAMED = 5


class KeptForms(admin.ModelAdmin):
    def changeform_view(self, request, *args, **kwargs):
        kept = kept_form.of(request)
        if kept is None:
            return super().changeform_view(request, *args, **kwargs)
        kept.fills_change_form = True
        # Checks of a form may lock its row, as before a save.
        with transaction.atomic():
            return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form, kept = super().get_form(request, obj, change=change, **kwargs), kept_form.of(request)
        if kept is None or not kept.fills_change_form:
            return form
        if not (self.has_change_permission(request, obj) if change else self.has_add_permission(request)):
            return form
        if obj is not None and "seen" not in form.base_fields:
            kept.since = self._changes_since(obj, kept)
        return kept.into(form)

    def _changes_since(self, obj, kept: kept_form.KeptForm) -> list[str]:
        """Who saved the row after this was typed. A text tells itself what changed (`content.editing.conflict`)."""
        logged = LogEntry.objects.filter(content_type=get_content_type_for_model(obj), object_id=str(obj.pk))
        entries = logged.filter(action_time__gt=kept.at).select_related("user").order_by("-action_time")[:_MOST_NAMED]
        now = timezone.now()
        return [f"{name_of(one.user)}, {moment_in_sentence(one.action_time, now)}: {one.get_change_message()}" for one in entries]
