"""The admin for the clinic's facts."""

from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from content.citations import unused_references
from content.due import find_due
from content.editing.form import ContentForm
from content.prelaunch import findings

from .consult_kind import EXAMPLES, read_consult_kind
from .models import Clinic
from .models.safety import PHOTOGRAPHS, SAFETY
from .naming import IN_LETTERS, word_that_tells
from .picture_choice import ChoosesPictures
from .supply_admin import SupplyPages
from .zone_names import american_name, names_another_zone, names_it


class ClinicForm(ContentForm):
    def clean_consult_kind(self) -> str | None:
        """Rejects words that do not say which kind a consult is: letters would have to guess."""
        text = self.cleaned_data["consult_kind"]
        if not read_consult_kind(text).is_clear:
            message = f"Name one way only, without “not”, so that letters can say “call” or “visit”. For example: {EXAMPLES}"
            raise forms.ValidationError(message, code="unclear_kind")
        return text

    def clean(self):
        cleaned = super().clean()
        # The model's own validators run only after this, and say so at the field.
        is_a_zone = self.cleaned_data.get("time_zone") in available_timezones()
        if is_a_zone and "time_zone_label" in self.cleaned_data:
            self._refuse_the_words_for_another_zone(self.cleaned_data["time_zone"], self.cleaned_data["time_zone_label"])
        self._refuse_what_letters_would_leave_out()
        return cleaned

    def _refuse_the_words_for_another_zone(self, name: str, label: str) -> None:
        """Letters would name an hour that is not the hour of the visit. Words that cannot be judged, like "Local time", have
        at least to change with the zone.
        """
        zone = ZoneInfo(name)
        own = american_name(zone)
        example = f"For example: {own} Time." if own else "Say it as patients do."
        if names_another_zone(label, zone):
            message = f"These words name another zone than {name}, so every letter would tell a wrong time. {example}"
            self.add_error("time_zone_label", forms.ValidationError(message, code="another_zone"))
        elif "time_zone" in self.changed_data and "time_zone_label" not in self.changed_data and not names_it(label, zone):
            message = f"The time zone changes to {name}: change these words with it. {example}"
            self.add_error("time_zone_label", forms.ValidationError(message, code="same_words"))

    def _refuse_what_letters_would_leave_out(self) -> None:
        for name in IN_LETTERS:
            if word := word_that_tells(self.cleaned_data.get(name) or ""):
                message = f"Leave out “{word}”: it tells what a visit is about. Letters show this text, and others may read them."
                self.add_error(name, forms.ValidationError(message, code="tells"))


@admin.register(Clinic)
class ClinicAdmin(ChoosesPictures, SupplyPages):
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
                    *(
                        "consult_kind",
                        "video_link",
                        "consult_fee",
                        "ages",
                        "referral_policy",
                        "referral_reply",
                        "routes",
                        "spravato",
                    ),
                    *("preparation", "interpreter", "parking", "area"),
                ],
            },
        ),
        (
            "Safety during treatment",
            {
                "description": "What the site tells readers to ask any clinic, as it is done here. Printed on A treatment day and"
                " For clinicians, each only when it is set.",
                "fields": SAFETY,
            },
        ),
        (
            "Photographs",
            {
                "description": "No patients, and no pictures that were bought. The first two are shown on Visit us, the third on"
                " A treatment day.",
                "fields": PHOTOGRAPHS,
            },
        ),
        ("The website's texts", {"fields": Clinic.OWNERS_SWITCHES}),
        ("Money", {"fields": ["fees", "insurance", "good_faith_contact", "billing_policy"]}),
        (
            "Legal pages",
            {
                "classes": ["collapse"],
                "fields": [
                    *("privacy_notice_url", "hosting_provider", "mail_provider"),
                    *("federal_funds", "nondiscrimination_notice", "language_notice"),
                ],
            },
        ),
        (
            "For maps and search engines",
            {
                "classes": ["collapse"],
                "description": "Search engines read these with the name, the address and the hours.",
                "fields": Clinic.ON_MAPS,
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
        if request.user.has_perm(Clinic.OWNERS_PERMISSION):
            return readonly
        return [*readonly, *Clinic.OWNERS_FACTS, *Clinic.OWNERS_SWITCHES]

    def save_model(self, request, obj, form, change):
        if change and not request.user.has_perm(Clinic.OWNERS_PERMISSION):
            # An older version brings its own back when it is restored.
            stored = Clinic.objects.current()
            for name in (*Clinic.OWNERS_FACTS, *Clinic.OWNERS_SWITCHES):
                setattr(obj, name, getattr(stored, name))
        if "consult_kind" in form.changed_data:
            messages.info(request, obj.consult.reading)
        super().save_model(request, obj, form, change)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in {"privacy_notice_url", "map_url"}:
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
        found = findings(now=now)
        groups: dict[str, list] = {}
        for blocker in found:
            groups.setdefault(blocker.group, []).append(blocker)
        context = self.admin_site.each_context(request) | {
            "title": "Before launch",
            "reading": Clinic.objects.current().consult.reading,
            "count": sum(blocker.blocks for blocker in found),
            "groups": list(groups.items()),
            "due": find_due(today=timezone.localdate(now)),
            "unused": unused_references(),
        }
        return render(request, "admin/pages/prelaunch.html", context)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Clinic.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False
