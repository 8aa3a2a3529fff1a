"""What a person knows of their request: what they were told, or may have been, and what they were not."""

from datetime import datetime

from django.db.models import Max

from consults.models import ConsultRequest, Event, OutboxMessage
from consults.transitions import TRANSITIONS
from guard import sealing

from .facts import Before, Facts
from .kinds import ABOUT_OFFERS, CONFIRMING, OLD_ADDRESS, REMINDER

UNSENT = (OutboxMessage.State.WAITING, OutboxMessage.State.FAILED)


def was_written_to(request: ConsultRequest) -> bool:
    """Whether a letter has left for the patient's present address, or may have."""
    corrections = request.events.filter(kind=Event.Kind.READDRESSED)
    since = corrections.aggregate(number=Max("number"))["number"] or 1
    letters = OutboxMessage.objects.filter(event__request=request, event__number__gte=since)
    letters = letters.filter(recipient=OutboxMessage.Recipient.PATIENT).exclude(kind=OLD_ADDRESS)
    return any(letter.may_have_arrived for letter in letters)


def may_know(request: ConsultRequest, kind: str) -> bool:
    """Whether the person was told the last message of this kind, or may have been."""
    told = OutboxMessage.objects.filter(event__request=request, kind=kind).order_by("pk").last()
    return told is not None and told.may_have_arrived


def owes_correction(request: ConsultRequest, *, now: datetime) -> bool:
    """Whether the patient still expects another visit than the confirmed one: the last that they were told of lies ahead.

    The letter that moved it must reach them however late it is, for their calendar.
    """
    told = OutboxMessage.objects.filter(event__request=request, kind__in=CONFIRMING, state=OutboxMessage.State.DONE)
    told = told.filter(recipient=OutboxMessage.Recipient.PATIENT)
    expected = told.order_by("event__number").values_list("event__starts_at", flat=True).last()
    return expected is not None and expected > now and expected != request.confirmed_starts_at


def known_before(event: Event, before: Before) -> Before:
    """What the person knew before the event. After decisions of staff that no letter told yet, it is what was before the first.

    The times between them are no news to anybody. Patients who choose a time have read their own page. Who withdraws a confirmed
    visit may have read none of it: a colleague may do it for them.
    """
    withdraws = event.kind == Event.Kind.WITHDRAWN
    if event.number == 1 or (_is_by_patient(event.kind) and not withdraws):
        return before
    letters = OutboxMessage.objects.filter(event__request=event.request, recipient=OutboxMessage.Recipient.PATIENT)
    letters = letters.exclude(kind__in=[REMINDER, OLD_ADDRESS, *ABOUT_OFFERS])
    last = letters.order_by("event__number").last()
    if last is None or last.state not in UNSENT or last.may_have_arrived or _is_by_patient(last.kind):
        return before
    try:
        known = Facts.from_json(last.opened).before
    except sealing.CannotOpen:
        return before
    # It was theirs to cancel, also if they were told of the request alone.
    return known._replace(confirmed=known.confirmed or before.confirmed) if withdraws else known


def _is_by_patient(kind: str) -> bool:
    return kind not in TRANSITIONS or TRANSITIONS[kind].by_patient
