"""Reads a delivery report (RFC 3464): a mail server's word about a letter that it passed on, or gave up. Pure.

Anybody can write such a mail, so nothing of it is used but our own Message-ID and a status of three numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from uuid import UUID

_MOST_PARTS = 10
# The report itself, and what a gateway may have wrapped around it.
_DEEPEST = 3
# The standard library takes seconds over the parameters of a header as long as a mail may be. A boundary has 70 characters.
_LONGEST_CONTENT_TYPE = 1000
# What a program writes before the first boundary, for readers that know no parts.
_NO_WORDS = re.compile(rb"\s*(?:This is a multi-?part message in MIME format\.?\s*)?", re.IGNORECASE)
_RETURNED = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
_STATUSES = {"message/delivery-status", "message/global-delivery-status"}
# 4 as well: a server that tried for days says so when it gives up, and nobody tries again.
_GIVEN_UP = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^<>\s]+)>")


@dataclass(frozen=True)
class DeliveryReport:
    """`message_id`: of our letter. `given_up`: the status, like 5.1.1, if it will never arrive; otherwise empty.

    Not `is_of_host`: under another host than ours, so it is ours only if the letter is known. The site may have moved.
    """

    message_id: UUID
    given_up: str
    is_of_host: bool = True


class Unanswerable(Exception):
    """The report is about no letter that is known, or about one that never left as far as anybody knows."""


class Unreadable(Exception):
    """The mail is beyond the standard library; the message names the error and tells nothing of the mail."""


def read_report(mail: bytes, *, host: str) -> DeliveryReport | None:
    """What a mail says about one letter of ours; None for anything else. `host`: what follows the @ of our Message-IDs.

    A mail that was cut off is read as far as it goes. Not ours is a report that names two letters. Raises Unreadable.
    """
    try:
        return _read(mail, host)
    except Exception as error:
        raise Unreadable(type(error).__name__) from None


def _read(mail: bytes, host: str) -> DeliveryReport | None:
    statuses: list[bytes] = []
    ids: dict[bool, set[UUID]] = {True: set(), False: set()}
    for part in filter(None, parts_of(mail)):
        kind, body = part.get_content_type(), part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        if kind in _STATUSES:
            statuses.append(body)
        elif kind in _RETURNED and (ours := _like_ours(body)):
            ids[ours[2].lower() == host.lower()].add(UUID(ours[1]))
    is_of_host = bool(ids[True])
    if not statuses or len(ids[is_of_host]) != 1:
        return None
    return DeliveryReport(ids[is_of_host].pop(), next(filter(None, map(_given_up, statuses)), ""), is_of_host)


def parts_of(mail: bytes, depth: int = 0) -> Iterator[Message | None]:
    """The parts, each with its headers parsed and its body left alone: what was returned is not searched for further parts.

    None is what was skipped: too deep, too many, a type that is too long or names no boundary, words before the first boundary.
    """
    part = BytesHeaderParser().parsebytes(mail)
    if len(str(part["Content-Type"] or "")) > _LONGEST_CONTENT_TYPE:
        yield None
        return
    if part.get_content_maintype() != "multipart":
        yield part
        return
    boundary, body = part.get_boundary(), part.get_payload(decode=True)
    if not boundary or depth == _DEEPEST or not isinstance(body, bytes):
        yield None
        return
    between = re.compile(rb"^--" + re.escape(boundary.encode("ascii", "replace")) + rb"(?:--)?[ \t]*\r?$\n?", re.MULTILINE)
    before, *pieces = between.split(body, _MOST_PARTS + 1)
    for piece in pieces[:_MOST_PARTS]:
        yield from parts_of(piece, depth + 1)
    if not _NO_WORDS.fullmatch(before) or b"".join(pieces[_MOST_PARTS:]).strip():
        yield None


def _given_up(body: bytes) -> str:
    """The status of the first recipient who will never get it. Groups of lines, of which all but the first are recipients."""
    for group in re.split(rb"\r?\n[ \t]*\r?\n", body.strip()):
        fields = BytesHeaderParser().parsebytes(group)
        status = _GIVEN_UP.match(str(fields["Status"] or "").strip())
        if status and str(fields["Action"] or "").split("(")[0].strip().lower() == "failed":
            return status[0]
    return ""


def _like_ours(headers: bytes) -> re.Match[str] | None:
    """The Message-ID of the returned headers, if there is one alone and it has the form of ours."""
    found = BytesHeaderParser().parsebytes(headers.lstrip()).get_all("Message-ID", [])
    return _OURS.fullmatch(str(found[0]).strip()) if len(found) == 1 else None
