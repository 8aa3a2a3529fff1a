"""The text fields of the admin refuse control characters, in one place for every model.

A line break in the clinic's name, for example, would break the subject of every letter; a vertical tab in an article's summary,
as other programs paste it, the whole feed.
"""

from django import forms
from django.contrib import admin
from django.db import models

from guard.one_line import refuse_control_characters, refuse_hidden_characters


class OneLineFields(admin.ModelAdmin):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.CharField | models.TextField) and isinstance(field, forms.CharField):
            is_one_line = isinstance(db_field, models.CharField)
            field.validators = [*field.validators, refuse_control_characters if is_one_line else refuse_hidden_characters]
        return field
