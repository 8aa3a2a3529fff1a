"""Messages at the desk: calls to make, and email that failed."""

from collections.abc import Callable
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from consults.models import AccessRecord, OutboxMessage
from guard.readers import read_whole_number

from .call_page import call_view
from .display import moment_in_sentence, name_of, near_moment
from .marking import mark_dealt_with, mark_made, mark_no_answer, mark_not_made, send_again
from .outbox_words import address_of, letter_of
from .paging import BoundedPaginator

Channel, State = OutboxMessage.Channel, OutboxMessage.State


class ToDoFilter(admin.SimpleListFilter):
    """Opens the list on messages that need a person."""

    title = "state"
    parameter_name = "left"

    def lookups(self, request, model_admin):
        of_a_person = [
            ("person", "Calls to make and failed email"),
            ("calls", "Calls to make, also later"),
            ("failed", "Failed email"),
        ]
        return [*of_a_person, ("made", "Calls that were made"), ("waiting", "Waiting"), ("all", "All")]

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": (self.value() or "person") == value, "query_string": query, "display": label}

    def queryset(self, request, queryset):
        value, now = self.value() or "person", timezone.now()
        if value == "made":
            return queryset.filter(channel=Channel.CALL, state=State.DONE).order_by("-done_at", "-pk")
        if value == "waiting":
            return queryset.filter(state=State.WAITING).order_by("not_before", "pk")
        of_a_person = {
            "person": queryset.needing_a_person(now=now),
            "failed": queryset.failed(),
        }
        if value == "calls":
            return queryset.calls_owed(now=now).due_calls_first(now=now)
        return of_a_person[value].most_urgent_first(now=now) if value in of_a_person else queryset.order_by("-pk")


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    list_display = ["what", "for_request", "recipient", "channel", "state", "not_before", "problem", "marked"]
    list_filter = [ToDoFilter]
    list_select_related = ["event__request", "marked_by"]
    sortable_by = []
    actions = ["mark_calls_made", "mark_calls_not_made", "try_again", "deal_with"]
    readonly_fields = (
        *("what", "for_request", "recipient", "channel", "state", "to", "text", "text_today"),
        *("not_before", "attempts", "calls_tried", "call_again_at", "done_at", "problem", "marked"),
    )
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # facets would count the whole table
    paginator = BoundedPaginator

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "consults_outboxmessage_{}".format
        return [
            path("<int:pk>/made/", wrap(require_POST(self.made_view)), name=name("made")),
            path("<int:pk>/no-answer/", wrap(require_POST(self.no_answer_view)), name=name("no_answer")),
            path("<int:pk>/dealt-with/", wrap(require_POST(self.dealt_with_view)), name=name("dealt_with")),
            *super().get_urls(),
        ]

    def get_fields(self, request, obj=None):
        """What the clinic's facts said when a message was sent is not kept with it."""
        is_sent = obj is not None and obj.state == State.DONE
        return [name for name in self.readonly_fields if name != ("text" if is_sent else "text_today")]

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
            if found.channel == Channel.CALL:
                context = self.admin_site.each_context(request)
                may_mark = self.has_change_permission(request)
                return call_view(request, found, each_context=context, opts=self.opts, may_mark=may_mark)
        return super().change_view(request, object_id, form_url, extra_context)

    def made_view(self, request, pk: int):
        """Marks a call as made and returns to the page of the button. One that was shown as too late to make leaves the list."""
        was_to_be_made = request.POST.get("to_make") == "yes"
        call, was_marked = self._mark_one(request, pk, partial(mark_made, was_to_be_made=was_to_be_made))
        if was_marked:
            made = f"{reverse('admin:consults_outboxmessage_changelist')}?left=made"
            text = 'The call for {} is marked as made. By mistake? <a href="{}">Bring it back</a>.'
            messages.success(request, format_html(text, call.reference, made))
        elif call.state == State.WAITING and not OutboxMessage.objects.filter(pk=pk, state=State.WAITING).exists():
            messages.success(request, f"The call for {call.reference} is off the list. It counts as not made.")
        else:
            messages.warning(request, f"The call for {call.reference} was already made or is no longer needed.")
        return _back(request, call)

    def no_answer_view(self, request, pk: int):
        """Takes a call that nobody answered off the list for a while, and returns to the page of the button."""
        tried = read_whole_number(request.POST.get("tried"))
        call, was_marked = self._mark_one(request, pk, partial(mark_no_answer, tried=tried))
        call.refresh_from_db()
        # Empty again when a colleague has marked it as made since.
        if was_marked and call.call_again_at:
            again = f"It is back on the list from {moment_in_sentence(call.call_again_at, timezone.now())}"
            messages.success(request, f"No answer from {call.reference}, {call.tries_in_words}. {again}.")
        else:
            messages.warning(request, f"The call for {call.reference} is not on the list anymore.")
        return _back(request, call)

    def dealt_with_view(self, request, pk: int):
        """Takes failed email off the lists and returns to the front page."""
        letter, was_marked = self._mark_one(request, pk, mark_dealt_with)
        about = f"The failed email{f' for {letter.reference}' if letter.reference else ''}"
        if was_marked:
            messages.success(request, f"{about} is dealt with.")
        else:
            messages.warning(request, f"{about} is no longer waiting for anybody.")
        return redirect("admin:index")

    def _mark_one(self, request, pk: int, mark: Callable[..., int]) -> tuple[OutboxMessage, bool]:
        if not self.has_change_permission(request):
            raise PermissionDenied
        message = get_object_or_404(OutboxMessage.objects.select_related("event__request"), pk=pk)
        return message, bool(mark(OutboxMessage.objects.filter(pk=pk), by=request.user, now=timezone.now()))

    @admin.action(description="Mark selected calls as made", permissions=["change"])
    def mark_calls_made(self, request, queryset):
        self._mark_seen(request, queryset, mark_made, ("call marked as made", "calls marked as made"))

    @admin.action(description="Not made after all: bring selected calls back", permissions=["change"])
    def mark_calls_not_made(self, request, queryset):
        self._mark_seen(request, queryset, mark_not_made, ("call is to be made again", "calls are to be made again"))

    @admin.action(description="Resend selected failed email", permissions=["change"])
    def try_again(self, request, queryset):
        self._mark_seen(request, queryset, send_again, ("email will be sent again", "emails will be sent again"))

    @admin.action(description="Dealt with: take selected failed email off the list", permissions=["change"])
    def deal_with(self, request, queryset):
        self._mark_seen(request, queryset, mark_dealt_with, ("failed email is dealt with", "failed emails are dealt with"))

    def _mark_seen(self, request, queryset, mark: Callable[..., int], outcome: tuple[str, str]) -> None:
        """Marks what was on the page. "Select all" on a long list includes messages that nobody has seen."""
        typed = request.POST.getlist(ACTION_CHECKBOX_NAME)
        seen = [key for text in typed if (key := read_whole_number(text, digits=18)) is not None]
        marked = mark(queryset.filter(pk__in=seen), by=request.user, now=timezone.now())
        self.message_user(request, f"{marked} {outcome[marked != 1]}.")
        if queryset.exclude(pk__in=seen).exists():
            self.message_user(request, "Those that were not on the page stay as they are.", messages.WARNING)

    @admin.display(description="marked by", empty_value="-")
    def marked(self, obj):
        if obj.marked_by is None:
            return None
        return f"{name_of(obj.marked_by)}, {near_moment(obj.marked_at, timezone.now())}"

    @admin.display(description="message")
    def what(self, obj):
        return f"{obj.kind_in_words}, {obj.get_channel_display()}"

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

    @admin.display(description="text, as it would read today")
    def text_today(self, obj):
        return self.text(obj)

    @admin.display(description="text")
    def text(self, obj):
        return mark_safe(linebreaks(letter_of(obj, now=timezone.now()).text, autoescape=True))  # noqa: S308  escaped here


def _back(request, call: OutboxMessage):
    """To the request when its page has the button, else to the front page."""
    if request.POST.get("from") == "request" and call.event:
        return redirect("admin:consults_consultrequest_change", call.event.request_id)
    return redirect("admin:index")
