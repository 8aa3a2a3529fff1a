"""Settings that staff edit: opening hours, the policy, the reasons for declining or cancelling, and lists for figures."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.shortcuts import redirect
from django.urls import path, reverse

from consults.dates import time_text
from consults.models import ConsultPolicy, OpeningHours, PrintedSheet, Reason, ReferralSource, SpecialHours

from .conflict_guard import ConflictGuard
from .day_hours import day_view, may_change_day
from .erasure_guard import ErasureGuard
from .holidays import answer_holiday, may_answer
from .typed_times import TypedTimeField

_OWNERS_CHANGE = "Only an owner can change these. To close a day or change its hours, ask an owner."


class HoursAdmin(ConflictGuard):
    """Times are typed as people write them, and shown in the site's words. Who may only look is told so and led nowhere."""

    formfield_overrides = {models.TimeField: {"form_class": TypedTimeField, "widget": TypedTimeField.widget}}

    def get_list_display_links(self, request, list_display):
        return super().get_list_display_links(request, list_display) if self.has_change_permission(request) else None

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, self._told(request) | (extra_context or {}))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return super().changeform_view(request, object_id, form_url, self._told(request) | (extra_context or {}))

    def _told(self, request) -> dict:
        return {"read_only_note": "" if self.has_change_permission(request) else _OWNERS_CHANGE}

    @admin.display(description="opens", ordering="opens", empty_value="closed")
    def opens_at(self, obj):
        return obj.opens and time_text(obj.opens)

    @admin.display(description="closes", ordering="closes", empty_value="closed")
    def closes_at(self, obj):
        return obj.closes and time_text(obj.closes)


@admin.register(OpeningHours)
class OpeningHoursAdmin(HoursAdmin):
    list_display = ["weekday", "opens_at", "closes_at"]
    list_display_links = ["weekday"]

    def _told(self, request) -> dict:
        """Who wants one date closed must not change that day of every week."""
        one_day = reverse("admin:consults_specialhours_day") if may_change_day(request.user) else ""
        return super()._told(request) | {"one_day_url": one_day}


@admin.register(SpecialHours)
class SpecialHoursAdmin(HoursAdmin):
    list_display = ["date", "opens_at", "closes_at", "note"]
    date_hierarchy = "date"

    def get_urls(self):
        answer = path("holiday/", self.admin_site.admin_view(self.holiday_view), name="consults_specialhours_holiday")
        day = path("day/", self.admin_site.admin_view(self.day_view), name="consults_specialhours_day")
        return [answer, day, *super().get_urls()]

    def day_view(self, request):
        """The short form for one date."""
        if not may_change_day(request.user):
            raise PermissionDenied
        return self._asking(request, day_view, each_context=self.admin_site.each_context(request), opts=self.opts)

    def holiday_view(self, request):
        """Answers the question about a holiday. Closing asks before it strands a request, as any change of hours."""
        if not may_answer(request.user):
            raise PermissionDenied
        if request.method != "POST":
            # Where "No, go back" leads.
            return redirect("admin:index")
        return self._asking(request, answer_holiday)


@admin.register(ConsultPolicy)
class ConsultPolicyAdmin(ErasureGuard):
    list_display = ["__str__", "length_minutes", "capacity", "notice_hours", "horizon_days", "answer_open_days"]

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not ConsultPolicy.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Reason)
class ReasonAdmin(admin.ModelAdmin):
    list_display = ["label", "use", "is_about_time", "may_ask_again", "for_clinicians", "position", "is_offered"]
    list_filter = ["use"]
    prepopulated_fields = {"code": ["label"]}
    fieldsets = [
        (None, {"fields": ["label", "text", "text_for_move"]}),
        ("When it is offered", {"fields": ["use", "is_about_time", "for_clinicians", "is_offered", "may_ask_again"]}),
        ("Settings", {"fields": ["code", "position"]}),
    ]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(ReferralSource)
class ReferralSourceAdmin(admin.ModelAdmin):
    list_display = ["label", "position", "is_offered"]
    fields = ["label", "is_offered", "position", "code"]
    prepopulated_fields = {"code": ["label"]}

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(PrintedSheet)
class PrintedSheetAdmin(admin.ModelAdmin):
    list_display = ["label", "code", "is_counted"]
    fields = ["label", "code", "is_counted"]

    def has_delete_permission(self, request, obj=None):
        return False
