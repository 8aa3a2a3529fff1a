"""Writes messages: with the event they report, one per (event, kind, recipient), and letters to staff about no request."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from consults.current_rules import Rules
from consults.models import ConsultPolicy, ConsultRequest, EarlierOffer, Event, OutboxMessage, Reason
from guard import sealing

from .calendar_file import CalendarChange
from .channels import BY_CONTACT, mail
from .compose import Letter
from .facts import Before, Facts
from .kinds import ABOUT_OFFERS, APOLOGIZING, CONFIRMING, ENTRY_DECLINED, OLD_ADDRESS, REMINDER, Tells, tells
from .known import has_unsent_link, is_called, may_know, was_promised_earlier, was_written_to
from .meeting import was_told_otherwise
from .overtaken import drop_overtaken, drop_unsent, drop_useless, unsent
from .reminder_time import reminder_time
from .taken_back import known_before, offer_ended_unsaid, told_times

_LETTERS_TO_STAFF_LAST = timedelta(days=30)


def write_messages(
    event: Event,
    request: ConsultRequest,
    *,
    rules: Rules,
    reason: Reason | None,
    before: Before,
    now: datetime,
    offer: EarlierOffer | None = None,
    is_late: bool = False,
) -> None:
    """Writes what the event owes the patient, on the channel they chose, and the staff. `offer`: the one that it makes,
    answers or ends, or that stays open.
    `is_late`: an answer was promised, perhaps by their page alone, by an instant that is past.
    `before`: what the calendar change is counted from, and what the letter says was replaced, where the person knew of it.

    An unsent message or a waiting reminder about an earlier state of the request is dropped: the new one says what is true
    now, and a confirmed visit gets a new reminder. What leaves the confirmed visit as it is leaves its letter and its reminder.
    What is about an offer says nothing of the request, so it replaces only what was about an offer.
    """
    says, calendar = tells(event.kind), CalendarChange.between(before.confirmed, request.confirmed_visit)
    about = offer if says.is_about_offer else None
    if event.number > 1 and not says.keeps_reminder:
        unsent(request).filter(kind=REMINDER).drop()
    if says.subject and _is_owed(request, says, before):
        channel, owes_apology = _channel_of(request), not says.is_about_offer and _owes_apology(event)
        (known, untold_since), is_news = known_before(event, before), before.confirmed != request.confirmed_visit
        # They never heard of the visit, so all that ends for them is their request. They may have seen it on their page, and
        # put it in a calendar: the entry is taken out, at the time that they know.
        ends_unheard = request.status in ConsultRequest.ENDED and before.confirmed is not None and known.confirmed is None
        if says.is_about_offer:
            unsent(request).filter(kind__in=ABOUT_OFFERS, recipient=OutboxMessage.Recipient.PATIENT).drop()
        else:
            drop_overtaken(event, OutboxMessage.Recipient.PATIENT, but=() if is_news else CONFIRMING)
        to = getattr(request, channel.REACHES)
        facts = Facts.of(
            request,
            to=to,
            reason=reason.text_for(move=event.kind == Event.Kind.MOVE_DECLINED) if reason else "",
            may_ask_again=reason is None or reason.may_ask_again,
            calendar=CalendarChange("CANCEL", known.asked or before.confirmed) if ends_unheard else calendar,
            now=now,
            offer=about,
            ended_offer=offer_ended_unsaid(event) if event.number > 1 else None,
            before=known,
            page_had_another=before.confirmed is not None and is_news,
            told=told_times(event),
            untold_since=untold_since,
        )
        if event.kind == Event.Kind.RELEASED:
            owes_apology = owes_apology or is_late or was_promised_earlier(request, now=now)
            facts = replace(facts, has_new_link=has_unsent_link(request))
        facts = replace(facts, is_late=owes_apology or event.kind in APOLOGIZING)
        if ends_unheard:
            facts = replace(facts, visit=known.asked)
        is_on_the_line = says.answers_a_call and event.by and channel.CODE == OutboxMessage.Channel.CALL
        # The call that offered the time named the place of that day.
        if not is_on_the_line or was_told_otherwise(request, clinic=rules.clinic):
            _to_patient(event, event.kind, channel.CODE, facts, not_before=now)
        if says.confirms:
            write_reminder(event, request, rules=rules, now=now)
    elif says.is_over or says.only_if_known:
        drop_useless(event, now=now)
    if says.to_staff and settings.STAFF_INBOX and event.by is None:
        facts = Facts.of(request, to=settings.STAFF_INBOX, calendar=CalendarChange(), now=now, offer=about)
        drop_overtaken(event, OutboxMessage.Recipient.STAFF)
        _write(event, event.kind, OutboxMessage.Recipient.STAFF, OutboxMessage.Channel.MAIL, facts.as_json(), not_before=now)


def write_reminder(event: Event, request: ConsultRequest, *, rules: Rules, now: datetime) -> None:
    """Writes the reminder of the visit that the event confirmed, unless its time has passed. Raises sealing.CannotOpen."""
    channel, visit = _channel_of(request), request.confirmed_visit
    by_phone = channel.CODE == OutboxMessage.Channel.CALL
    if visit and (at := reminder_time(visit, rules.posted, by_phone=by_phone)) > now:
        facts = Facts.of(request, to=getattr(request, channel.REACHES), calendar=CalendarChange(), now=now)
        _to_patient(event, REMINDER, channel.CODE, replace(facts, visit=visit), not_before=at)


def ask_about_entry(event: Event, request: ConsultRequest, *, now: datetime) -> None:
    """Asks who declined the entry of the visit that the event confirmed: by phone where they gave a number, because a colleague
    should hear the answer. Everything else is told as before.
    """
    channel = BY_CONTACT["phone" if request.phone else "email"]
    facts = Facts.of(request, to=getattr(request, channel.REACHES), calendar=CalendarChange(), now=now)
    _to_patient(event, ENTRY_DECLINED, channel.CODE, replace(facts, visit=request.confirmed_visit), not_before=now)


def _channel_of(request: ConsultRequest):
    return BY_CONTACT["phone" if is_called(request) else "email"]


def _owes_apology(event: Event) -> bool:
    """Whether what the event replaces was to apologize for a late answer, and nobody heard it, as far as we know."""
    if event.number == 1:
        return False
    unheard = unsent(event.request).filter(recipient=OutboxMessage.Recipient.PATIENT, event__number__lt=event.number)
    letters = [letter for letter in unheard.exclude(kind__in=[REMINDER, OLD_ADDRESS]) if letter.sealed and not letter.is_known]
    try:
        return any(Facts.from_json(letter.opened).is_late for letter in letters)
    except sealing.CannotOpen:
        return False


def _is_owed(request: ConsultRequest, says: Tells, before: Before) -> bool:
    if says.only_if_known:
        return before.confirmed is not None or was_written_to(request)
    return not says.only_after or may_know(request, says.only_after)


def write_to_old_address(event: Event, request: ConsultRequest, *, to: str, now: datetime) -> None:
    """Tells an address that a correction left, once, and nothing but that."""
    facts = replace(Facts.of(request, to=to, calendar=CalendarChange(), now=now), name="", token="", visit=None)
    _to_patient(event, OLD_ADDRESS, OutboxMessage.Channel.MAIL, facts, not_before=now)


def write_to_staff(kind: str, *, to: str, subject: str, text: str, now: datetime) -> None:
    """Writes a letter about an account or the site itself. `text` is not wrapped; what is sealed is emptied once it was sent."""
    letter = Letter(to, subject, text)
    _write(None, kind, OutboxMessage.Recipient.STAFF, OutboxMessage.Channel.MAIL, letter._asdict(), not_before=now)


def write_to_staff_once_a_day(kind: str, *, to: str, subject: str, text: str, now: datetime) -> bool:
    """The same, unless one of the kind was written within a day. Returns whether it wrote one.

    The lock is that of a decision: of two workers, the second one sees what the first has written.
    """
    with transaction.atomic():
        ConsultPolicy.objects.lock()
        if OutboxMessage.objects.filter(kind=kind, created_at__gt=now - timedelta(days=1)).exists():
            return False
        write_to_staff(kind, to=to, subject=subject, text=text, now=now)
    return True


def forget_letters_to_staff(*, now: datetime) -> int:
    """Deletes letters about no request that were sent, or given up, a month ago. Returns how many."""
    ended = OutboxMessage.objects.about_no_request().exclude(state=OutboxMessage.State.WAITING)
    old = ended.filter(created_at__lte=now - _LETTERS_TO_STAFF_LAST)
    mail.delete_files(old.values_list("message_id", flat=True))
    return old.delete()[0]


def forget_messages(request: ConsultRequest) -> None:
    """Empties every message about the request, in files too; nobody sends or deals with what was not sent."""
    drop_unsent(request)
    messages = OutboxMessage.objects.filter(event__request=request)
    messages.update(sealed=b"")
    ids = list(messages.values_list("message_id", flat=True))
    transaction.on_commit(lambda: mail.delete_files(ids), robust=True)  # others are told of the erasure all the same


def _to_patient(event: Event, kind: str, channel: str, facts: Facts, *, not_before: datetime) -> None:
    known = facts.before.confirmed
    columns = {"is_first": _is_first(event, kind), "known_start": known.start if known else None}
    _write(event, kind, OutboxMessage.Recipient.PATIENT, channel, facts.as_json(), not_before=not_before, **columns)


def _is_first(event: Event, kind: str) -> bool:
    """Whether nobody knows yet that the address is the sender's own: nothing was sent there, and no colleague decided."""
    if kind == OLD_ADDRESS or event.number == 1:
        return True
    return kind != REMINDER and event.by is None and not was_written_to(event.request)


def _write(
    event: Event | None, kind: str, recipient: str, channel: str, values: dict, *, not_before: datetime, **columns: Any
) -> None:
    created_at = event.at if event and kind != ENTRY_DECLINED else not_before
    columns |= {"kind": kind, "recipient": recipient, "channel": channel, "created_at": created_at, "not_before": not_before}
    message = OutboxMessage(event=event, **columns)
    message.seal(values)
    message.save(force_insert=True)
