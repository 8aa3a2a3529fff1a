"""The admin for pages, questions and providers."""

from datetime import datetime

from django import forms
from django.contrib import admin
from django.urls import resolve
from django.utils import timezone

from content.due import find_due
from content.editing.admin import JUSTIFICATION, folded_settings, tell_nobody
from content.editing.conflict import current_row
from content.editing.pending_list import pending_changes
from content.editing.text_admin import TextAdmin
from content.editing.text_form import TextForm
from content.models import LoadedContent

from . import provider_page, views
from .clinic_admin import ClinicAdmin
from .models import Page, Provider, Question
from .old_address_admin import OldAddressAdmin
from .picture_admin import PictureAdmin
from .picture_choice import ChoosesPictures
from .printed_facts import SaysWhatItPrints
from .question_form import SHOWN, QuestionForm
from .supply import read_supply

__all__ = ["ClinicAdmin", "OldAddressAdmin", "PageAdmin", "PictureAdmin", "ProviderAdmin", "QuestionAdmin"]


class PageForm(TextForm):
    def clean_key(self) -> str:
        """Rejects a new page whose path belongs to another view."""
        key = self.cleaned_data["key"]
        if resolve(f"/{key}/").view_name != Page.VIEW:
            raise forms.ValidationError("Another page of the site already has this address.", code="taken")
        return key


@admin.register(Page)
class PageAdmin(SaysWhatItPrints, TextAdmin):
    form = PageForm
    list_display = ["title", "key", "medical", "updated_on", "reviewed_on"]
    search_fields = ["title", "body", "lede"]
    readonly_fields = ["updated_on"]
    fieldsets = [
        (None, {"fields": ["title", "lede", "body", "in_short", "sheet"]}),
        ("Review", {"fields": ["medical", "updated_on", "reviewed_by", "reviewed_on", "review_by", "counsel_reviewed_on"]}),
        folded_settings("key", "name", "eyebrow", "browser_title", "description"),
        JUSTIFICATION,
    ]

    def get_readonly_fields(self, request, obj=None):
        """Makes the key read-only once it exists, because links lead to it."""
        return [*self.readonly_fields, "key"] if obj else self.readonly_fields

    def has_delete_permission(self, request, obj=None):
        """Allows deleting a page that staff added, but not one that ships with the site."""
        ships = obj is None or LoadedContent.objects.filter(kind=Page._meta.label_lower, key=obj.key).exists()
        return super().has_delete_permission(request, obj) and not ships

    def save_row(self, obj, *, tell=tell_nobody, **how):
        before = current_row(obj)
        if (
            before is not None
            and obj.counsel_reviewed_on
            and before.counsel_reviewed_on == obj.counsel_reviewed_on
            and before.texts() != obj.texts()
        ):
            tell("The text changed, so the review by counsel has ended.")
            obj.counsel_reviewed_on = None
        super().save_row(obj, tell=tell, **how)

    def preview(self, request, row):
        row.key = row.key or "preview"
        return views.show_page(request, row)


@admin.register(Question)
class QuestionAdmin(SaysWhatItPrints, TextAdmin):
    form = QuestionForm
    list_display = ["question", "group", "position", "on_home", "clinic_must_answer", "is_published"]
    list_filter = ["group", "clinic_must_answer", "on_home", "is_published"]
    search_fields = ["question", "answer"]
    preview_at = "#preview"
    fieldsets = [
        (None, {"fields": ["question", "answer", SHOWN]}),
        ("Where it is shown", {"fields": ["group", "is_published", "on_home"]}),
        folded_settings("slug", "also_asked", "position", "medical", "clinic_must_answer"),
        JUSTIFICATION,
    ]

    def preview(self, request, row):
        """Shows the question among the others, first and at `preview_at`. Without a group yet, it is in the first one."""
        row.slug = self.preview_at.removeprefix("#")
        if row.group not in Question.Group.values:
            row.group = Question.Group.values[0]
        others = Question.objects.published().exclude(pk=row.pk)
        same_group = [row, *others.filter(group=row.group)]
        return views.show_faqs(request, views.get_page(Page.FAQS), same_group)


class ProviderForm(TextForm):
    def clean_slug(self) -> str:
        """Rejects an address at which another person was: an old link must not lead to somebody else."""
        slug = self.cleaned_data["slug"]
        if slug and Provider.objects.others_had(slug, than=self.instance).exists():
            raise forms.ValidationError("Another person's page had this address. Choose another.", code="anothers")
        return slug


@admin.register(Provider)
class ProviderAdmin(ChoosesPictures, TextAdmin):
    form = ProviderForm
    list_display = ["name", "credentials", "role", "license_number", "position", "is_published"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "credentials", "role", "portrait"]}),
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
        ("On the site", {"fields": ["is_published"]}),
        folded_settings("slug", "position"),
        JUSTIFICATION,
    ]

    def preview(self, request, row):
        row.slug = row.slug or "preview"
        return provider_page.show_provider(request, row)


def texts_to_check(user, *, now: datetime) -> dict:
    """The front page's section on texts: the pending changes, and what to check, for users who may edit them."""
    may_check = user.has_perm("pages.change_page")
    supply = read_supply() if may_check and user.has_perm("pages.change_clinic") else None
    facts: dict = {"pending": pending_changes(user, now=now) if supply is None or supply.has_pending_changes else []}
    if may_check:
        facts |= {"checks": True, "due": find_due(today=timezone.localdate(now)), "supply": supply}
    return facts if any(facts.values()) else {}


# The site object is `clinic_site.admin_site.ClinicAdminSite`, which no room below may import.
admin.site.add_section("admin/pages/_texts.html", texts_to_check, position=50)  # type: ignore[attr-defined]
