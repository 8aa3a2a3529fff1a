"""Carries out a button of a request's page, or shows the letter that it would write."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from consults import booking, status_text
from consults.messages.compose import Letter
from consults.messages.kinds import REMINDER
from consults.messages.known import to_the_patient
from consults.models import AccessRecord, ConsultRequest, OutboxMessage
from guard.readers import read_whole_number

from .actions import ACTIONS, Incomplete, act
from .display import person_of
from .marking import mark_made
from .outbox_words import letter_of
from .timeline import changes_since

PAGE = "admin:consults_consultrequest_change"


class NotDone(Exception):
    """The action was refused; the text says why. `seen`: the version of the page, when it was out of date."""

    def __init__(self, why: str, *, seen: int | None = None) -> None:
        super().__init__(why)
        self.seen = seen


def act_view(request, pk: int):
    """Carries out one decision and returns to the request's page, which says what was done and who is told.

    The page says it from its own rows. A message kept in the session must not name a person.
    """
    found = get_object_or_404(ConsultRequest, pk=pk)
    page = reverse(PAGE, args=[pk])
    try:
        decided = _decide(request, found)
    except NotDone as stopped:
        messages.error(request, f"{stopped}.")
        return redirect(page if stopped.seen is None else f"{page}?seen={stopped.seen}")
    if request.POST.get("told") == "yes":
        owed = to_the_patient(decided).filter(event__number=decided.version)
        mark_made(owed, by=request.user, now=timezone.now())
    return redirect(f"{page}?done={decided.version}")


def preview_view(request, pk: int, *, each_context: dict, opts):
    """Shows what the action would write to the person, with the reason and the time of the form.

    The decision is made as it would be, read, and undone before anybody else can see it. So the words are those of the letter
    itself, and an action that would be refused says so here.
    """
    found = get_object_or_404(ConsultRequest, pk=pk)
    context = {**each_context, "opts": opts, "original": found}
    try:
        context["letters"] = _letters_of(request, found)
        AccessRecord.objects.write(AccessRecord.Kind.READ_MESSAGE, by=request.user, at=timezone.now(), request=found)
    except NotDone as stopped:
        context["refused"] = f"{stopped}."
    is_call = any(message.channel == OutboxMessage.Channel.CALL for message, _ in context.get("letters", ()))
    about = "What to say" if is_call else "What they will get"
    context |= {"about": about, "title": f"{about}: {found.reference}", "name": person_of(found).full_name}
    return TemplateResponse(request, "admin/consults/consultrequest/preview.html", context)


def _letters_of(request, found: ConsultRequest) -> list[tuple[OutboxMessage, Letter]]:
    with undone():
        return letters_of(_decide(request, found))


@contextmanager
def undone() -> Iterator[None]:
    """What is decided inside is seen by nobody else, and undone."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def letters_of(decided: ConsultRequest) -> list[tuple[OutboxMessage, Letter]]:
    """What the latest decision tells the person."""
    owed = to_the_patient(decided).filter(event__number=decided.version).exclude(kind=REMINDER)
    owed = owed.select_related("event__request").order_by("pk")
    return [(message, letter_of(message, now=timezone.now())) for message in owed]


def _decide(request, found: ConsultRequest) -> ConsultRequest:
    """The request after the action of the form. Raises NotDone."""
    action, version = request.POST.get("action"), read_whole_number(request.POST.get("version"))
    if action not in ACTIONS or version is None:
        raise NotDone("Choose an action")
    try:
        return act(action, found, request.POST, by=request.user, now=timezone.now(), version=version)
    except booking.Stale as stale:
        status, changes = stale.request.get_status_display().lower(), changes_since(stale.request, seen=version)
        change = f"{found.reference} changed meanwhile and is now {status}"
        raise NotDone(f"Nothing was changed: {change}. Since you opened it: {changes}", seen=version) from None
    except booking.NotAllowed as stopped:
        raise NotDone(status_text.not_allowed(stopped.code)) from None
    except booking.Refused as refused:
        raise NotDone(status_text.REFUSALS[refused.code]) from None
    except Incomplete as incomplete:
        raise NotDone(str(incomplete)) from None
