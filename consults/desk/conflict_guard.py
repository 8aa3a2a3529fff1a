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
from guard.readers import read_date

from .display import local_date, person_of

YES, SHOWN = "strand", "shown"
_MOST_NAMED = 10


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
        except _Strands as stranding:
            return self._ask(request, stranding)
        if found:
            self._say_what_is_left(request, found)
        return response

    def _say_what_is_left(self, request, found: list[Conflict]) -> None:
        links = format_html_join(
            ", ", '<a href="{}">{}</a>', ((_page(one), one.request.reference) for one in found[:_MOST_NAMED])
        )
        others = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        text = "Still to answer, because the time no longer fits: {}{}. You find them under Conflicts on the Desk."
        messages.warning(request, format_html(text, links, others))

    def _ask(self, request, stranding: _Strands):
        zone = timezone.get_current_timezone()
        by_day = groupby(stranding.answers, key=lambda one: local_date(one.answer_by))
        names = {}
        if stranding.found and request.user.has_perm("consults.view_consultrequest"):
            names = {conflict.key: person_of(conflict.request).full_name for conflict in stranding.found}
            AccessRecord.objects.write(AccessRecord.Kind.LISTED, by=request.user, at=timezone.now(), rows=len(names))
        return self._question(
            request,
            "admin/consults/confirm_conflicts.html",
            title="Some people’s times no longer fit" if stranding.found else "Answers promised for a closed time",
            button=YES,
            listed={SHOWN: stranding.shown},
            found=[
                (conflict, conflict.visit.start.astimezone(zone), names.get(conflict.key, "")) for conflict in stranding.found
            ],
            back=f"?date={day.isoformat()}" if (day := read_date(request.POST.get("date"))) else "",
            answers_counted=len(stranding.answers),
            answers=[(day_text(day), [(one, _time_of(one.answer_by)) for one in waiting]) for day, waiting in by_day],
        )

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


def all_were_shown(request, name: str, listed: str) -> bool:
    """Whether the page that asked, which posts back what it showed under this name, showed all that is listed now."""
    return set(listed.split()) <= set(request.POST.get(name, "").split())


def _page(conflict: Conflict) -> str:
    return reverse("admin:consults_consultrequest_change", args=[conflict.request.pk])


def _time_of(instant: datetime) -> str:
    return time_text(timezone.localtime(instant).time())
