"""Staff keep the clinic's facts and words here."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from blog.content_admin import JUSTIFICATION, ContentAdmin
from blog.links import path_of

from . import views
from .launch import blockers, unused_references
from .models import Clinic, Page, Provider, Question
from .picture_admin import PictureAdmin  # noqa: F401  registers itself
from .review import stale_content


@admin.register(Clinic)
class ClinicAdmin(ContentAdmin):
    fieldsets = [
        ("On top of every page today", {"fields": ["announcement", "announcement_until"]}),
        (None, {"fields": ["name", "summary", "legal_name", "copyright_since"]}),
        ("Where and when", {"fields": ["street", "city", "state", "postal_code", "country", "time_zone", "time_zone_label"]}),
        ("How to reach the clinic", {"fields": ["phone", "email", "after_hours"]}),
        (
            "Only the clinic knows",
            {
                "description": "What is empty here is not printed anywhere.",
                "fields": [
                    *("fees", "insurance", "good_faith_contact", "routes", "ages", "referral_policy"),
                    *("preparation", "interpreter", "parking", "privacy_notice_url"),
                ],
            },
        ),
    ]

    def get_fieldsets(self, request, obj=None):
        promises = {
            "description": "Type what the clinic has confirmed. prelaunch compares it with the consult policy.",
            "fields": ["confirmed_answer_days", "confirmed_erase_days"],
        }
        return [*super().get_fieldsets(request, obj), ("Confirmed promises", promises)]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "privacy_notice_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self):
        return [path("launch/", self.admin_site.admin_view(self.launch_view), name="pages_clinic_launch"), *super().get_urls()]

    def launch_view(self, request):
        """What `manage.py prelaunch` says, with links."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        found = blockers(now=now)
        groups: dict[str, list] = {}
        for blocker in found:
            groups.setdefault(blocker.group, []).append(blocker)
        context = self.admin_site.each_context(request) | {
            "title": "Before launch",
            "count": len(found),
            "groups": list(groups.items()),
            "stale": stale_content(today=timezone.localdate(now)),
            "unused": unused_references(),
        }
        return render(request, "admin/pages/launch.html", context)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Clinic.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Page)
class PageAdmin(ContentAdmin):
    list_display = ["title", "key", "medical", "updated_on", "reviewed_on"]
    search_fields = ["title", "body", "lede"]
    readonly_fields = ["key", "updated_on"]
    fieldsets = [
        (None, {"fields": ["key", "title", "eyebrow", "lede", "body", "in_short"]}),
        ("Search engines", {"fields": ["browser_title", "description"]}),
        ("Review", {"fields": ["medical", "updated_on", "reviewed_by", "reviewed_on", "review_by"]}),
        JUSTIFICATION,
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def view_on_site(self, obj):
        return path_of(obj)

    def shown_with(self, obj):
        return views.shown_with(obj)

    def preview(self, request, row):
        return views.show_page(request, row)


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    list_display = ["question", "group", "position", "on_home", "clinic_must_answer", "is_published"]
    list_filter = ["group", "clinic_must_answer", "on_home", "is_published"]
    search_fields = ["question", "answer"]
    prepopulated_fields = {"slug": ["question"]}

    def view_on_site(self, obj):
        return f"/faqs/#{obj.slug}"

    def preview(self, request, row):
        """Among the others, first of all, so that it is in sight."""
        others = Question.objects.published().exclude(pk=row.pk)
        same_group = [row, *others.filter(group=row.group)]
        return views.show_faqs(request, views.get_page(Page.Key.FAQS), same_group)


@admin.register(Provider)
class ProviderAdmin(ContentAdmin):
    list_display = ["name", "credentials", "role", "position", "is_published"]
    search_fields = ["name"]

    def view_on_site(self, obj):
        return path_of(obj)

    def preview(self, request, row):
        return views.show_providers(request, views.get_page(Page.Key.MEET_OUR_PROVIDERS), [row])
