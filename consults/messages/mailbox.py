"""Reads delivery reports and answers of calendar programs in a mailbox, over IMAP with TLS. What is about a letter or an entry of
ours is deleted once it was answered, but for an answer with which a person may have written something.

Every other mail is left as it is, unread: the mailbox may be one that people read.
"""

import imaplib
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol
from uuid import UUID

from django.db import DatabaseError

from .calendar_answers import CalendarAnswer, read_answer
from .delivery_reports import DeliveryReport, Unanswerable, Unreadable, read_report

logger = logging.getLogger("clinic.mail")

# A report begins with what is wanted of it; the rest is the letter that came back.
MOST_BYTES = 65_536
MOST_MAILS = 200
# Of one answer of the server, and of a whole round.
ANSWER_SECONDS, ROUND_SECONDS = 10.0, 120.0
_MAY_BE_ONE = re.compile(rb"^content-type:\s*(?:multipart/|text/calendar)", re.IGNORECASE)

Word = DeliveryReport | CalendarAnswer


class Account(Protocol):
    """Where the mailbox is: `clinic_site.env_secrets.Mailbox`."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def name(self) -> str: ...


class NotRead(Exception):
    """The mailbox was not read; the message is a reason without an address, a password or a word of the server."""


class _Refused(NotRead):
    """The server did not do one thing, and may do the next."""


class MailboxReader:
    """Remembers up to which mail it has looked, so that what is left in the mailbox is fetched once.

    The newest come first: after a restart, a mailbox full of what was left there delays no report that has just come.
    """

    def __init__(
        self,
        account: Account,
        *,
        host: str,
        is_known: Callable[[UUID], bool] = lambda _: False,
        if_ours: Callable[[CalendarAnswer], CalendarAnswer | None] = lambda _: None,
    ) -> None:
        """`host`: what follows the @ of our Message-IDs. `is_known`: whether a letter under another host is ours all the same.
        `if_ours`: an answer, if its calendar entry is ours.
        """
        self._account, self._host, self._is_known, self._if_ours = account, host, is_known, if_ours
        self._validity, self._last = b"", 0
        self._refused: set[int] = set()
        # Up to the last one, and not looked at yet. Then: answers with words of a person, which nobody has opened yet.
        self._left: set[int] = set()
        self.with_words: set[int] = set()

    @property
    def has_more(self) -> bool:
        """Whether the last round left mails that nobody has looked at."""
        return bool(self._left)

    def read_new(self, take: Callable[[Word], object]) -> int:
        """Hands the reports and answers in at most MOST_MAILS new mails to `take`, and deletes each after that unless it has
        words. Returns how many.

        Raises NotRead and DatabaseError; the mail is still new at the next round then. One that the server refuses to hand out
        keeps no other waiting.
        """
        taken, refused = 0, None
        with _signed_in(self._account) as server:
            with _told("mailbox"):
                self._select(server)
                new = self._new_mails(server)
            for uid in new:
                report = None
                try:
                    with _told("mail"):
                        report = self._read(server, uid)
                    self._refused.discard(uid)
                except _Refused as error:
                    refused = error
                    self._refused.add(uid)
                if report:
                    taken += self._take(server, uid, report, take)
                self._left.discard(uid)
        if refused:
            raise refused
        return taken

    def _take(self, server: imaplib.IMAP4, uid: int, report: Word, take: Callable[[Word], object]) -> bool:
        """One that cannot be answered keeps no other waiting: it is marked as seen."""
        try:
            take(report)
        except DatabaseError:
            raise
        except Exception as error:
            if isinstance(error, Unanswerable):
                logger.warning("a delivery report is about no letter that was sent, and is left in BOUNCES_URL")
            else:
                logger.exception("a delivery report, or a calendar's answer, could not be answered, and is left in BOUNCES_URL")
            _mark_seen(server, uid)
            return False
        if isinstance(report, CalendarAnswer) and report.has_words:
            self.with_words.add(uid)
            return False
        with _told("deletion"):
            _delete(server, uid)
        return True

    def _select(self, server: imaplib.IMAP4) -> None:
        _ok(server.select(_quoted(self._account.name)))
        validity = server.response("UIDVALIDITY")[1][0] or b""
        if validity != self._validity:  # the server has numbered its mails in another way
            self._validity, self._last = validity, 0
            for remembered in (self._refused, self._left, self.with_words):
                remembered.clear()

    def _new_mails(self, server: imaplib.IMAP4) -> list[int]:
        """The mails that nobody has opened, those that were refused last. A range to the end always names the last mail, too."""
        first = min({self._last + 1, *self._refused, *self._left, *self.with_words})
        found = _ok(server.uid("SEARCH", f"UID {first}:*", "UNSEEN", "UNDELETED"))
        uids = {int(uid) for line in found if isinstance(line, bytes) for uid in line.split() if uid.isdigit()}
        self.with_words &= uids
        wanted = {uid for uid in uids if uid > self._last or uid in self._refused or uid in self._left}
        self._left, self._last = wanted - self._refused, max({self._last, *wanted})
        return sorted(wanted, key=lambda uid: (uid in self._refused, -uid))[:MOST_MAILS]

    def _read(self, server: imaplib.IMAP4, uid: int) -> Word | None:
        """A mail of several parts, or a calendar, alone is fetched further than its kind. An unreadable one is marked as seen."""
        if not _MAY_BE_ONE.search(_fetch(server, uid, "HEADER.FIELDS (CONTENT-TYPE)")):
            return None
        mail = _fetch(server, uid, "")
        try:
            report, answer = read_report(mail, host=self._host), read_answer(mail, is_cut=len(mail) >= MOST_BYTES)
        except Unreadable as error:
            logger.warning("a mail in BOUNCES_URL could not be read, and is left there: %s", error)
            _mark_seen(server, uid)
            return None
        if report:
            return report if report.is_of_host or self._is_known(report.message_id) else None
        return self._if_ours(answer) if answer else None


class _Server(imaplib.IMAP4_SSL):
    """Ends with its time: a time-out of the socket counts from the last byte, and a server may send one now and then."""

    def open(self, *arguments, **named) -> None:
        super().open(*arguments, **named)
        self._end = threading.Timer(ROUND_SECONDS, self._hang_up)
        self._end.daemon = True
        self._end.start()

    def read(self, size: int) -> bytes:
        """No more than was asked for, whatever the server announces."""
        if size > MOST_BYTES:
            raise NotRead("the server sent more than was asked for")
        return super().read(size)

    def shutdown(self) -> None:
        self._end.cancel()
        super().shutdown()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _signed_in(account: Account) -> Iterator[imaplib.IMAP4]:
    with _told("connection"):
        server = _Server(account.host, account.port, ssl_context=ssl.create_default_context(), timeout=ANSWER_SECONDS)
    try:
        # Every server takes PLAIN inside TLS (RFC 9051, 11.3).
        secret = f"\0{account.user}\0{account.password}".encode()
        with _told("login"):
            server.authenticate("PLAIN", lambda _: secret)
        yield server
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()
        with suppress(OSError):
            server.shutdown()


@contextmanager
def _told(step: str) -> Iterator[None]:
    """Says of an error of the server which step it was; what a server says may hold anything."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise NotRead(f"{step}: the server hung up") from None
    except imaplib.IMAP4.error:
        raise _Refused(f"{step}: refused") from None
    except OSError as error:
        raise NotRead(f"{step}: {type(error).__name__}") from None


def _ok(answer: tuple[str, list]) -> list:
    """What a command brought. Raises IMAP4.error."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error
    return answer[1]


def _fetch(server: imaplib.IMAP4, uid: int, section: str) -> bytes:
    """The beginning of a section of the mail, which stays unread; empty when it is gone."""
    answer = _ok(server.uid("FETCH", str(uid), f"(BODY.PEEK[{section}]<0.{MOST_BYTES}>)"))
    return next((part[1] for part in answer if isinstance(part, tuple)), b"")


def _mark_seen(server: imaplib.IMAP4, uid: int) -> None:
    with _told("mark"):
        _ok(server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)"))


def _delete(server: imaplib.IMAP4, uid: int) -> None:
    """This mail alone, whatever others have marked (RFC 4315)."""
    _ok(server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"))
    _ok(server.uid("EXPUNGE", str(uid)))


def _quoted(name: str) -> str:
    """The name of a mailbox as the protocol spells it. & begins a letter of another script there."""
    spelled = name.replace("&", "&-").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{spelled}"'
