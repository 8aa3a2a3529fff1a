"""Requests for a consult, as staff see them. Their status changes only through `actions`, which call `booking`."""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from consults.models import AccessRecord, ConsultRequest, EarlierOffer
from guard.readers import read_whole_number
from pages.models import Clinic

from .acting import PAGE, act_view, preview_view
from .bulk_actions import confirm_selected, decline_selected, set_aside_selected, version_field
from .by_phone import by_phone_view
from .data_request import copy_view, erase_view
from .diary import diary_view
from .display import local_date, name_of, near_moment, person_of, whole_visit_text
from .earlier_times import earlier_view
from .export import csv_answer
from .figures import take_referral
from .handing import assign_view
from .kept_decision import read_kept_decision
from .list_record import record_list
from .paging import BoundedPaginator
from .read_only import ReadOnlyAdmin
from .request_page import page_context
from .search import FILTERS, MOST_NAMES_OPENED, SEARCHED, find
from .search_term import RequestList, posted_term, reference_in_url, search_view, without_search
from .status_words import key_to_statuses

LIST = "admin:consults_consultrequest_changelist"


@admin.register(ConsultRequest)
class ConsultRequestAdmin(ReadOnlyAdmin):
    list_display = ["who_asks", "shown_status", "visit", "answer_due", "in_care", "asked_at", "shown_reference"]
    list_display_links = ["who_asks"]
    list_filter = FILTERS
    list_select_related = ["assigned_to"]
    list_per_page = list_max_show_all = 50
    sortable_by = ["visit", "asked_at"]
    search_help_text = SEARCHED
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # facets would count the whole table
    paginator = BoundedPaginator
    ordering = []
    actions = [confirm_selected, decline_selected, set_aside_selected]

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "consults_consultrequest_{}".format
        return [
            path("by-phone/", wrap(self.by_phone_view), name=name("by_phone")),
            path("earlier/", wrap(self.earlier_view), name=name("earlier")),
            path("diary/", wrap(self.diary_view), name=name("diary")),
            path("export/", wrap(self.export_view), name=name("export")),
            path("search/", wrap(require_POST(self.search_view)), name=name("search")),
            path("<int:pk>/copy/", wrap(self.one_person_view(copy_view)), name=name("copy")),
            path("<int:pk>/erase/", wrap(self.one_person_view(erase_view)), name=name("erase")),
            path("<int:pk>/act/", wrap(require_POST(self.act_view)), name=name("act")),
            path("<int:pk>/preview/", wrap(require_POST(self.preview_view)), name=name("preview")),
            path("<int:pk>/assign/", wrap(require_POST(self.assign_view)), name=name("assign")),
            path("<int:pk>/referral/", wrap(require_POST(self.referral_view)), name=name("referral")),
            *super().get_urls(),
        ]

    def has_decide_permission(self, request) -> bool:
        return request.user.has_perm("consults.change_consultrequest")

    def has_export_permission(self, request) -> bool:
        return request.user.has_perm("consults.export_consultrequest")

    def get_queryset(self, request):
        zone_label = models.Value(Clinic.objects.current().time_zone_label)
        is_offered = Exists(EarlierOffer.objects.open().filter(request=OuterRef("pk")))
        return ConsultRequest.objects.needing_answer_first().annotate(zone_label=zone_label, is_offered=is_offered)

    def get_changelist(self, request, **kwargs):
        return RequestList

    def get_search_results(self, request, queryset, search_term):
        if term := posted_term(request):
            found, is_complete = find(queryset, term)
            if not is_complete:
                messages.warning(request, f"Only the {MOST_NAMES_OPENED} requests due first were searched for this.")
            return found, False
        reference = reference_in_url(request)
        return (queryset.filter(reference=reference) if reference else queryset), False

    def search_view(self, request):
        """Takes a search as a POST and shows it at a URL that does not tell it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return search_view(request, reverse(LIST))

    def changelist_view(self, request, extra_context=None):
        if self.has_view_permission(request) and (elsewhere := without_search(request, reverse(LIST))):
            return elsewhere
        rights = {"may_decide": self.has_decide_permission(request), "may_export": self.has_export_permission(request)}
        response = super().changelist_view(
            request, {"title": "Find a request", "key": key_to_statuses(), **rights, **(extra_context or {})}
        )
        record_list(request, response, now=timezone.now())
        return response

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Shows everything about one request. Changes nothing: a POST shows the same page as a GET."""
        found = self.get_object(request, object_id)
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]  # Django's own
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        now = timezone.now()
        AccessRecord.objects.write(AccessRecord.Kind.OPENED, by=request.user, at=now, request=found)
        may_decide = self.has_decide_permission(request)
        kept = read_kept_decision(request, found, now=now) if may_decide else None
        seen = read_whole_number(request.GET.get("seen"))
        context = {
            **self.admin_site.each_context(request),
            "title": found.reference,
            "opts": self.opts,
            "original": found,
            "may_decide": may_decide,
            "may_erase": request.user.has_perm("consults.erase_consultrequest"),
            **page_context(
                found,
                user=request.user,
                now=now,
                may_decide=may_decide,
                seen=kept.seen if kept and kept.seen is not None else seen,
                done=read_whole_number(request.GET.get("done")),
            ),
            "kept": kept,
        }
        context["typed_note"] = kept.note if kept and kept.action == "note" else context["staff_notes"]
        if kept:
            context["opened"] = kept.action
        return TemplateResponse(request, "admin/consults/consultrequest/request.html", context)

    def act_view(self, request, pk: int):
        if not self.has_decide_permission(request):
            raise PermissionDenied
        return act_view(request, pk)

    def preview_view(self, request, pk: int):
        if not self.has_decide_permission(request):
            raise PermissionDenied
        return preview_view(request, pk, each_context=self.admin_site.each_context(request), opts=self.opts)

    def assign_view(self, request, pk: int):
        if not self.has_decide_permission(request):
            raise PermissionDenied
        return assign_view(request, pk)

    def referral_view(self, request, pk: int):
        """Counts how the person heard of the clinic. This is not a decision either."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        take_referral(request, get_object_or_404(ConsultRequest, pk=pk))
        return redirect(PAGE, pk)

    def by_phone_view(self, request):
        if not self.has_decide_permission(request):
            raise PermissionDenied
        return by_phone_view(request, each_context=self.admin_site.each_context(request), opts=self.opts)

    def earlier_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request)
        return earlier_view(request, each_context=context, opts=self.opts, may_decide=self.has_decide_permission(request))

    def diary_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return diary_view(request, each_context=self.admin_site.each_context(request), opts=self.opts)

    def export_view(self, request):
        """Downloads the list as a file, with the filters of the URL."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        if elsewhere := without_search(request, reverse(LIST)):
            return elsewhere
        try:
            chosen = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect(LIST)
        now, rows = timezone.now(), chosen.order_by().count()
        AccessRecord.objects.write(AccessRecord.Kind.EXPORTED, by=request.user, at=now, rows=rows)
        return csv_answer(chosen, name=f"requests-{local_date(now):%Y-%m-%d}")

    def one_person_view(self, view):
        """Wraps a view of all requests from one person, for users who may erase them."""

        def of_one_person(request, pk: int):
            if not request.user.has_perm("consults.erase_consultrequest"):
                raise PermissionDenied
            found = get_object_or_404(ConsultRequest, pk=pk)
            return view(request, found, each_context=self.admin_site.each_context(request), opts=self.opts)

        return of_one_person

    @admin.display(description="reference")
    def shown_reference(self, obj):
        return obj.reference

    @admin.display(description="name")
    def who_asks(self, obj):
        return person_of(obj).full_name

    @admin.display(description="status")
    def shown_status(self, obj):
        # The version goes with the status, so that a bulk decision about an older state is refused.
        version = format_html('<input type="hidden" name="{}" value="{}">', version_field(obj), obj.version)
        return format_html('<span class="status is-{}">{}</span>{}', obj.status, obj.get_status_display(), version)

    @admin.display(description="requested time", ordering="starts_at")
    def visit(self, obj):
        return "No time yet: one is offered" if obj.visit is None and obj.is_offered else whole_visit_text(obj, obj.zone_label)

    @admin.display(description="received", ordering="created_at")
    def asked_at(self, obj):
        return near_moment(obj.created_at, timezone.now())

    @admin.display(description="assigned to", empty_value="-")
    def in_care(self, obj):
        if who := obj.assigned_to:
            return format_html('<span class="told">{}</span>', name_of(who))
        return None

    @admin.display(description="answer by")
    def answer_due(self, obj):
        is_due = obj.status in ConsultRequest.AWAITING_ANSWER
        return format_html('<span class="told">{}</span>', near_moment(obj.answer_by, timezone.now())) if is_due else "-"
