"""A request's events as its page tells them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from django.utils import timezone

from consults import dates
from consults.booking import TRANSITIONS
from consults.messages.kinds import ABOUT_OFFERS
from consults.models import ConsultRequest, Event, Handing, Reason

from .display import name_of

_BY_THE_PATIENT = {Event.Kind.REQUESTED, *(kind for kind, row in TRANSITIONS.items() if row.by_patient)}
_SETS_TIME = {Event.Kind.REQUESTED, *(kind for kind, row in TRANSITIONS.items() if row.sets_time)}


@dataclass(frozen=True)
class TimelineEntry:
    """An event as a line of the timeline. `is_news`: it came after the version that the reader saw."""

    what: str
    who: str
    at: datetime
    detail: str
    is_news: bool = False
    reason: str = ""


def read_timeline(found: ConsultRequest, *, seen: int | None = None) -> list[TimelineEntry]:
    """The request's events and who was given it when, newest first."""
    reasons = dict(Reason.objects.values_list("code", "label"))
    events = list(found.events.select_related("by").order_by("-number"))
    told = [
        _entry(event, reasons, is_news=seen is not None and event.number > seen, earlier=events[number:])
        for number, event in enumerate(events, start=1)
    ]
    handed = [_handed(one) for one in Handing.objects.filter(request=found).select_related("to", "by").order_by("-at", "-pk")]
    # Events keep their order, whatever the clock did.
    return list(merge(handed, told, key=lambda entry: entry.at, reverse=True))


def _handed(one: Handing) -> TimelineEntry:
    what = "Assigned to nobody" if one.to is None else "Taken on" if one.to == one.by else f"Handed to {name_of(one.to)}"
    return TimelineEntry(what, name_of(one.by), one.at, "")


def what_happened(event: Event, earlier: Iterable[Event]) -> str:
    """The event in words. `earlier`: those before it; who had no time yet was not moved."""
    if event.kind == Event.Kind.RESCHEDULED and not any(one.starts_at for one in earlier if one.kind not in ABOUT_OFFERS):
        return Event.Kind.CONFIRMED.label.capitalize()
    return event.get_kind_display().capitalize()


def _entry(event: Event, reasons: dict[str, str], *, is_news: bool, earlier: Iterable[Event] = ()) -> TimelineEntry:
    who = "the patient" if event.kind in _BY_THE_PATIENT else "the system"
    if event.by:
        who = name_of(event.by)
    details = [reasons.get(event.reason, event.reason)] if event.reason else []
    if event.starts_at and event.kind in _SETS_TIME:
        start = timezone.localtime(event.starts_at)
        details.append(f"for {dates.date_text(start)}, {dates.choice_text(start)}")
    reason = details[0] if event.reason else ""
    return TimelineEntry(what_happened(event, earlier), who, event.at, ", ".join(details), is_news, reason)


def changes_since(found: ConsultRequest, *, seen: int) -> str:
    """The events since the version `seen`, as one sentence."""
    news = [line for line in reversed(read_timeline(found, seen=seen)) if line.is_news]
    return "; ".join(f"{line.what.lower()} by {line.who}{', ' + line.detail if line.detail else ''}" for line in news)


def last_note(found: ConsultRequest) -> TimelineEntry | None:
    """Who saved the note for colleagues, and when."""
    event = found.events.filter(kind=Event.Kind.NOTED).select_related("by").order_by("-number").first()
    return _entry(event, {}, is_news=False) if event else None
