"""Never strand a request without confirmation: staff see what a change of hours or policy would strand before it is saved.

They also see which answers are promised for a time that the change closes.
"""

from datetime import datetime
from itertools import groupby

from django.contrib import admin, messages
from django.contrib.messages.storage import default_storage
from django.db import transaction
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from consults import promised_answers
from consults.conflicts import Conflict, find_conflicts, shown_in_form
from consults.current_rules import read_rules
from consults.dates import day_text, time_text
from consults.models import AccessRecord, ConsultPolicy, ConsultRequest

from .display import local_date, person_of

YES, SHOWN = "strand", "shown"
_MOST_LINKED = 3


class _Strands(Exception):
    def __init__(self, found: list[Conflict], answers: list[ConsultRequest]) -> None:
        super().__init__(len(found), len(answers))
        self.found, self.answers = found, answers

    @property
    def shown(self) -> str:
        """The value of the hidden field."""
        return f"{shown_in_form(self.found)} {promised_answers.shown_in_form(self.answers)}".strip()


class ConflictGuard(admin.ModelAdmin):
    """Base of the admin of hours and policy. A change that makes new conflicts, or closes a time for which answers are
    promised, is rolled back until staff confirm it.

    Their yes covers what the page showed: when more came up while they read, the page asks again.
    """

    def changeform_view(self, request, *args, **kwargs):
        return self._asking(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        return self._asking(request, super().delete_view, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        return self._asking(request, super().changelist_view, *args, **kwargs)

    def _asking(self, request, view, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        now = timezone.now()
        try:
            with transaction.atomic():
                # As for every decision: nothing can be accepted or confirmed until this change is saved or rolled back.
                ConsultPolicy.objects.lock()
                hours_before = read_rules(now).posted
                before = {conflict.key: set(conflict.reasons) for conflict in find_conflicts(now=now)}
                response = view(request, *args, **kwargs)
                after = find_conflicts(now=now)
                found = [conflict for conflict in after if not before.get(conflict.key, set()).issuperset(conflict.reasons)]
                answers = promised_answers.newly_closed(hours_before, read_rules(now).posted, now=now)
                stranding = _Strands(found, answers)
                if (found or answers) and not (YES in request.POST and all_were_shown(request, SHOWN, stranding.shown)):
                    raise stranding
                if found:
                    messages.warning(request, format_html("Saved. Now answer {}.", _links(found)))
                return response
        except _Strands as stranding:
            return self._ask(request, stranding)

    def _ask(self, request, stranding: _Strands):
        zone = timezone.get_current_timezone()
        if stranding.found and request.user.has_perm("consults.view_consultrequest"):
            listed = AccessRecord.Kind.LISTED
            AccessRecord.objects.write(listed, by=request.user, at=timezone.now(), rows=len(stranding.found))
        by_day = groupby(stranding.answers, key=lambda one: local_date(one.answer_by))
        return self._question(
            request,
            "admin/consults/confirm_conflicts.html",
            title="People whose times would no longer fit" if stranding.found else "Answers promised for a closed time",
            button=YES,
            listed={SHOWN: stranding.shown},
            found=[(one, one.visit.start.astimezone(zone), self._name(request, one)) for one in stranding.found],
            answers_counted=len(stranding.answers),
            answers=[(day_text(day), [(one, _time_of(one.answer_by)) for one in waiting]) for day, waiting in by_day],
        )

    @staticmethod
    def _name(request, conflict: Conflict) -> str:
        """Empty for who may change hours and see no requests."""
        may_see = request.user.has_perm("consults.view_consultrequest")
        return person_of(conflict.request).full_name if may_see else ""

    def _question(self, request, template: str, *, title: str, button: str, listed: dict[str, str] | None = None, **context):
        """The page that asks before the change is saved, with the form as it was posted. `button`: the name of its yes;
        `listed`: what else the page posts with it.
        """
        # The view's message says "was saved", but the change was rolled back.
        request._messages = default_storage(request)
        listed = listed or {}
        posted = (pair for pair in request.POST.lists() if pair[0] not in {button, *listed})
        context |= {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "button": button,
            "fields": [*((name, value) for name, values in posted for value in values), *listed.items()],
            "asked_before": button in request.POST,
        }
        return TemplateResponse(request, template, context)


def _links(found: list[Conflict]) -> str:
    """By reference: a message kept in the session must not name a person."""
    page = "admin:consults_consultrequest_change"
    rows = ((reverse(page, args=[one.request.pk]), one.request.reference) for one in found[:_MOST_LINKED])
    more = f" and {len(found) - _MOST_LINKED} more, listed under Conflicts" if len(found) > _MOST_LINKED else ""
    return format_html("{}{}", format_html_join(", ", '<a href="{}">{}</a>', rows), more)


def all_were_shown(request, name: str, listed: str) -> bool:
    """Whether the page that asked, which posts back what it showed under this name, showed all that is listed now."""
    return set(listed.split()) <= set(request.POST.get(name, "").split())


def _time_of(instant: datetime) -> str:
    return time_text(timezone.localtime(instant).time())
