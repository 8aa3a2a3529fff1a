"""Requests for a consult, as staff see them: what needs an answer first. Nothing here changes a status."""

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html

from consults import wording
from consults.models import ConsultRequest, Event, OutboxMessage
from pages.models import Clinic


class EventInline(admin.TabularInline):
    model = Event
    fields = readonly_fields = ["number", "kind", "status", "starts_at", "at", "by"]
    extra = 0
    can_delete = False
    verbose_name_plural = "what happened"

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(ConsultRequest)
class ConsultRequestAdmin(admin.ModelAdmin):
    list_display = ["reference", "full_name", "status", "visit", "answer_by", "created_at"]
    list_filter = ["status", "starts_at"]
    search_fields = ["reference"]
    search_help_text = "A reference like 7K3M-9QXA, or a whole email address or phone number."
    show_full_result_count = False
    list_per_page = 50
    ordering = []
    inlines = [EventInline]
    fieldsets = [
        (None, {"fields": ["reference", "status", "visit", "answer_by", "created_at"]}),
        ("Who asks", {"fields": ["full_name", "email_link", "phone_link", "contact_by", "voicemail", "note_text"]}),
        ("Messages", {"fields": ["messages_sent"]}),
    ]
    readonly_fields = [
        *("reference", "status", "visit", "answer_by", "created_at"),
        *("full_name", "email_link", "phone_link", "contact_by", "voicemail", "note_text", "messages_sent"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).needing_answer_first()

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        by_reference = queryset.filter(reference__iexact=term)
        return (by_reference | queryset.model.objects.by_contact(term).needing_answer_first()), False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description="time asked for", ordering="starts_at")
    def visit(self, obj):
        if not obj.starts_at:
            return "None of the listed times: get in touch"
        zone = timezone.get_current_timezone()
        return wording.visit_text(
            obj.starts_at.astimezone(zone), obj.ends_at.astimezone(zone), Clinic.objects.current().time_zone_label
        )

    @admin.display(description="email")
    def email_link(self, obj):
        return format_html('<a href="mailto:{0}">{0}</a>', obj.email) if obj.email else "-"

    @admin.display(description="phone")
    def phone_link(self, obj):
        return format_html('<a href="tel:{}">{}</a>', "".join(obj.phone.split()), obj.phone) if obj.phone else "-"

    @admin.display(description="reach by")
    def contact_by(self, obj):
        return obj.contact_by

    @admin.display(description="voicemail", boolean=True)
    def voicemail(self, obj):
        return obj.voicemail_ok

    @admin.display(description="note")
    def note_text(self, obj):
        return obj.note or "-"

    @admin.display(description="messages")
    def messages_sent(self, obj):
        messages = OutboxMessage.objects.filter(event__request=obj).order_by("pk")
        return "; ".join(
            f"{message.get_channel_display()} to {message.recipient}: {message.get_state_display()}" for message in messages
        )
