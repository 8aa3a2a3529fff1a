"""What an answer to a calendar entry changes: who said no in their calendar program is asked whether they want to cancel."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from consults.current_rules import lock_rules
from consults.models import ConsultRequest

from .calendar_answers import CalendarAnswer
from .kinds import ENTRY_DECLINED
from .outbox import ask_about_entry

logger = logging.getLogger("clinic.mail")


def take_answer(answer: CalendarAnswer, *, now: datetime) -> bool:
    """Makes a call of a no to the confirmed visit ahead, or a letter where there is no number. Returns whether it did.

    It never cancels: anybody who has the entry may have written the answer, and some programs send one when the entry is deleted.
    A visit is asked about once. A no to another time than today's is of before that was changed. The lock is that of a decision.
    """
    if not answer.is_no:
        return False
    with transaction.atomic():
        lock_rules(now)
        found = ConsultRequest.objects.filter(calendar_uid=answer.entry, status__in=ConsultRequest.HOLDS_A_SEAT, erased_at=None)
        request = found.select_for_update().first()
        visit = request.confirmed_visit if request else None
        if request is None or visit is None or visit.start <= now or answer.start not in {None, visit.start}:
            return False
        event = request.events.confirming().order_by("number").last()
        if event is None or event.messages.filter(kind=ENTRY_DECLINED).exists():
            return False
        ask_about_entry(event, request, now=now)
    logger.info("the calendar entry of request %s was declined, and the person is to be asked", request.pk)
    return True


def has_entry(uid: UUID) -> bool:
    """Whether an entry with this UID is one of ours."""
    return ConsultRequest.objects.filter(calendar_uid=uid).exists()
