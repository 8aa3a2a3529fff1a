"""Reads an answer to a calendar entry (RFC 5546, METHOD:REPLY), as a calendar program mails it to the ORGANIZER. Pure.

Anybody can write such a mail, so nothing of it is used but the UID of an entry, whether it says no, and to which start.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from icalendar.parser import Contentlines, Parameters

from .delivery_reports import Unreadable, parts_of

_LONGEST = 16_384
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IN_CALENDAR, _IN_EVENT = ("VCALENDAR",), ("VCALENDAR", "VEVENT")


@dataclass(frozen=True)
class CalendarAnswer:
    """`entry`: the UID. `start`: of the visit that was answered, if it is named in UTC, as our entries name it."""

    entry: UUID
    is_no: bool
    start: datetime | None = None


def read_answer(mail: bytes) -> CalendarAnswer | None:
    """What a mail says to one entry; None for anything else. Raises Unreadable."""
    try:
        calendars = (part for part in parts_of(mail) if part.get_content_type() == "text/calendar")
        return next(filter(None, (_read(part.get_payload(decode=True)) for part in calendars)), None)
    except Exception as error:
        raise Unreadable(type(error).__name__) from None


def _read(body: object) -> CalendarAnswer | None:
    if not isinstance(body, bytes):
        return None
    method, entries, is_no, start = "", set(), False, None
    for within, name, parameters, value in _lines(body[:_LONGEST].decode(errors="replace")):
        if (within, name) == (_IN_CALENDAR, "METHOD"):
            method = value.strip().upper()
        elif within == _IN_EVENT and name == "UID":
            entries.add(value.strip().lower())
        elif within == _IN_EVENT and name == "ATTENDEE":
            is_no = is_no or str(parameters.get("PARTSTAT", "")).upper() == "DECLINED"
        elif within == _IN_EVENT and name == "DTSTART":
            start = _instant(value.strip())
    entry = entries.pop() if len(entries) == 1 else ""
    return CalendarAnswer(UUID(entry), is_no, start) if method == "REPLY" and _UID.fullmatch(entry) else None


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], str, Parameters, str]]:
    """The lines, each with the components that it is in. Nothing is made of them: a time zone that a stranger defines takes the
    library as long as they like. A line that is none is left out.
    """
    within: tuple[str, ...] = ()
    for line in filter(None, Contentlines.from_ical(text)):
        try:
            name, parameters, value = line.parts()
        except ValueError:
            continue
        if name.upper() == "BEGIN":
            within = (*within, value.strip().upper())
        elif name.upper() == "END":
            within = within[:-1]
        else:
            yield within, name.upper(), parameters, value


def _instant(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
