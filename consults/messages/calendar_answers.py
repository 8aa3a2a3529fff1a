"""Reads an answer to a calendar entry (RFC 5546, METHOD:REPLY), as a calendar program mails it to the ORGANIZER. Pure.

Anybody can write such a mail, so nothing of it is used but the UID of an entry, whether it says no, to which version of the entry
and start, and when. Whether a person may have written something with it is said, too, and not what.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar.parser import Contentlines, Parameters
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from .delivery_reports import Unreadable, parts_of

_LONGEST = 16_384
# No more digits than a calendar's integer has (RFC 5545, 3.3.8).
_SEQUENCE = re.compile(r"[0-9]{1,10}")
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# What a program sends without any words of a person, and the calendar as a file.
_OF_PROGRAMS = {"text/plain", "text/html", "text/calendar", "application/ics"}
_TAG = re.compile(r"<[^<>]*>|&nbsp;|&#160;")
_IN_CALENDAR, _IN_EVENT = ("VCALENDAR",), ("VCALENDAR", "VEVENT")


@dataclass(frozen=True)
class CalendarAnswer:
    """`entry`: the UID. `start`: of the visit that was answered, if it is named in UTC or in a zone that is known by name.

    `sequence`: of the entry that was answered; 0 where it is not named (RFC 5546, 3.2.3), and never in an entry of ours.
    `written_at`: the answer, by the clock of who wrote it. `mail`: which one it is, the same wherever it is read again.
    """

    entry: UUID
    is_no: bool
    start: datetime | None = None
    has_words: bool = False
    sequence: int = 0
    written_at: datetime | None = None
    mail: str = field(default="", compare=False)


def read_answer(mail: bytes, *, is_cut: bool = False) -> CalendarAnswer | None:
    """What a mail says to one entry; None for anything else. `is_cut`: it goes on. Raises Unreadable.

    It has words if there is any text that a person may have written: a comment, a text beside the calendar, what was cut off.
    Some programs write a sentence of their own there, which nothing tells from a person's.
    """
    try:
        parts = list(parts_of(mail))
        calendars = (part for part in parts if part.get_content_type() == "text/calendar")
        answer = next(filter(None, (_read(part.get_payload(decode=True)) for part in calendars)), None)
        return answer and replace(answer, has_words=is_cut or answer.has_words or _is_beside(parts), mail=_identity(mail))
    except Exception as error:
        raise Unreadable(type(error).__name__) from None


def _read(body: object) -> CalendarAnswer | None:
    if not isinstance(body, bytes):
        return None
    method, entries, is_no, has_words = "", set(), False, len(body) > _LONGEST
    sequence, start, written_at = 0, None, None
    for within, name, parameters, value in _lines(body[:_LONGEST].decode(errors="replace")):
        if (within, name) == (_IN_CALENDAR, "METHOD"):
            method = value.strip().upper()
        elif within == _IN_EVENT and name == "UID":
            entries.add(value.strip().lower())
        elif within == _IN_EVENT and name == "ATTENDEE":
            is_no = is_no or str(parameters.get("PARTSTAT", "")).upper() == "DECLINED"
            has_words = has_words or _says(str(parameters.get("X-RESPONSE-COMMENT", "")))
        elif within == _IN_EVENT and name == "DTSTART":
            start = _instant(value.strip(), str(parameters.get("TZID", "")))
        elif within == _IN_EVENT and name == "DTSTAMP":
            written_at = _instant(value.strip())
        elif within == _IN_EVENT and name == "SEQUENCE":
            sequence = int(value) if _SEQUENCE.fullmatch(value.strip()) else 0
        elif name == "COMMENT":
            has_words = has_words or _says(value)
    entry = entries.pop() if len(entries) == 1 else ""
    if method != "REPLY" or not _UID.fullmatch(entry):
        return None
    return CalendarAnswer(UUID(entry), is_no, start, has_words, sequence, written_at)


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


def _instant(text: str, zone: str = "") -> datetime | None:
    """The instant, if its zone is UTC or known by name, to Windows too: what the calendar says about its zones is not read."""
    try:
        if not zone or text.endswith("Z"):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        known = ZoneInfo(WINDOWS_TO_OLSON.get(zone, zone))
        return datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=known).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):
        return None


def _identity(mail: bytes) -> str:
    """A hash of its Message-ID, which stays when a mail is moved; of all of it where there is none."""
    message_id = str(BytesHeaderParser().parsebytes(mail)["Message-ID"] or "").strip()
    return hashlib.sha256(message_id.encode(errors="replace") or mail).hexdigest()
