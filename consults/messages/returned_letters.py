"""What a delivery report changes: a letter that came back becomes what a letter that is refused at once becomes."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from consults.current_rules import Rules, lock_rules
from consults.models import Event, OutboxMessage
from guard import sealing

from .channels.smtp_refusal import is_the_recipients
from .delivery_reports import DeliveryReport, Unanswerable
from .kinds import OF_A_VISIT_AHEAD
from .overtaken import is_still_true
from .reading import offer_is_over, visit_has_begun
from .refused import RETURNED, give_up, refuse

logger = logging.getLogger("clinic.mail")

State, MAIL = OutboxMessage.State, OutboxMessage.Channel.MAIL


def take_report(report: DeliveryReport, *, now: datetime) -> bool:
    """Answers a letter that will never arrive with a call to make, or marks it as failed where its address is not at fault.
    Returns whether it came back and somebody should know.

    A server that takes its time may report on a letter before it answers for it. Nothing changes for a letter that a call or an
    erasure has dealt with, or that says what is no longer true: the letter that was written since is the one that counts. So
    the same report twice, or a forged one, makes one call at the most, about a letter that we sent. A letter about no request
    was forgotten when it left, and is failed mail: nobody else learns that the staff inbox takes none. The lock is that of a
    decision, so that no erasure runs beside it.

    Raises Unanswerable; a restore may have lost the letter, or that it left.
    """
    if not report.given_up:
        return False
    with transaction.atomic():
        rules = lock_rules(now)
        letter = _letters().filter(message_id=report.message_id).first()
        if letter is None or (letter.state == State.WAITING and letter.channel == MAIL and not letter.may_have_arrived):
            raise Unanswerable
        is_dealt_with = letter.channel != MAIL or letter.state == State.DROPPED or not letter.may_have_arrived
        if is_dealt_with:
            return False
        problem = f"{RETURNED}{report.given_up}"
        if letter.event is None:
            give_up(letter, problem=problem)
            return True
        if not letter.sealed:
            return False
        try:
            if not is_still_true(letter) or _comes_too_late(letter, rules, now):
                return False
            if is_the_recipients(report.given_up):
                refuse(letter, now=now, problem=problem)
            else:
                # Of our account or of the letter itself: nothing against the address, and another letter may arrive.
                give_up(letter, problem=problem)
        except sealing.CannotOpen:
            logger.exception("message %s came back and cannot be opened", letter.pk)
            give_up(letter, problem="cannot_open")
    return True


def is_known(message_id: UUID) -> bool:
    """Whether it is a letter of ours, under whatever host it left."""
    return OutboxMessage.objects.filter(message_id=message_id).exists()


def _letters():
    # A change of the field key does not wait for decisions.
    return OutboxMessage.objects.select_related("event__request").select_for_update(of=("self",))


def _comes_too_late(letter: OutboxMessage, rules: Rules, now: datetime) -> bool:
    """Whether it is about coming to a visit that has begun, or offers what is not to be had. Raises sealing.CannotOpen."""
    if letter.kind == Event.Kind.OFFERED:
        return offer_is_over(letter, rules=rules, now=now)
    return letter.kind in OF_A_VISIT_AHEAD and visit_has_begun(letter, now=now)
