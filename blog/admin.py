"""Staff keep articles and references here."""

from django.contrib import admin

from .content_admin import ContentAdmin
from .models import Article, Reference


@admin.register(Article)
class ArticleAdmin(ContentAdmin):
    list_display = ["title", "is_draft", "published_at", "updated_on", "reviewed_on"]
    list_filter = ["is_draft"]
    search_fields = ["title", "body"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["updated_on"]
    fieldsets = [
        (None, {"fields": ["title", "subtitle", "slug", "summary", "body"]}),
        ("Publishing", {"fields": ["is_draft", "published_at", "author", "change_note", "updated_on"]}),
        ("Search engines", {"fields": ["browser_title", "description"]}),
        ("Review", {"fields": ["reviewed_by", "reviewed_on"]}),
    ]

    def view_on_site(self, obj):
        return f"/blog/{obj.slug}/"


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    list_display = ["key", "title", "journal", "year", "link_label"]
    search_fields = ["key", "title", "authors", "doi", "pmid"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)
