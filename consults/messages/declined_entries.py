"""What an answer to a calendar entry changes: who said no in their calendar program is asked whether they want to cancel."""

import logging
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from consults.current_rules import lock_rules
from consults.models import ConsultRequest, Event, TakenAnswer
from consults.models.request_queryset import calendar_step_at
from pages.models import Clinic

from .calendar_answers import CalendarAnswer, as_title
from .calendar_file import entry_place, entry_title
from .kinds import ENTRY_DECLINED
from .outbox import ask_about_entry

logger = logging.getLogger("clinic.mail")


def take_answer(answer: CalendarAnswer, *, now: datetime) -> bool:
    """Makes a call of a no to the confirmed visit ahead, or a letter where there is no number. Returns whether it did.

    It never cancels: anybody who has the entry may have written the answer, and some programs send one when the entry is deleted.
    A visit is asked about once, and a mail counts once, however often it is read. A no to another time than today's, or to an
    entry of before the confirmation, says nothing of it. The lock is that of a decision.
    """
    if not answer.is_no:
        return False
    with transaction.atomic():
        lock_rules(now)
        request = ConsultRequest.objects.filter(calendar_uid=answer.entry, erased_at=None).select_for_update().first()
        event = request.events.confirming().order_by("number").last() if request else None
        if request is None or event is None or not TakenAnswer.objects.take(request, mail=answer.mail, now=now):
            return False
        visit = request.confirmed_visit if request.status in ConsultRequest.HOLDS_A_SEAT else None
        if visit is None or visit.start <= now or answer.start not in {None, visit.start}:
            return False
        if _is_of_before(answer, event, request, now=now) or event.messages.filter(kind=ENTRY_DECLINED).exists():
            return False
        ask_about_entry(event, request, now=now)
    logger.info("the calendar entry of request %s was declined, and the person is to be asked", request.pk)
    return True


def _is_of_before(answer: CalendarAnswer, event: Event, request: ConsultRequest, *, now: datetime) -> bool:
    """Whether the answer is to an entry of before the event, by its SEQUENCE, or else by when it was written.

    An event of before the last restore went out without its step. One that a clock which was ahead has dated tells nothing.
    """
    if answer.sequence:
        step = request.calendar_step if calendar_step_at(event.at) >= request.calendar_step else 0
        return answer.sequence < step + event.number
    return answer.written_at is not None and answer.written_at < event.at.replace(microsecond=0) <= now


def if_ours(answer: CalendarAnswer) -> CalendarAnswer | None:
    """The answer, if its entry is one of ours. Another title or place than those of today counts as words."""
    if not ConsultRequest.objects.filter(calendar_uid=answer.entry).exists():
        return None
    clinic = Clinic.objects.current()
    ours = set(map(as_title, (entry_title(clinic), entry_place(clinic))))
    return answer if answer.titles <= ours else replace(answer, has_words=True)
