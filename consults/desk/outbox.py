"""Messages at the desk: calls to make, and email that failed."""

from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from consults.current_rules import read_rules
from consults.messages.compose import Letter
from consults.messages.reading import read_message
from consults.models import AccessRecord, OutboxMessage
from guard import sealing

from .paging import BoundedPaginator

_A_COLLEAGUE, _CANNOT_OPEN = "(a colleague)", "(cannot be opened: its key is missing)"
Channel, State = OutboxMessage.Channel, OutboxMessage.State


class ToDoFilter(admin.SimpleListFilter):
    """Opens the list on messages that need a person."""

    title = "state"
    parameter_name = "left"

    def lookups(self, request, model_admin):
        return [("person", "Calls to make and failed email"), ("waiting", "Waiting"), ("failed", "Failed"), ("all", "All")]

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": (self.value() or "person") == value, "query_string": query, "display": label}

    def queryset(self, request, queryset):
        value = self.value() or "person"
        if value == "person":
            return queryset.needing_a_person(now=timezone.now()).order_by("not_before", "pk")
        return queryset.filter(state=value).order_by("not_before", "pk") if value in {"waiting", "failed"} else queryset


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    list_display = ["what", "for_request", "recipient", "channel", "state", "not_before", "problem"]
    list_filter = [ToDoFilter]
    list_select_related = ["event__request"]
    ordering = ["-pk"]
    sortable_by = []
    actions = ["mark_calls_made", "try_again"]
    readonly_fields = (
        *("what", "for_request", "recipient", "channel", "state", "to", "text"),
        *("not_before", "attempts", "done_at", "problem"),
    )
    fields = readonly_fields
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # facets would count the whole table
    paginator = BoundedPaginator

    def get_urls(self):
        made = self.admin_site.admin_view(require_POST(self.made_view))
        return [path("<int:pk>/made/", made, name="consults_outboxmessage_made"), *super().get_urls()]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A message names a person, so reading it is recorded, as for a request."""
        found = self.get_object(request, object_id)
        if found is not None and found.event and self.has_view_permission(request, found):
            kind = AccessRecord.Kind.READ_MESSAGE
            AccessRecord.objects.write(kind, by=request.user, at=timezone.now(), request=found.event.request)
        return super().change_view(request, object_id, form_url, extra_context)

    def made_view(self, request, pk: int):
        """Marks a call as made and returns to the front page."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        call = get_object_or_404(OutboxMessage.objects.select_related("event__request"), pk=pk, channel=Channel.CALL)
        if self._mark_made(OutboxMessage.objects.filter(pk=pk)):
            messages.success(request, f"The call for {call.reference} is marked as made.")
        else:
            messages.warning(request, f"The call for {call.reference} was already made or is no longer needed.")
        return redirect("admin:index")

    @admin.action(description="Mark selected calls as made", permissions=["change"])
    def mark_calls_made(self, request, queryset):
        made = self._mark_made(queryset)
        self.message_user(request, f"{made} call{'' if made == 1 else 's'} marked as made.")

    def _mark_made(self, queryset) -> int:
        calls = OutboxMessage.objects.filter(pk__in=queryset.order_by().values("pk"), channel=Channel.CALL, state=State.WAITING)
        return calls.update(state=State.DONE, done_at=timezone.now())

    @admin.action(description="Resend selected failed email", permissions=["change"])
    def try_again(self, request, queryset):
        failed = OutboxMessage.objects.sent_by_the_worker().filter(pk__in=queryset.order_by().values("pk"), state=State.FAILED)
        count = failed.update(state=State.WAITING, attempts=0, not_before=timezone.now(), problem="")
        self.message_user(request, f"{count} email{'' if count == 1 else 's'} will be sent again.")

    @admin.display(description="message")
    def what(self, obj):
        return f"{obj.kind}, {obj.get_channel_display()}"

    @admin.display(description="request")
    def for_request(self, obj):
        if obj.event is None:
            return "-"
        request = obj.event.request
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:consults_consultrequest_change", args=[request.pk]), request.reference
        )

    @admin.display(description="to")
    def to(self, obj):
        return address_of(obj)

    @admin.display(description="text")
    def text(self, obj):
        return mark_safe(linebreaks(letter_of(obj, now=timezone.now()).text, autoescape=True))  # noqa: S308  escaped here


def address_of(message: OutboxMessage) -> str:
    """The address or number that it goes to, or a placeholder as in `letter_of`."""
    if message.event_id is None:
        return _A_COLLEAGUE
    try:
        return message.opened.get("to", "")
    except sealing.CannotOpen:
        return _CANNOT_OPEN


def letter_of(message: OutboxMessage, *, now: datetime) -> Letter:
    """The message in words; a placeholder when its key is missing, or when it is about no request."""
    if message.event_id is None:
        return Letter(_A_COLLEAGUE, text="(about an account or the site itself: not shown here)")
    try:
        return read_message(message, read_rules(now), for_desk=True)
    except sealing.CannotOpen:
        return Letter(_CANNOT_OPEN)
