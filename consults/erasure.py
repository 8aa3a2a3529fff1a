"""Erasure: personal data is deleted some time after a request ended, or when the person asks."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from . import booking
from .models import AccessRecord, ConsultPolicy, ConsultRequest, Event, OutboxMessage
from .models.outbox_message import LONGEST_PAUSE
from .one_by_one import decide_each
from .set_aside import KEPT
from .transitions import has_begun, visit_began

QUARANTINE_LASTS = KEPT
# A call that nobody makes for longer keeps nothing that is due to be erased.
CALLS_ARE_AWAITED = timedelta(days=30)
_AT_ONCE = 500


def due_for_erasure(*, now: datetime):
    """Requests that ended `erase_after_days` ago or were quarantined for 30 days, and about which no letter is about to leave
    and no call is owed.

    A letter waits that long only where a wrong clock has dated its request, and not for good: in the end it is given up. A call
    does so where requests are kept for a short time, or somebody decided late.
    """
    after = timedelta(days=ConsultPolicy.objects.current().erase_after_days)
    leaving = OutboxMessage.objects.due(now=now + LONGEST_PAUSE).exclude(event=None)
    to_erase = ConsultRequest.objects.to_erase(now=now, after=after, quarantined_after=QUARANTINE_LASTS)
    owed = OutboxMessage.objects.calls_owed(now=now).filter(not_before__gt=now - CALLS_ARE_AWAITED)
    return to_erase.exclude(pk__in=leaving.values("event__request")).exclude(pk__in=owed.values("event__request"))


def erase_due(*, now: datetime, after: datetime | None = None) -> int:
    """Erases what is due; returns how many, 0 if none. With `after`, what was due at that instant waits."""
    if after is not None and after >= now:
        return 0
    due = due_for_erasure(now=now)
    if after is not None:
        due = due.exclude(pk__in=due_for_erasure(now=after).values("pk"))
    erased, _ = decide_each(
        lambda request: booking.erase_request(request, now=now, version=request.version), due.order_by("pk")[:_AT_ONCE]
    )
    return erased


def discard_due(*, now: datetime, after: datetime | None = None) -> int:
    """Deletes what was set aside on its arrival 30 days ago and nobody had to do with; returns how many, 0 if none.

    Erased instead, each would leave rows, and a line in the list of erased requests, for as long as the site lives: a machine
    sends hundreds a day. With `after`, what was due at that instant waits.
    """
    arrived = Event.objects.filter(kind=Event.Kind.QUARANTINED, number=1, at__lte=now - QUARANTINE_LASTS)
    if after is not None:
        arrived = arrived.filter(at__gt=after - QUARANTINE_LASTS)
    due = ConsultRequest.objects.never_let_in().filter(pk__in=arrived.values("request"))
    discarded, _ = decide_each(partial(booking.discard_request, now=now), due.order_by("pk")[:_AT_ONCE])
    return discarded


def erase_at_once(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Erases a request in any state, for an owner. An open one is withdrawn first, which frees its seat; one whose
    start has passed without an answer expires before that. Who did it is recorded with it.

    No message can be sent afterwards, so staff must tell the person themselves.
    """
    if version is not None and request.version != version:
        raise booking.Stale(request)
    with transaction.atomic():
        if request.status == ConsultRequest.Status.REQUESTED and (has_begun(request, now) or visit_began(request, now)):
            request = booking.expire_request(request, now=now)
            version = request.version
        if request.status in ConsultRequest.HOLDS_A_SEAT and not visit_began(request, now):
            request = booking.withdraw_request(request, now=now, by=by, version=version)
            version = request.version
        request = booking.erase_request(request, by=by, now=now, version=version)
        if by is not None:
            AccessRecord.objects.write(AccessRecord.Kind.ERASED, by=by, at=now, request=request)
        return request
