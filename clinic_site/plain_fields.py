"""Choices of the admin's forms in words: no row of dashes for none, and no icons beside a list.

Of those four icons one deletes what was chosen instead of taking it off. A row of another list is added in that list.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import BLANK_CHOICE_DASH

_DASHES = BLANK_CHOICE_DASH[0][1]


class PlainFields(admin.ModelAdmin):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # A field with a widget of its own, as a picture has, keeps it.
        if type(widget := getattr(field, "widget", None)) is RelatedFieldWidgetWrapper:
            widget.can_add_related = widget.can_change_related = widget.can_delete_related = widget.can_view_related = False
        if isinstance(field, forms.ModelChoiceField):
            if field.empty_label == _DASHES:
                field.empty_label = _nothing(field)
        elif isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            field.choices = [(value, _nothing(field) if label == _DASHES else label) for value, label in choices]
        return field


def _nothing(field: forms.Field) -> str:
    return "Choose one" if field.required else "None"
