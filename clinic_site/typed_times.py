"""Every moment in the admin takes its time of day as people type it, as posted hours do."""

from django import forms
from django.contrib import admin

from consults.desk.typed_times import TypedTimeField


class TypedTimes(admin.ModelAdmin):
    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.SplitDateTimeField):
            # Whether it may be empty is asked of the whole.
            field.fields = (field.fields[0], TypedTimeField(required=False))
        return field
