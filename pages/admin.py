"""The admin for the clinic's facts, pages, questions and providers."""

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import path, resolve
from django.utils import timezone

from content.citations import unused_references
from content.due import find_due
from content.editing.admin import JUSTIFICATION, ContentAdmin
from content.editing.conflict import current_row
from content.editing.form import ContentForm
from content.models import LoadedContent
from content.prelaunch import blockers

from . import provider_page, views
from .consult_kind import EXAMPLES, read_consult_kind
from .models import Clinic, Page, Provider, Question
from .picture_admin import PictureAdmin  # noqa: F401  registers itself


class ClinicForm(ContentForm):
    def clean_consult_kind(self) -> str | None:
        """Rejects words that do not say which kind a consult is: letters would have to guess."""
        text = self.cleaned_data["consult_kind"]
        if not read_consult_kind(text).is_clear:
            message = f"Name one way only, without “not”, so that letters can say “call” or “visit”. For example: {EXAMPLES}"
            raise forms.ValidationError(message, code="unclear_kind")
        return text


@admin.register(Clinic)
class ClinicAdmin(ContentAdmin):
    form = ClinicForm
    fieldsets = [
        ("Announcement on every page", {"fields": ["announcement", "announcement_until"]}),
        (None, {"fields": ["name", "summary", "legal_name", "copyright_since"]}),
        ("Where and when", {"fields": ["street", "city", "state", "postal_code", "country", "time_zone", "time_zone_label"]}),
        ("How to reach the clinic", {"fields": ["phone", "fax", "email", "after_hours"]}),
        (
            "Consults and treatment",
            {
                "description": "Write whole sentences: they are printed on Visit us, and wherever a text names them in braces."
                " Empty fields are not printed anywhere.",
                "fields": [
                    *("consult_kind", "consult_fee", "ages", "referral_policy", "referral_reply", "routes", "spravato"),
                    *("preparation", "interpreter", "parking"),
                ],
            },
        ),
        ("Money", {"fields": ["fees", "insurance", "good_faith_contact", "billing_policy"]}),
        (
            "Legal pages",
            {
                "fields": [
                    *("privacy_notice_url", "hosting_provider", "mail_provider"),
                    *("federal_funds", "nondiscrimination_notice", "language_notice"),
                ]
            },
        ),
    ]

    def get_fieldsets(self, request, obj=None):
        promises = {
            "description": "Enter what the clinic has confirmed. `prelaunch` compares it with the consult policy.",
            "fields": ["confirmed_answer_days", "confirmed_erase_days", "confirmed_privacy_on"],
        }
        return [*super().get_fieldsets(request, obj), ("Confirmed promises", promises)]

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        return readonly if request.user.has_perm(Clinic.OWNERS_PERMISSION) else [*readonly, *Clinic.OWNERS_FACTS]

    def save_model(self, request, obj, form, change):
        if change and not request.user.has_perm(Clinic.OWNERS_PERMISSION):
            # An older version brings its own back when it is restored.
            stored = Clinic.objects.current()
            for name in Clinic.OWNERS_FACTS:
                setattr(obj, name, getattr(stored, name))
        if "consult_kind" in form.changed_data:
            messages.info(request, obj.consult.reading)
        super().save_model(request, obj, form, change)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "privacy_notice_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self):
        show = self.admin_site.admin_view(self.prelaunch_view)
        return [path("prelaunch/", show, name="pages_clinic_prelaunch"), *super().get_urls()]

    def prelaunch_view(self, request):
        """Shows the findings of `manage.py prelaunch`, with links."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        found = blockers(now=now)
        groups: dict[str, list] = {}
        for blocker in found:
            groups.setdefault(blocker.group, []).append(blocker)
        context = self.admin_site.each_context(request) | {
            "title": "Before launch",
            "reading": Clinic.objects.current().consult.reading,
            "count": len(found),
            "groups": list(groups.items()),
            "due": find_due(today=timezone.localdate(now)),
            "unused": unused_references(),
        }
        return render(request, "admin/pages/prelaunch.html", context)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Clinic.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False


class PageForm(ContentForm):
    def clean_key(self) -> str:
        """Rejects a new page whose path belongs to another view."""
        key = self.cleaned_data["key"]
        if resolve(f"/{key}/").view_name != Page.VIEW:
            raise forms.ValidationError("Another page of the site already has this address.", code="taken")
        return key


@admin.register(Page)
class PageAdmin(ContentAdmin):
    form = PageForm
    list_display = ["title", "key", "medical", "updated_on", "reviewed_on"]
    search_fields = ["title", "body", "lede"]
    readonly_fields = ["updated_on"]
    fieldsets = [
        (None, {"fields": ["key", "title", "name", "eyebrow", "lede", "body", "in_short", "sheet"]}),
        ("Search engines", {"fields": ["browser_title", "description"]}),
        ("Review", {"fields": ["medical", "updated_on", "reviewed_by", "reviewed_on", "review_by", "counsel_reviewed_on"]}),
        JUSTIFICATION,
    ]

    def get_readonly_fields(self, request, obj=None):
        """Makes the key read-only once it exists, because links lead to it."""
        return [*self.readonly_fields, "key"] if obj else self.readonly_fields

    def has_delete_permission(self, request, obj=None):
        """Allows deleting a page that staff added, but not one that ships with the site."""
        ships = obj is None or LoadedContent.objects.filter(kind=Page._meta.label_lower, key=obj.key).exists()
        return super().has_delete_permission(request, obj) and not ships

    def save_model(self, request, obj, form, change):
        before = current_row(obj)
        if (
            before is not None
            and obj.counsel_reviewed_on
            and before.counsel_reviewed_on == obj.counsel_reviewed_on
            and before.texts() != obj.texts()
        ):
            messages.warning(request, "The text changed, so the review by counsel has ended.")
            obj.counsel_reviewed_on = None
        super().save_model(request, obj, form, change)

    def preview(self, request, row):
        row.key = row.key or "preview"
        return views.show_page(request, row)


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    list_display = ["question", "group", "position", "on_home", "clinic_must_answer", "is_published"]
    list_filter = ["group", "clinic_must_answer", "on_home", "is_published"]
    search_fields = ["question", "answer"]
    prepopulated_fields = {"slug": ["question"]}

    def preview(self, request, row):
        """Shows the question among the others, but first, so that it is in view. Without a group yet, it is in the first one."""
        if row.group not in Question.Group.values:
            row.group = Question.Group.values[0]
        others = Question.objects.published().exclude(pk=row.pk)
        same_group = [row, *others.filter(group=row.group)]
        return views.show_faqs(request, views.get_page(Page.FAQS), same_group)


@admin.register(Provider)
class ProviderAdmin(ContentAdmin):
    list_display = ["name", "credentials", "role", "license_number", "position", "is_published"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "credentials", "role", "slug", "portrait"]}),
        (
            "What this person does here",
            {
                "description": "One person may have several of these parts. Patients are told to ask about them.",
                "fields": Provider.PARTS,
            },
        ),
        (
            "License",
            {
                "description": "Copy it from the board's own list, so that a patient who looks it up finds the same.",
                "fields": ["license_type", "license_number", "npi"],
            },
        ),
        (
            "More to tell",
            {
                "description": "Nothing is printed for an empty field. Write only what can be checked.",
                "fields": ["training", "emergency_training", "languages", "available", "bio", "interests"],
            },
        ),
        ("On the site", {"fields": ["is_published", "position"]}),
        JUSTIFICATION,
    ]

    def preview(self, request, row):
        row.slug = row.slug or "preview"
        return provider_page.show_provider(request, row)


def texts_to_check(user, *, now: datetime) -> dict:
    """The front page's section on texts to check, for users who may edit them."""
    return {"due": find_due(today=timezone.localdate(now))} if user.has_perm("pages.change_page") else {}


# The site object is `clinic_site.admin_site.ClinicAdminSite`, which no room below may import.
admin.site.add_section("admin/pages/_texts.html", texts_to_check, position=50)  # type: ignore[attr-defined]
