"""How saving words works in the admin, the same for pages, questions, providers and articles."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from .rendered_rows import fill_rendered

# Words whose change is a change of the page's date.
_WORDS = {"title", "subtitle", "lede", "eyebrow", "in_short", "body", "question", "answer"}
_ROWS = {"body": 36, "answer": 8, "bio": 8, "in_short": 6, "summary": 3, "lede": 3}


class ContentAdmin(admin.ModelAdmin):
    """Renders the words when they are saved, and dates the change. A change of words clears an earlier medical review."""

    def save_model(self, request, obj, form, change):
        words_changed = bool(_WORDS.intersection(form.changed_data))
        if hasattr(obj, "updated_on") and (words_changed or not obj.updated_on):
            obj.updated_on = timezone.localdate()
        if words_changed and hasattr(obj, "reviewed_on") and not {"reviewed_by", "reviewed_on"} & set(form.changed_data):
            obj.reviewed_by = obj.reviewed_on = None
        fill_rendered(obj)
        super().save_model(request, obj, form, change)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in _ROWS:
            kwargs["widget"] = forms.Textarea(attrs={"rows": _ROWS[db_field.name], "cols": 90})
        return super().formfield_for_dbfield(db_field, request, **kwargs)
