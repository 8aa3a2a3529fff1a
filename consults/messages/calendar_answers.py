"""Reads an answer to a calendar entry (RFC 5546, METHOD:REPLY), as a calendar program mails it to the ORGANIZER. Pure.

A proposal of another time (METHOD:COUNTER) is an answer with words: its start is the proposed one, and is not read.

Anybody can write such a mail, so nothing of it is used but the UID of an entry, whether it says no, to which version of the entry
and start, and when. Whether a person may have written something with it is said, too, and not what.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from html import unescape
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar.parser import Contentlines, Parameters
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from .delivery_reports import Unreadable, parts_of

_LONGEST = 16_384
# No more digits than a calendar's integer has (RFC 5545, 3.3.8).
_SEQUENCE = re.compile(r"[0-9]{1,10}")
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAMED = re.compile(rb"^uid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*$", re.MULTILINE)
_CALENDARS = {"text/calendar", "application/ics"}
# Where our own words stand, and where people write; an entry of ours says nothing there.
_TITLES = {"SUMMARY", "LOCATION"}
_OF_PERSONS = {"COMMENT", "DESCRIPTION", "X-ALT-DESC", "CONTACT", "ATTACH", ""}
_CHARSETS = {"us-ascii", "iso-8859-1", "windows-1252"}
# As browsers read HTML; what is not closed counts as words, and so does a picture.
_HIDDEN = re.compile(r"<!--(?!-?>).*?(--!?>|\Z)|<(style|script|title)\b.*?(</\2\b[^<>]*>|\Z)", re.IGNORECASE | re.DOTALL)
_PICTURE = re.compile(r"<(?:img|svg|input|textarea|object|video|audio|iframe|embed)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!?][^<>]*>", re.IGNORECASE)
# What programs put before and after our title in English and in Spanish; Google names the time and the calendar, too.
_PREFIX = re.compile(
    r"^(?:accepted|declined|tentative|tentatively accepted|maybe|aceptad[ao]|rechazad[ao]|provisional) ?: ?", re.IGNORECASE
)
_SUFFIX = re.compile(
    r" @ [A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}(?::\d\d)?[ap]m(?: - \d{1,2}(?::\d\d)?[ap]m)?"
    r"(?: \([A-Z]{2,5}\))?(?: \([^()\s]+@[^()\s]+\))?$"
)
_IN_CALENDAR, _IN_EVENT = ("VCALENDAR",), ("VCALENDAR", "VEVENT")


@dataclass(frozen=True)
class CalendarAnswer:
    """`entry`: the UID. `start`: of the visit that was answered, if it is named in UTC or in a zone that is known by name.

    `sequence`: of the entry that was answered; 0 where it is not named (RFC 5546, 3.2.3), and never in an entry of ours.
    `written_at`: the answer, by the clock of who wrote it. `mail`: which one it is, the same wherever it is read again.
    `titles`: what its subject, title and place say, for who knows ours.
    """

    entry: UUID
    is_no: bool
    start: datetime | None = None
    has_words: bool = False
    sequence: int = 0
    written_at: datetime | None = None
    mail: str = field(default="", compare=False)
    titles: frozenset[str] = field(default=frozenset(), compare=False)


def read_answer(mail: bytes, *, is_cut: bool = False) -> CalendarAnswer | None:
    """What a mail says to one entry; None for anything else. `is_cut`: it goes on. Raises Unreadable.

    It has words unless it is bare beyond doubt: whatever a person may have written counts, and so does what was not read.
    Some programs write a sentence of their own beside the calendar, which nothing tells from a person's.
    """
    try:
        parts = list(parts_of(mail))
        calendars = [part for part in parts if part and part.get_content_type() in _CALENDARS]
        read = [_read(part.get_payload(decode=True)) for part in calendars]
        answer = next(filter(None, read), None)
        if answer is None:
            return _unread(mail) if None in parts else None
        # The calendar as a file says the same again.
        is_bare = not is_cut and all(again == answer and not again.has_words for again in read)
        has_words = not is_bare or any(part is None or _has_words(part) for part in parts)
        titles = frozenset().union(*(again.titles for again in read if again), _titles(_subject(mail)))
        return replace(answer, has_words=has_words, titles=titles, mail=_identity(mail))
    except Exception as error:
        raise Unreadable(type(error).__name__) from None


def _unread(mail: bytes) -> CalendarAnswer | None:
    """What names one entry where parts were skipped: it may be an answer, and a person has to look."""
    named = set(_NAMED.findall(mail.lower()))
    if len(named) != 1:
        return None
    return CalendarAnswer(UUID(named.pop().decode()), is_no=False, has_words=True, mail=_identity(mail))


def _read(body: object) -> CalendarAnswer | None:
    if not isinstance(body, bytes):
        return None
    method, entries, is_no, has_words = "", set(), False, len(body) > _LONGEST
    sequence, start, written_at, titles = 0, None, None, frozenset[str]()
    for within, name, parameters, value in _lines(body[:_LONGEST].decode(errors="replace")):
        has_words = has_words or _is_of_person(within, name, parameters, value)
        if (within, name) == (_IN_CALENDAR, "METHOD"):
            method = value.strip().upper()
        elif within == _IN_EVENT and name == "UID":
            entries.add(value.strip().lower())
        elif within == _IN_EVENT and name == "ATTENDEE":
            is_no = is_no or str(parameters.get("PARTSTAT", "")).upper() == "DECLINED"
        elif within == _IN_EVENT and name == "DTSTART":
            start = _instant(value.strip(), str(parameters.get("TZID", "")))
        elif within == _IN_EVENT and name == "DTSTAMP":
            written_at = _instant(value.strip())
        elif within == _IN_EVENT and name == "SEQUENCE":
            sequence = int(value) if _SEQUENCE.fullmatch(value.strip()) else 0
        elif within == _IN_EVENT and name in _TITLES:
            titles |= _titles(re.sub(r"\\([,;\\])", r"\1", value))
    entry = entries.pop() if len(entries) == 1 else ""
    if method not in {"REPLY", "COUNTER"} or not _UID.fullmatch(entry):
        return None
    if method == "COUNTER":
        start, has_words = None, True
    return CalendarAnswer(UUID(entry), is_no, start, has_words, sequence, written_at, titles=titles)


def _is_of_person(within: tuple[str, ...], name: str, parameters: Parameters, value: str) -> bool:
    """Whether a person may have written the line: a program writes one word, or says nothing where people write."""
    if name in _OF_PERSONS:
        return _says(value) and (within[-1:], value.strip().upper()) != (("VALARM",), "REMINDER")
    if any(_is_sentence(str(value)) for key, value in parameters.items() if key not in {"CN", "TZID"}):
        return True
    if _says(str(parameters.get("X-RESPONSE-COMMENT", ""))):
        return True
    is_known = name in {"PRODID", *_TITLES} or "VTIMEZONE" in within
    return not is_known and _is_sentence(value)


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 1


def _has_words(part: Message) -> bool:
    """Whether a part beside the calendar says anything. HTML counts beside a text, too: the text may be blank."""
    kind = part.get_content_type()
    if kind in _CALENDARS:
        return False
    if kind not in {"text/plain", "text/html"}:
        return True
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes) or (not body and str(part.get_payload()).strip()):
        return True
    charset = part.get_content_charset()
    text = body.decode(charset if charset in _CHARSETS else "utf-8", errors="replace")
    if kind == "text/html":
        text = _HIDDEN.sub(lambda hidden: "" if hidden[1] or hidden[3] else "?", text)
        text = unescape(_TAG.sub("", _PICTURE.sub("?", text)))
    return _says(text)


def _says(text: str) -> bool:
    return bool(re.sub(r"\\[nN]", "", text).strip())


def as_title(text: str) -> str:
    """A subject or a title without what programs add to it, and in single spaces."""
    return " ".join(_SUFFIX.sub("", _PREFIX.sub("", " ".join(text.split()))).split())


def _titles(text: str) -> frozenset[str]:
    return frozenset(filter(None, [as_title(text)]))


def _subject(mail: bytes) -> str:
    return str(make_header(decode_header(str(BytesHeaderParser().parsebytes(mail)["Subject"] or ""))))


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], str, Parameters, str]]:
    """The lines, each with the components that it is in. Nothing is made of them: a time zone that a stranger defines takes the
    library as long as they like. A line that is none has no name.
    """
    within: tuple[str, ...] = ()
    for line in filter(None, Contentlines.from_ical(text)):
        try:
            name, parameters, value = line.parts()
        except ValueError:
            yield within, "", Parameters(), line
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
