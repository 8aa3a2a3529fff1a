"""Never change where a consult takes place behind the back of who has one: staff see first who was told the old place."""

from django.contrib import messages
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from consults.models import ConsultPolicy, ConsultRequest
from pages.models import Clinic

from .conflict_guard import ConflictGuard
from .display import confirmed_visit_text

# What was asked: the visits that the page listed.
SHOWN = "told"
_LINK = '<a href="{}">{}</a>'


class _SaysAnotherPlace(Exception):
    def __init__(self, found: list[ConsultRequest], place: str) -> None:
        super().__init__(len(found))
        self.found, self.place = found, place


class PlaceGuard(ConflictGuard):
    """Base of the admin of the clinic's facts. Another place, or call for visit, is rolled back until staff confirm it.

    No letter is sent automatically, so that a slip of the pen is not sent to everybody. Their yes covers the visits that the page
    listed: when others were confirmed meanwhile, the page asks again.
    """

    def _asking(self, request, view, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            with transaction.atomic():
                # As for a change of hours: nothing can be confirmed until this one is saved or rolled back.
                ConsultPolicy.objects.lock()
                before = place_in_letters()
                response = super()._asking(request, view, *args, **kwargs)
                after = place_in_letters()
                if after != before and (found := list(ConsultRequest.objects.confirmed_ahead(now=timezone.now()))):
                    if not set(_shown(found).split()) <= set(request.POST.get(SHOWN, "").split()):
                        raise _SaysAnotherPlace(found, after)
                    messages.warning(request, _to_tell(found))
                return response
        except _SaysAnotherPlace as change:
            return self._ask_to_tell(request, change, before)

    def _ask_to_tell(self, request, change: _SaysAnotherPlace, before: str):
        label = Clinic.objects.current().time_zone_label
        return self._question(
            request,
            "admin/consults/confirm_place.html",
            title="People who were told another place",
            button=SHOWN,
            before=before,
            after=change.place,
            found=[(one, confirmed_visit_text(one, label)) for one in change.found],
            told=_shown(change.found),
        )


def place_in_letters() -> str:
    """What letters call a consult, and its place."""
    clinic = Clinic.objects.current()
    return f"{clinic.consult.word.capitalize()}: {clinic.consult_place}"


def _shown(found: list[ConsultRequest]) -> str:
    """The value of the button that tells what the page listed."""
    return " ".join(f"{one.pk}@{one.confirmed_starts_at:%Y%m%dT%H%MZ}" for one in found)


def _to_tell(found: list[ConsultRequest]) -> str:
    links = ((reverse("admin:consults_consultrequest_change", args=[one.pk]), one.reference) for one in found)
    return format_html("Tell these people, who know only the old place: {}.", format_html_join(", ", _LINK, links))
