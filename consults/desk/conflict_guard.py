"""Never strand a request without confirmation: staff see what a change of hours or policy would strand before it is saved."""

from django.contrib import admin
from django.contrib.messages.storage import default_storage
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils import timezone

from consults.conflicts import Conflict, find_conflicts, shown_in_form, were_shown
from consults.models import ConsultPolicy

YES, SHOWN = "strand", "shown"


class _NewConflicts(Exception):
    def __init__(self, found: list[Conflict]) -> None:
        super().__init__(len(found))
        self.found = found


class ConflictGuard(admin.ModelAdmin):
    """Base of the admin of hours and policy. A change that makes new conflicts is rolled back until staff confirm it.

    Their yes covers the conflicts that the page showed: when others came up while they read, the page asks again.
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
                before = {conflict.key: set(conflict.reasons) for conflict in find_conflicts(now=now)}
                response = view(request, *args, **kwargs)
                after = find_conflicts(now=now)
                found = [conflict for conflict in after if not before.get(conflict.key, set()).issuperset(conflict.reasons)]
                if found and not (YES in request.POST and were_shown(found, request.POST.get(SHOWN, ""))):
                    raise _NewConflicts(found)
                return response
        except _NewConflicts as stranding:
            return self._ask(request, stranding.found)

    def _ask(self, request, found: list[Conflict]):
        zone = timezone.get_current_timezone()
        return self._question(
            request,
            "admin/consults/confirm_conflicts.html",
            title="Requests that this change would strand",
            button=YES,
            listed={SHOWN: shown_in_form(found)},
            found=[(conflict, conflict.visit.start.astimezone(zone)) for conflict in found],
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
