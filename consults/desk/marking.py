"""What staff mark of messages by hand. Who last did so, and when, is kept with the message.

`messages` is what they chose; of it only what may be marked is. Each returns how many that was.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from consults.messages.outbox import is_still_true
from consults.models import ConsultPolicy, OutboxMessage

Channel, State = OutboxMessage.Channel, OutboxMessage.State


def mark_made(messages: QuerySet[OutboxMessage], *, by, now: datetime) -> int:
    """Calls that are to be made now were made. A reminder that is due later waits for its day."""
    due = _among(OutboxMessage.objects.calls_to_make(now=now), messages)
    return due.update(state=State.DONE, done_at=now, marked_by=by, marked_at=now)


def mark_not_made(messages: QuerySet[OutboxMessage], *, by, now: datetime) -> int:
    """Calls that were marked by mistake are to be made again, unless what they tell is no longer true, or was erased."""
    with transaction.atomic():
        # As for every decision: none makes a call untrue between the look and the update.
        ConsultPolicy.objects.lock()
        made = _among(OutboxMessage.objects.filter(channel=Channel.CALL, state=State.DONE), messages)
        owed = [call.pk for call in made.select_related("event__request") if call.sealed and is_still_true(call)]
        again = OutboxMessage.objects.filter(pk__in=owed)
        return again.update(state=State.WAITING, done_at=None, marked_by=by, marked_at=now)


def mark_dealt_with(messages: QuerySet[OutboxMessage], *, by, now: datetime) -> int:
    """Failed email needs nobody any more: the person was told otherwise, or there is nobody to tell. So they may know what it
    said, as after a call, and are told of what changes it.
    """
    failed = _among(OutboxMessage.objects.failed(), messages)
    return failed.update(state=State.DROPPED, done_at=now, marked_by=by, marked_at=now)


def send_again(messages: QuerySet[OutboxMessage], *, by, now: datetime) -> int:
    """The worker tries failed email as if it had just been written. What came back and was about no request has no text left."""
    failed = _among(OutboxMessage.objects.failed().sent_by_the_worker().exclude(sealed=b""), messages)
    return failed.update(state=State.WAITING, attempts=0, not_before=now, problem="", marked_by=by, marked_at=now)


def _among(these: QuerySet[OutboxMessage], messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    return these.filter(pk__in=messages.order_by().values("pk"))
