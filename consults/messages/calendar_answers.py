"""Reads an answer to a calendar entry (RFC 5546, METHOD:REPLY), as a calendar program mails it to the ORGANIZER. Pure.

Anybody can write such a mail, so nothing of it is used but the UID of an entry, whether it says no, and to which start. Whether a
person may have written something with it is said, too, and not what.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from uuid import UUID

from icalendar.parser import Contentlines, Parameters

from .delivery_reports import Unreadable, parts_of

_LONGEST = 16_384
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# What a program sends without any words of a person, and the calendar as a file.
_OF_PROGRAMS = {"text/plain", "text/html", "text/calendar", "application/ics"}
_TAG = re.compile(r"<[^<>]*>|&nbsp;|&#160;")
_IN_CALENDAR, _IN_EVENT = ("VCALENDAR",), ("VCALENDAR", "VEVENT")


@dataclass(frozen=True)
class CalendarAnswer:
    """`entry`: the UID. `start`: of the visit that was answered, if it is named in UTC, as our entries name it."""

    entry: UUID
    is_no: bool
    start: datetime | None = None
    has_words: bool = False


def read_answer(mail: bytes, *, is_cut: bool = False) -> CalendarAnswer | None:
    """What a mail says to one entry; None for anything else. `is_cut`: it goes on. Raises Unreadable.

    It has words if there is any text that a person may have written: a comment, a text beside the calendar, what was cut off.
    Some programs write a sentence of their own there, which nothing tells from a person's.
    """
    try:
        parts = list(parts_of(mail))
        calendars = (part for part in parts if part.get_content_type() == "text/calendar")
        answer = next(filter(None, (_read(part.get_payload(decode=True)) for part in calendars)), None)
        return answer and replace(answer, has_words=is_cut or answer.has_words or _is_beside(parts))
    except Exception as error:
        raise Unreadable(type(error).__name__) from None


def _read(body: object) -> CalendarAnswer | None:
    if not isinstance(body, bytes):
        return None
    method, entries, is_no, start, has_words = "", set(), False, None, len(body) > _LONGEST
    for within, name, parameters, value in _lines(body[:_LONGEST].decode(errors="replace")):
        if (within, name) == (_IN_CALENDAR, "METHOD"):
            method = value.strip().upper()
        elif within == _IN_EVENT and name == "UID":
            entries.add(value.strip().lower())
        elif within == _IN_EVENT and name == "ATTENDEE":
            is_no = is_no or str(parameters.get("PARTSTAT", "")).upper() == "DECLINED"
            has_words = has_words or _says(str(parameters.get("X-RESPONSE-COMMENT", "")))
        elif within == _IN_EVENT and name == "DTSTART":
            start = _instant(value.strip())
        elif name == "COMMENT":
            has_words = has_words or _says(value)
    entry = entries.pop() if len(entries) == 1 else ""
    return CalendarAnswer(UUID(entry), is_no, start, has_words) if method == "REPLY" and _UID.fullmatch(entry) else None


def _is_beside(parts: list[Message]) -> bool:
    """Whether there are words beside the calendar. The same text as HTML counts where there is no other: it is never empty."""
    texts = {kind: [part for part in parts if part.get_content_type() == kind] for kind in ("text/plain", "text/html")}
    # What follows the last boundary is a part without a type.
    if not any(part["Content-Type"] for part in texts["text/plain"]):
        texts["text/plain"] += texts["text/html"]
    is_more = any(part.get_content_type() not in _OF_PROGRAMS for part in parts)
    return is_more or any(_says(_TAG.sub("", _text(part))) for part in texts["text/plain"])


def _text(part: Message) -> str:
    body = part.get_payload(decode=True)
    return body.decode(errors="replace") if isinstance(body, bytes) else ""


def _says(text: str) -> bool:
    return bool(re.sub(r"\\[nN]", "", text).strip())


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
