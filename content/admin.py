"""The admin for references."""

from django.contrib import admin

from .citations import cited_where
from .editing.admin import ContentAdmin, folded_settings
from .models import Reference


@admin.register(Reference)
class ReferenceAdmin(ContentAdmin):
    list_display = ["key", "title", "journal", "year", "link_label", "last_checked"]
    fieldsets = [
        (None, {"fields": ["title", "authors", "journal", "year", "details"]}),
        ("Where it is found", {"fields": ["doi", "pmid", "url"]}),
        ("How it was checked", {"fields": ["verified", "last_checked"]}),
        folded_settings("key"),
    ]
    search_fields = ["key", "title", "authors", "doi", "pmid"]

    def get_readonly_fields(self, request, obj=None):
        """Makes the key read-only once it exists, because texts cite it."""
        return ["key"] if obj else []

    def get_deleted_objects(self, objs, request):
        """Protects a source that is cited from deletion."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        cited = [f"{reference.key}, cited by: {where}" for reference in objs for where in cited_where(reference.key)]
        return deleted, counts, missing, protected + cited

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)
