"""One person's data: a copy to print for them, and immediate erasure. For owners, who must re-enter their password.

Requests that came with one email address or phone number may be of several people: a couple shares a number. So each is chosen
one by one, and those with another name are not chosen beforehand.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Case, When
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import erasure
from consults.models import AccessRecord, ConsultRequest, Person
from consults.names import folded
from guard import sealing
from pages.models import Clinic

from .bulk_actions import decide_each, version_field
from .display import person_of, staff_notes_of, whole_visit_text
from .outbox_words import letter_of
from .timeline import read_timeline

# Each is a box, and so a field of the form: a machine that knows somebody's address can leave hundreds.
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Choice:
    """A request to choose by the checkbox `field`; `is_other`: it came with another name than the one that was opened."""

    request: ConsultRequest
    name: str
    field: str
    is_other: bool


def requests_of(found: ConsultRequest):
    """Every request with the same email address or phone number that is not erased, oldest first."""
    try:
        same = ConsultRequest.objects.of_same_contact(found)
    except sealing.CannotOpen:
        same = ConsultRequest.objects.filter(pk=found.pk)
    return same.filter(erased_at=None).order_by("created_at", "pk")


def choices(found: ConsultRequest) -> list[Choice]:
    """At most MOST_AT_ONCE: what was let in before what is set aside, and the oldest first."""
    own_name = folded(person_of(found).full_name)
    aside_last = Case(When(status=ConsultRequest.Status.QUARANTINED, then=1), default=0)
    first = requests_of(found).order_by(aside_last, "created_at", "pk")[:MOST_AT_ONCE]
    named = [(one, person_of(one).full_name) for one in first]
    return [Choice(one, name, version_field(one), folded(name) != own_name) for one, name in named]


def _shown_choices(request, found: ConsultRequest) -> list[Choice]:
    """The same, for a page: it shows names, which leaves a record."""
    shown = choices(found)
    AccessRecord.objects.write(AccessRecord.Kind.LISTED, by=request.user, at=timezone.now(), rows=len(shown))
    return shown


def chosen_of(request, found: ConsultRequest) -> list[ConsultRequest]:
    """The requests whose box was ticked. Says so when none was."""
    chosen = [one for one in requests_of(found) if version_field(one) in request.POST]
    if not chosen:
        messages.error(request, "No request was chosen, so nothing was done. Check the box of at least one.")
    return chosen


def copy_view(request, found: ConsultRequest, *, each_context: dict, opts):
    """Asks which requests to print, then shows all of each on one page, for the person to read."""
    if request.method != "POST":
        shown = _shown_choices(request, found)
        context = {**each_context, "title": "Print a copy", "opts": opts, "original": found, "choices": shown}
        context["left_out"] = requests_of(found).count() - len(shown)
        return TemplateResponse(request, "admin/consults/consultrequest/choose_copy.html", context)
    chosen = chosen_of(request, found)
    if not chosen:
        return redirect("admin:consults_consultrequest_copy", found.pk)
    now, zone_label = timezone.now(), Clinic.objects.current().time_zone_label
    for one in chosen:
        AccessRecord.objects.write(AccessRecord.Kind.PRINTED, by=request.user, at=now, request=one)
    kept = [everything_about(one, zone_label, now) for one in chosen]
    context = {**each_context, "title": "What we keep about you", "opts": opts, "original": found, "kept": kept, "now": now}
    return TemplateResponse(request, "admin/consults/consultrequest/copy.html", context)


def everything_about(one: ConsultRequest, zone_label: str, now: datetime) -> dict:
    sent = [message for event in one.events.prefetch_related("messages") for message in event.messages.all()]
    return {
        "request": one,
        "answers": _labeled_answers(person_of(one)),
        "staff_notes": staff_notes_of(one),
        "visit": whole_visit_text(one, zone_label),
        "timeline": list(reversed(read_timeline(one))),
        "messages": [(message, letter_of(message, now=now, for_person=True)) for message in sent],
    }


def _labeled_answers(person: Person) -> list[tuple[str, str]]:
    """Label and value of everything the person gave, in the order of the form."""
    answers = ((label, getattr(person, name)) for name, label in Person.labels().items())
    return [(label, {True: "yes", False: "no"}.get(value, value)) for label, value in answers]


def erase_view(request, found: ConsultRequest, *, each_context: dict, opts):
    """Asks which requests to erase, then erases them: each separately, with the version that was seen."""
    if request.method != "POST":
        context = {**each_context, "title": "Erase one person's data", "opts": opts, "original": found}
        context["choices"] = shown = _shown_choices(request, found)
        context["left_out"] = requests_of(found).count() - len(shown)
        return TemplateResponse(request, "admin/consults/consultrequest/erase.html", context)
    chosen = chosen_of(request, found)
    if not chosen:
        return redirect("admin:consults_consultrequest_erase", found.pk)
    done, refused = decide_each(request, chosen, erasure.erase_at_once)
    if done:
        messages.success(request, f"Erased: {', '.join(done)}. Codes, times and counts remain; nothing identifies the person.")
    for line in refused:
        messages.error(request, f"Not erased: {line}.")
    return redirect("admin:consults_consultrequest_change", found.pk)
