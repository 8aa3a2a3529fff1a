"""BOUNCES_URL: delivery reports are read beside the turns of the background worker, so that nothing else waits for that server.
So are the answers of calendar programs, which go to the same address.

A failure that lasts is told: until the mailbox can be read again, email that comes back goes unnoticed. So is an answer with
words of a person, until somebody has opened it in the mailbox.
"""

import logging
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from clinic_site.beside import Beside
from clinic_site.whole_files import replace_if_there_is_room
from consults.messages.calendar_answers import CalendarAnswer
from consults.messages.declined_entries import if_ours, take_answer
from consults.messages.mailbox import MailboxReader, NotRead, Word
from consults.messages.returned_letters import is_known, take_report

logger = logging.getLogger("clinic.worker")

# A mail server that is down for less is nothing to be woken for.
TOLD_AFTER = timedelta(hours=1)
_UNTIL_READ = "delivery-reports-problem.txt"
_WITH_WORDS = "calendar-answers-to-read.txt"


class ReportReader(Beside):
    """Reads in a thread of its own, one round at a time, each of which ends within `mailbox.ROUND_SECONDS`."""

    def __init__(self) -> None:
        super().__init__("delivery reports")
        where = settings.BOUNCES
        host = settings.PUBLIC.host
        self._reader = MailboxReader(where, host=host, is_known=is_known, if_ours=if_ours) if where else None
        # Whether the last round went well and left something, so that the next one need not wait.
        self.has_more = False

    def read(self, *, now: datetime) -> None:
        """Does nothing without a mailbox, or while the last round goes on."""
        if self._reader and not self.goes_on:
            self.has_more = False
            self.start(partial(self._read_beside, self._reader, now))

    def _read_beside(self, reader: MailboxReader, now: datetime) -> None:
        try:
            self.has_more = read_reports(reader, now=now)
        finally:
            connection.close()


def read_reports(reader: MailboxReader, *, now: datetime) -> bool:
    """One round, which ends whatever goes wrong: what it did not answer is there at the next one.

    Returns whether it went well and there is more to look at.
    """
    try:
        reader.read_new(partial(_take, now=now))
    except NotRead as error:
        _tell(str(error), now=now)
    except DatabaseError as error:
        _tell(f"database: {type(error).__name__}", now=now)
    except Exception:
        logger.exception("reading BOUNCES_URL failed")
        _tell("an error of the site itself", now=now)
    else:
        _file().unlink(missing_ok=True)
        _keep_count(len(reader.with_words))
        return reader.has_more
    return False


def _take(word: Word, *, now: datetime) -> bool:
    return take_answer(word, now=now) if isinstance(word, CalendarAnswer) else take_report(word, now=now)


def problem(*, now: datetime) -> str:
    """Since when the mailbox cannot be read, and why; empty in the first hour, and when there is no mailbox."""
    since, reason = _told() if settings.BOUNCES else (None, "")
    return f"not read since {since:%Y-%m-%d %H:%M} UTC: {reason}" if since and now - since >= TOLD_AFTER else ""


def _keep_count(answers: int) -> None:
    path = settings.DATA_DIR / _WITH_WORDS
    if answers:
        replace_if_there_is_room(path, str(answers))
    else:
        path.unlink(missing_ok=True)


def answers_to_read() -> int:
    """How many answers of calendar programs hold words that nobody has opened in the mailbox yet."""
    try:
        return int((settings.DATA_DIR / _WITH_WORDS).read_text()) if settings.BOUNCES else 0
    except (OSError, ValueError):
        return 0


def _file() -> Path:
    return settings.DATA_DIR / _UNTIL_READ


def _tell(reason: str, *, now: datetime) -> None:
    logger.warning("BOUNCES_URL was not read: %s", reason)
    since, _ = _told()
    replace_if_there_is_room(_file(), f"{min(since or now, now).isoformat()} {reason}")


def _told() -> tuple[datetime | None, str]:
    """The instant of the first failure in a row, and the last reason."""
    try:
        since, _, reason = _file().read_text().partition(" ")
        return datetime.fromisoformat(since), reason
    except (OSError, ValueError):
        return None, ""
