"""What a clock that was ahead has dated, and today's dates for it once the clock is right.

Its letters would wait, its requests stay unanswered and its data be kept for as long as the clock was ahead. Events never change:
the history of a request keeps what the clock said.
"""

import logging
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from guard import sealing

from .current_rules import Rules, lock_rules, read_rules
from .messages.facts import Facts
from .messages.kinds import REMINDER
from .messages.outbox import write_reminder
from .models import ConsultRequest, EarlierOffer, Event, OutboxMessage
from .scheduling import reply_due

logger = logging.getLogger("clinic.consults")
_DATES = ("created_at", "addressed_at", "ended_at", "erased_at")


def latest_answer(*, now: datetime) -> datetime:
    """By when a request of this instant is answered at the latest."""
    return _latest_answer(read_rules(now), now)


def requests_dated_ahead(*, now: datetime) -> QuerySet[ConsultRequest]:
    """Requests that came in, ended or were promised an answer while the clock was ahead, in the order in which they came in."""
    return ConsultRequest.objects.dated_ahead(now=now, latest_answer=latest_answer(now=now)).order_by("pk")


def date_again(*, now: datetime, last_event: int) -> None:
    """Dates it all as if it had happened at the instant `now`, of a clock that is right. A reminder keeps its time, and is
    written if it seemed too late for it.

    What ended after the event with the id `last_event`, the last of before the jump, is kept from now on, also where the clock
    was behind: it would be erased at once.
    """
    with transaction.atomic():
        rules = lock_rules(now)
        latest = _latest_answer(rules, now)
        _write_missing_reminders(rules, now)
        _date_messages_again(now, latest)
        ConsultRequest.objects.promised_ahead(now=now, latest_answer=latest).update(answer_by=latest)
        for column in _DATES:
            ConsultRequest.objects.filter(**{f"{column}__gt": now}).update(**{column: now})
        ahead = EarlierOffer.objects.open().filter(offered_at__gt=now)
        ahead.filter(answer_by__gt=latest).update(answer_by=latest)
        ahead.update(offered_at=now)
        ended_before = Event.objects.filter(request=OuterRef("pk"), status__in=ConsultRequest.ENDED, pk__lte=last_event)
        wrongly = Q(ended_at__lt=F("created_at")) | Q(~Exists(ended_before), ended_at__lt=now)
        ConsultRequest.objects.filter(wrongly).update(ended_at=now)


def _latest_answer(rules: Rules, now: datetime) -> datetime:
    return reply_due(posted=rules.posted, open_days=rules.policy.answer_open_days, asked_at=now, starts_at=None)


def _write_missing_reminders(rules: Rules, now: datetime) -> None:
    reminders = OutboxMessage.objects.filter(kind=REMINDER)
    has_one = reminders.filter(Q(event=OuterRef("pk")) | Q(event__request=OuterRef("request"), state=OutboxMessage.State.WAITING))
    confirmed = Event.objects.confirming().filter(~Exists(has_one), at__gt=now, starts_at=F("request__confirmed_starts_at"))
    # The last one of each request.
    for event in {event.request_id: event for event in confirmed.select_related("request").order_by("number")}.values():
        try:
            write_reminder(event, event.request, rules=rules, now=now)
        except sealing.CannotOpen:
            logger.error("request %s cannot be opened and gets no reminder", event.request_id)


def _date_messages_again(now: datetime, latest: datetime) -> None:
    ahead = OutboxMessage.objects.dated_ahead(now=now)
    for message in ahead.exclude(event=None):
        try:
            facts = Facts.from_json(message.opened)
        except sealing.CannotOpen:
            logger.error("message %s cannot be opened and keeps the date of a clock that was ahead", message.pk)
            continue
        promised = {name: min(at, latest) for name in ("answer_by", "offered_until") if (at := getattr(facts, name))}
        message.seal(replace(facts, at=min(facts.at, now), **promised).as_json())
        message.save(update_fields=["sealed"])
    ahead.exclude(kind=REMINDER, attempts=0).update(not_before=now)
    OutboxMessage.objects.filter(call_again_at__gt=now, marked_at__gt=now).update(call_again_at=None)
    for column in ("created_at", "done_at"):
        OutboxMessage.objects.filter(**{f"{column}__gt": now}).update(**{column: now})
