"""What staff mark of messages by hand. Who last did so, and when, is kept with the message.

`messages` is what they chose; of it only what may be marked is. Each returns how many that was.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from consults.current_rules import Rules, read_rules
from consults.messages.overtaken import is_still_true
from consults.messages.reading import TOO_LATE, comes_too_late
from consults.models import ConsultPolicy, Event, OutboxMessage
from consults.scheduling import PostedHours
from guard import sealing

Channel, State = OutboxMessage.Channel, OutboxMessage.State


def mark_made(messages: QuerySet[OutboxMessage], *, by, now: datetime, was_to_be_made: bool = False) -> int:
    """Calls that are owed were made, also those to be tried later: the person may have called back. A reminder that is due
    later waits for its day.

    One that nobody is to make any more told nobody anything: it is dropped and not counted, unless it `was_to_be_made` by the
    page of the button, which a colleague may have read out before that changed.
    """
    due, rules = _among(OutboxMessage.objects.calls_owed(now=now), messages), read_rules(now)
    late = (
        []
        if was_to_be_made
        else [call.pk for call in due.select_related("event__request") if is_too_late(call, rules=rules, now=now)]
    )
    marked = {"call_again_at": None, "marked_by": by, "marked_at": now}
    if late:
        due.filter(pk__in=late).update(state=State.DROPPED, problem=TOO_LATE, **marked)
    said = {"place": rules.clinic.consult_place, "way_to_join": rules.clinic.way_to_join}
    return due.exclude(pk__in=late).update(state=State.DONE, done_at=now, **said, **marked)


def is_too_late(call: OutboxMessage, *, rules: Rules, now: datetime) -> bool:
    """Whether nobody is to make the call any more. One that no key opens is on the list as it was."""
    try:
        return comes_too_late(call, rules=rules, now=now)
    except sealing.CannotOpen:
        return False


def mark_no_answer(messages: QuerySet[OutboxMessage], *, by, now: datetime, tried: int | None = None) -> int:
    """Nobody answered these calls: each comes back when the clinic is open again, an hour later at the earliest.

    `tried`: how often they were tried by the page of the button. Then one that is to be tried later may have been tried now, and
    a second click counts nothing.
    """
    calls = OutboxMessage.objects.calls_to_make(now=now)
    if tried is not None:
        calls = OutboxMessage.objects.calls_owed(now=now).filter(calls_tried=tried)
    posted, marked = read_rules(now).posted, 0
    for call in _among(calls, messages).select_related("event__request"):
        unchanged = calls.filter(pk=call.pk, calls_tried=call.calls_tried)
        again = {"calls_tried": F("calls_tried") + 1, "call_again_at": _call_again(call, posted, now)}
        marked += unchanged.update(**again, marked_by=by, marked_at=now)
    return marked


def _call_again(call: OutboxMessage, posted: PostedHours, now: datetime) -> datetime:
    """In opening hours, unless they may come before that, also at a time that the call is to take back, or an offer that is held
    for a short time waits for the answer.
    """
    in_an_hour = now + timedelta(hours=1)
    at = posted.open_from(in_an_hour) or in_an_hour
    start = call.next_start(now=now)
    cannot_wait = call.kind == Event.Kind.OFFERED or (start is not None and start <= at + timedelta(hours=1))
    return in_an_hour if cannot_wait else at


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
    said, as after a call, and are told of what changes it. Nothing has left for their address by that.
    """
    failed = _among(OutboxMessage.objects.failed(), messages)
    return failed.update(state=State.DROPPED, is_dealt_with=True, marked_by=by, marked_at=now)


def send_again(messages: QuerySet[OutboxMessage], *, by, now: datetime) -> int:
    """The worker tries failed email as if it had just been written. What came back and was about no request has no text left."""
    failed = _among(OutboxMessage.objects.failed().sent_by_the_worker().exclude(sealed=b""), messages)
    return failed.update(state=State.WAITING, attempts=0, not_before=now, problem="", marked_by=by, marked_at=now)


def _among(these: QuerySet[OutboxMessage], messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    return these.filter(pk__in=messages.order_by().values("pk"))
