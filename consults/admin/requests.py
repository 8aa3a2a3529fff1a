"""Requests for a consult, as staff see them: what needs an answer first. Status changes only through `actions`."""

from datetime import timedelta

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from consults import booking, wording
from consults.conflicts import conflicts
from consults.models import AccessRecord, ConsultRequest, Event, OutboxMessage, Reason
from pages.models import Clinic

from .actions import ACTIONS, Incomplete, possible_actions
from .by_phone import PhoneRequestForm

_DAYS_OFFERED = 21


class EventInline(admin.TabularInline):
    model = Event
    fields = readonly_fields = ["number", "kind", "status", "starts_at", "reason", "at", "by"]
    extra = 0
    can_delete = False
    verbose_name_plural = "what happened"

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class InConflict(admin.SimpleListFilter):
    title = "conflict"
    parameter_name = "conflict"

    def lookups(self, request, model_admin):
        return [("yes", "Outside hours or over capacity")]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=[conflict.request.pk for conflict in conflicts(now=timezone.now())])


@admin.register(ConsultRequest)
class ConsultRequestAdmin(admin.ModelAdmin):
    list_display = ["reference", "full_name", "status", "visit", "answer_by", "created_at"]
    list_filter = ["status", InConflict, "starts_at"]
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
    readonly_fields = [name for _, options in fieldsets for name in options["fields"]]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("by-phone/", wrap(self.by_phone_view), name="consults_consultrequest_by_phone"),
            path("<int:pk>/act/", wrap(require_POST(self.act_view)), name="consults_consultrequest_act"),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        zone_label = models.Value(Clinic.objects.current().time_zone_label)
        return super().get_queryset(request).needing_answer_first().annotate(zone_label=zone_label)

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(reference__iexact=term) | queryset.by_contact(term), False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def may_decide(self, request) -> bool:
        return request.user.has_perm("consults.change_consultrequest")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        extra = {}
        if found is not None and self.has_view_permission(request, found):
            AccessRecord.objects.write(AccessRecord.Kind.OPENED, by=request.user, at=timezone.now(), request=found)
        if found is not None and self.may_decide(request):
            now = timezone.now()
            clashing = {conflict.request.pk: conflict.reason for conflict in conflicts(now=now)}
            extra = {
                "possible": possible_actions(found, now=now, in_conflict=found.pk in clashing),
                "conflict": clashing.get(found.pk, ""),
                "starts": self._open_starts(now),
                "reasons": Reason.objects.filter(is_offered=True),
                "version": found.version,
            }
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)

    def act_view(self, request, pk: int):
        """One decision, then back to the request's page with what came of it."""
        if not self.may_decide(request):
            raise PermissionDenied
        found = get_object_or_404(ConsultRequest, pk=pk)
        action = next((action for action in ACTIONS if action.code == request.POST.get("action")), None)
        version = request.POST.get("version", "")
        if action is None or not version.isascii() or not version.isdigit():
            messages.error(request, "Choose what to do.")
            return redirect("admin:consults_consultrequest_change", pk)
        try:
            decided = action.decide(found, request.POST, by=request.user, now=timezone.now(), version=int(version))
        except booking.Stale as stale:
            messages.error(
                request, f"Nothing was done: {stale.request.reference} changed meanwhile and is {stale.request.status} now."
            )
        except booking.NotAllowed as stopped:
            messages.error(request, f"{wording.not_allowed(stopped.code)}.")
        except booking.Refused as refused:
            messages.error(request, f"{wording.REFUSALS[refused.code]}.")
        except Incomplete as incomplete:
            messages.error(request, f"{incomplete}.")
        else:
            messages.success(request, f"{decided.reference} is {decided.get_status_display().lower()} now.")
        return redirect("admin:consults_consultrequest_change", pk)

    def by_phone_view(self, request):
        if not self.may_decide(request):
            raise PermissionDenied
        now = timezone.now()
        form = PhoneRequestForm(request.POST if request.method == "POST" else None, starts=self._open_starts(now))
        if request.method == "POST" and form.is_valid() and (made := form.save(by=request.user, now=now)):
            messages.success(request, f"{made.reference} was recorded. Confirm it here when the caller agrees.")
            return redirect("admin:consults_consultrequest_change", made.pk)
        context = {**self.admin_site.each_context(request), "title": "A request by telephone", "opts": self.opts, "form": form}
        return TemplateResponse(
            request, "admin/consults/consultrequest/by_phone.html", context, status=200 if not form.errors else 422
        )

    def _open_starts(self, now) -> list[tuple]:
        """(local start, label) of the next three weeks, also inside the notice time."""
        clinic = Clinic.objects.current()
        rules = booking.without_notice(booking.current_offers(now=now, clinic=clinic))
        offers = booking.with_held_seats(rules, rules.today, rules.today + timedelta(days=_DAYS_OFFERED))
        starts = (start for number in range(_DAYS_OFFERED) for start in offers.starts_on(rules.today + timedelta(days=number)))
        local = (start.astimezone(clinic.zone) for start in starts)
        return [(start, f"{wording.day_text(start)}, {wording.choice_text(start)}") for start in local]

    @admin.display(description="time asked for", ordering="starts_at")
    def visit(self, obj):
        if not obj.starts_at:
            return "None of the listed times: get in touch"
        zone = timezone.get_current_timezone()
        return wording.visit_text(obj.starts_at.astimezone(zone), obj.ends_at.astimezone(zone), obj.zone_label)

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
        sent = OutboxMessage.objects.filter(event__request=obj).order_by("pk")
        words = [f"{m.kind}, {m.get_channel_display()} to {m.recipient}: {m.get_state_display()} {m.problem}" for m in sent]
        return "; ".join(words) or "-"
