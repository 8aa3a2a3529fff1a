"""What becomes of a letter that its address does not take: a call to make, or a failure that staff see."""

import logging
from datetime import datetime

from consults.current_rules import read_rules
from consults.models import ConsultRequest, OutboxMessage
from consults.spam import count_call
from guard import sealing

from .channels.not_sent import NO_ANSWER
from .facts import Facts
from .kinds import OLD_ADDRESS, REMINDER
from .known import is_called
from .reminder_time import reminder_time

logger = logging.getLogger("clinic.mail")

# Begins the problem of a letter that a delivery report has given up.
RETURNED = "returned_"


def refuse(message: OutboxMessage, *, now: datetime, problem: str) -> None:
    """What it was to tell becomes a call to make, if the patient gave a number. `problem`: a code without personal data.

    A number that was called enough is not called: staff see what could not be sent. What is on its way still when the first
    call is made belongs to that call. What a server had whole before, and did not answer for, may be known all the same. A
    reminder that waits becomes a call, due as one is. Nobody is called about an address that they left: that one is a stranger's.

    Changes nothing if the message is no longer as it was read. Raises sealing.CannotOpen.
    """
    if message.kind == OLD_ADDRESS:
        logger.info("message %s was for an address that was wrong, and takes no mail: %s", message.pk, problem)
        _unchanged(message).update(state=OutboxMessage.State.DROPPED, problem=problem[:60], done_at=None)
        return
    phone = _phone_of(message)
    if not (phone and message.event and _may_be_called(message.event.request, now=now)):
        give_up(message, problem=problem)
        return
    logger.error("message %s was refused, and is a call to make now: %s", message.pk, problem)
    unchanged = _unchanged(message)
    message.seal(message.opened | {"to": phone})
    waiting = {"channel": OutboxMessage.Channel.CALL, "state": OutboxMessage.State.WAITING, "not_before": now}
    is_copy = message.state == OutboxMessage.State.WAITING and not problem.startswith(RETURNED)
    done_at = message.done_at if is_copy else None
    if unchanged.update(**waiting, done_at=done_at, sealed=message.sealed, problem=problem[:60]):
        _call_to_remind(message.event.request, phone, now=now)


def _call_to_remind(request: ConsultRequest, phone: str, *, now: datetime) -> None:
    """The reminder that waits for its day is not for an address that takes no mail either. One that no key opens stays as it is:
    it keeps nothing else from being sent, and is tried on its day.
    """
    posted = read_rules(now).posted
    untried = OutboxMessage.objects.filter(event__request=request, kind=REMINDER, state=OutboxMessage.State.WAITING, attempts=0)
    for reminder in untried.filter(channel=OutboxMessage.Channel.MAIL, not_before__gt=now):
        unchanged = _unchanged(reminder)
        try:
            reminder.seal(reminder.opened | {"to": phone})
        except sealing.CannotOpen:
            logger.error("message %s cannot be opened", reminder.pk)
            continue
        visit = Facts.from_json(reminder.opened).visit
        at = reminder_time(visit, posted, by_phone=True) if visit else reminder.not_before
        # Where the clinic is not open again before the visit's day, it is owed now.
        unchanged.update(channel=OutboxMessage.Channel.CALL, sealed=reminder.sealed, not_before=max(at, now))


def _may_be_called(request: ConsultRequest, *, now: datetime) -> bool:
    return is_called(request) or count_call(request, now=now)


def _phone_of(message: OutboxMessage) -> str:
    """Of the patient that it is to; empty when there is none, or no key opens the request."""
    if message.event is None or message.recipient != OutboxMessage.Recipient.PATIENT:
        return ""
    try:
        return message.event.request.phone
    except sealing.CannotOpen:
        return ""


def give_up(message: OutboxMessage, *, problem: str) -> None:
    """Marks it as failed, so that the desk lists it. Changes nothing if it is no longer as it was read."""
    logger.error("message %s was given up: %s", message.pk, problem)
    # What may have arrived was handed over all the same.
    never_left = {} if problem == NO_ANSWER else {"done_at": None}
    _unchanged(message).update(state=OutboxMessage.State.FAILED, problem=problem[:60], **never_left)


def _unchanged(message: OutboxMessage):
    """Also what is sealed, which an erasure empties: a letter that was sent keeps its state then."""
    same = OutboxMessage.objects.filter(pk=message.pk, state=message.state, channel=message.channel)
    # SQLite hands out as text what somebody wrote there as text, and no erasure leaves any.
    return same if isinstance(message.sealed, str) else same.filter(sealed=bytes(message.sealed))
