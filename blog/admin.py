"""The admin for articles."""

from django.contrib import admin, messages
from django.utils import timezone

from content.editing.admin import JUSTIFICATION, folded_settings
from content.editing.text_admin import TextAdmin
from pages.picture_choice import ChoosesPictures

from .former_slugs import keep_former_slug
from .models import Article
from .views import show_article


@admin.register(Article)
class ArticleAdmin(ChoosesPictures, TextAdmin):
    list_display = ["title", "state", "published_at", "updated_on", "reviewed_on"]
    list_filter = ["is_draft"]
    search_fields = ["title", "body"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["updated_on"]
    actions = ["unpublish"]
    fieldsets = [
        (None, {"fields": ["title", "subtitle", "summary", "body"]}),
        ("Publishing", {"fields": ["is_draft", "published_at", "author", "picture", "change_note", "updated_on"]}),
        ("Review", {"fields": ["reviewed_by", "reviewed_on", "review_by"]}),
        folded_settings("slug", "browser_title", "description"),
        JUSTIFICATION,
    ]

    def get_changeform_initial_data(self, request):
        """Starts a new article as a draft."""
        return {"is_draft": True, "published_at": timezone.now().replace(second=0, microsecond=0)}

    def preview(self, request, row):
        row.slug = row.slug or "preview"
        row.published_at = row.published_at or timezone.now()
        return show_article(request, row)

    def save_row(self, obj, **how):
        super().save_row(obj, **how)
        keep_former_slug(obj)

    @admin.display(description="state")
    def state(self, obj):
        if obj.is_draft:
            return "Draft"
        return "Published" if obj.published_at <= timezone.now() else "Scheduled"

    @admin.action(description="Unpublish selected articles", permissions=["change"])
    def unpublish(self, request, queryset):
        """Saves row by row, so that each change is in the history."""
        taken = list(queryset.filter(is_draft=False))
        for article in taken:
            article.is_draft = True
            article._history_user = request.user
            article.save()
        self.message_user(request, f"{len(taken)} unpublished; back to draft.", messages.SUCCESS)
