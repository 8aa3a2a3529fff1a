"""Calls to make, and mail that did not go out."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe

from consults import sealing
from consults.models import OutboxMessage

Channel, State = OutboxMessage.Channel, OutboxMessage.State


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    list_display = ["what", "for_request", "recipient", "channel", "state", "not_before", "problem"]
    list_filter = ["channel", "state", "recipient"]
    list_select_related = ["event__request"]
    ordering = ["-state", "not_before"]
    actions = ["mark_calls_made", "try_again"]
    readonly_fields = [
        *("what", "for_request", "recipient", "channel", "state", "to", "words"),
        *("not_before", "attempts", "done_at", "problem"),
    ]
    fields = readonly_fields
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    @admin.action(description="The selected calls were made", permissions=["change"])
    def mark_calls_made(self, request, queryset):
        calls = queryset.filter(channel=Channel.CALL, state=State.WAITING)
        made = calls.update(state=State.DONE, done_at=timezone.now())
        self.message_user(request, f"{made} call{'' if made == 1 else 's'} noted as made.")

    @admin.action(description="Send the selected failed mails again", permissions=["change"])
    def try_again(self, request, queryset):
        failed = queryset.filter(channel=Channel.MAIL, state=State.FAILED)
        count = failed.update(state=State.WAITING, attempts=0, not_before=timezone.now(), problem="")
        self.message_user(request, f"{count} mail{'' if count == 1 else 's'} will be sent again.")

    @admin.display(description="what")
    def what(self, obj):
        return f"{obj.kind}, {obj.get_channel_display()}"

    @admin.display(description="request")
    def for_request(self, obj):
        request = obj.event.request
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:consults_consultrequest_change", args=[request.pk]), request.reference
        )

    @admin.display(description="to")
    def to(self, obj):
        return _letter(obj)["to"]

    @admin.display(description="words")
    def words(self, obj):
        return mark_safe(linebreaks(_letter(obj)["text"], autoescape=True))  # noqa: S308  escaped here


def _letter(message: OutboxMessage) -> dict:
    try:
        return message.letter
    except sealing.CannotOpen:
        return {"to": "(cannot be opened: its key is missing)", "text": ""}
