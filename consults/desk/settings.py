"""Settings that staff edit: opening hours, the policy, and the reasons for declining or cancelling."""

from django.contrib import admin

from consults.models import ConsultPolicy, OpeningHours, Reason, SpecialHours

from .conflict_guard import ConflictGuard


@admin.register(OpeningHours)
class OpeningHoursAdmin(ConflictGuard):
    list_display = ["weekday", "opens", "closes"]
    list_display_links = ["weekday"]


@admin.register(SpecialHours)
class SpecialHoursAdmin(ConflictGuard):
    list_display = ["date", "opens", "closes", "note"]
    date_hierarchy = "date"


@admin.register(ConsultPolicy)
class ConsultPolicyAdmin(ConflictGuard):
    list_display = ["__str__", "length_minutes", "capacity", "notice_hours", "horizon_days", "answer_open_days"]

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not ConsultPolicy.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Reason)
class ReasonAdmin(admin.ModelAdmin):
    list_display = ["label", "use", "position", "is_offered"]
    list_filter = ["use"]
    prepopulated_fields = {"code": ["label"]}

    def has_delete_permission(self, request, obj=None):
        return False
