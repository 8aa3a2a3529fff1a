"""One person's data: a copy to print for them, and immediate erasure. For owners, who must re-enter their password."""

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import erasure
from consults.models import AccessRecord, ConsultRequest, Person
from guard import sealing
from pages.models import Clinic

from .bulk_actions import decide_each, version_field
from .display import person_of, staff_notes_of, whole_visit_text
from .outbox import letter_of
from .request_page import read_timeline


def requests_of(found: ConsultRequest):
    """Every request with the same email address or phone number that is not erased, oldest first."""
    try:
        same = ConsultRequest.objects.of_same_contact(found)
    except sealing.CannotOpen:
        same = ConsultRequest.objects.filter(pk=found.pk)
    return same.filter(erased_at=None).order_by("created_at", "pk")


def copy_view(request, found: ConsultRequest, *, each_context: dict, opts):
    """Shows all of it on one page, for the person to read."""
    now, zone_label = timezone.now(), Clinic.objects.current().time_zone_label
    kept = []
    for one in requests_of(found):
        AccessRecord.objects.write(AccessRecord.Kind.PRINTED, by=request.user, at=now, request=one)
        messages_sent = [message for event in one.events.prefetch_related("messages") for message in event.messages.all()]
        kept.append(
            {
                "request": one,
                "answers": _labeled_answers(person_of(one)),
                "staff_notes": staff_notes_of(one),
                "visit": whole_visit_text(one, zone_label),
                "timeline": list(reversed(read_timeline(one))),
                "messages": [(message, letter_of(message, now=now)) for message in messages_sent],
            }
        )
    context = {**each_context, "title": "What we keep about you", "opts": opts, "original": found, "kept": kept, "now": now}
    return TemplateResponse(request, "admin/consults/consultrequest/copy.html", context)


def _labeled_answers(person: Person) -> list[tuple[str, str]]:
    """Label and value of everything the person gave, in the order of the form."""
    answers = ((label, getattr(person, name)) for name, label in Person.labels().items())
    return [(label, {True: "yes", False: "no"}.get(value, value)) for label, value in answers]


def erase_view(request, found: ConsultRequest, *, each_context: dict, opts):
    """Shows what would be erased, then erases it: each request separately, with the version that was seen."""
    found_all = list(requests_of(found))
    if request.method == "POST":
        chosen = [one for one in found_all if version_field(one) in request.POST]
        done, refused = decide_each(request, chosen, erasure.erase_at_once)
        for one in chosen:
            if one.reference in done:
                AccessRecord.objects.write(AccessRecord.Kind.ERASED, by=request.user, at=timezone.now(), request=one)
        if done:
            messages.success(
                request, f"Erased: {', '.join(done)}. Codes, times and counts remain; nothing identifies the person."
            )
        for line in refused:
            messages.error(request, f"Not erased: {line}.")
        return redirect("admin:consults_consultrequest_change", found.pk)
    rows = [(one, person_of(one).full_name, version_field(one)) for one in found_all]
    context = {**each_context, "title": "Erase one person's data", "opts": opts, "original": found, "rows": rows}
    return TemplateResponse(request, "admin/consults/consultrequest/erase.html", context)
