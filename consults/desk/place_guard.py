"""Never change where a consult takes place, how to join it, or whose hours its time is in, behind the back of who has one: staff
see first who was told the old one.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from consults.models import ConsultPolicy, ConsultRequest
from pages.consult_kind import VIDEO
from pages.models import Clinic

from .conflict_guard import ConflictGuard, all_were_shown
from .display import confirmed_visit_text

# What was asked: the visits that the page listed.
SHOWN = "told"
_LINK = '<a href="{}">{}</a>'


@dataclass(frozen=True)
class InLetters:
    """What letters call a consult, and its place; the time zone of its hours; and, of a video call, how to join it."""

    place: str
    time_zone: str
    video_link: str

    def changed(self, since: "InLetters") -> list[str]:
        """The names of what differs. Who hears of another place hears how to join with it."""
        names = [name for name in ("place", "time_zone", "video_link") if getattr(self, name) != getattr(since, name)]
        return [name for name in names if name != "video_link" or "place" not in names]

    def say(self, names: list[str]) -> str:
        return ", ".join(getattr(self, name) for name in names)


class _SaysAnotherPlace(Exception):
    def __init__(self, found: list[ConsultRequest], says: InLetters) -> None:
        super().__init__(len(found))
        self.found, self.says = found, says


class PlaceGuard(ConflictGuard):
    """Base of the admin of the clinic's facts. Another place, call for visit, video link or time zone is rolled back until staff
    confirm it.

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
                before = in_letters()
                response = super()._asking(request, view, *args, **kwargs)
                after = in_letters()
                if after != before and (found := list(ConsultRequest.objects.confirmed_ahead(now=timezone.now()))):
                    if not all_were_shown(request, SHOWN, _shown(found)):
                        raise _SaysAnotherPlace(found, after)
                    messages.warning(request, _to_tell(found, after.changed(before)))
                return response
        except _SaysAnotherPlace as change:
            return self._ask_to_tell(request, change, before)

    def _ask_to_tell(self, request, change: _SaysAnotherPlace, before: InLetters):
        label, changed = Clinic.objects.current().time_zone_label, change.says.changed(before)
        what = _in_words(changed)
        return self._question(
            request,
            "admin/consults/confirm_place.html",
            title=f"People who were told another {what}",
            button=SHOWN,
            what=what,
            is_place="place" in changed,
            is_on_page=changed != ["video_link"],
            before=before.say(changed),
            after=change.says.say(changed),
            found=[(one, confirmed_visit_text(one, label)) for one in change.found],
            told=_shown(change.found),
        )


def in_letters() -> InLetters:
    """As they have it now."""
    clinic = Clinic.objects.current()
    no_link = "Please ask us how to join" if clinic.consult == VIDEO else ""
    return InLetters(
        place=f"{clinic.consult.word.capitalize()}: {clinic.consult_place}",
        time_zone=f"{clinic.time_zone_label} ({clinic.time_zone})",
        video_link=clinic.way_to_join or no_link,
    )


def _in_words(changed: list[str]) -> str:
    return " and ".join(name.replace("_", " ") for name in changed)


def _shown(found: list[ConsultRequest]) -> str:
    """The value of the button that tells what the page listed."""
    return " ".join(f"{one.pk}@{one.confirmed_starts_at:%Y%m%dT%H%MZ}" for one in found)


def _to_tell(found: list[ConsultRequest], changed: list[str]) -> str:
    links = ((reverse("admin:consults_consultrequest_change", args=[one.pk]), one.reference) for one in found)
    people = format_html_join(", ", _LINK, links)
    return format_html("Tell these people, who know only the old {}: {}.", _in_words(changed), people)
