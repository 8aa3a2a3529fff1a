"""Runs the background worker's jobs: one that fails keeps no other waiting, is tried again after a while, and is named to people.

A lock that somebody holds, a damaged page or a missing right is about one table, and most jobs do without it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from clinic_site.whole_files import replace_if_there_is_room

logger = logging.getLogger("clinic.worker")

# Another process holds a lock now and then.
TOLD_AFTER = timedelta(minutes=1)
# Without these nobody is told anything.
ESSENTIAL = {"deliver_due", "expire_overdue"}
_LONGEST_PAUSE = 60.0
_LOCKS_ARE_AWAITED = "3s"
_FILE = "worker-problems.txt"


@dataclass
class _Failing:
    since: datetime
    reason: str
    pause: float
    again_at: float


class Jobs:
    def __init__(self) -> None:
        self._failing: dict[str, _Failing] = {}
        self._now: datetime | None = None
        self._steady = 0.0

    def begin(self, *, now: datetime, steady: float) -> None:
        """What the clocks say at the beginning of a turn."""
        if self._now is None:
            # Of a worker before this one.
            _path().unlink(missing_ok=True)
        self._now, self._steady = now, steady

    def do(self, job: Callable[..., Any], **arguments) -> Any:
        """What `job` answers; None when it failed, or failed less than its pause ago.

        Raises DatabaseError only where the connection itself is lost: no other job would do better.
        """
        name = job.__name__.removeprefix("_do_")
        before = self._failing.get(name)
        if before and self._steady < before.again_at:
            return None
        try:
            answer = job(**arguments)
        except DatabaseError as error:
            # Its text may quote a row.
            logger.error("%s failed, and is tried again: %s", name, type(error).__name__)
            self._failed(name, error)
            if connection.connection is None or not connection.is_usable():
                raise
            return None
        except Exception as error:
            logger.exception("%s failed", name)
            self._failed(name, error)
            return None
        if before:
            del self._failing[name]
            self._tell()
        return answer

    def _failed(self, name: str, error: Exception) -> None:
        assert self._now, "begin comes first"
        before = self._failing.get(name)
        pause = min(before.pause * 2, _LONGEST_PAUSE) if before else 1.0
        since = min(before.since, self._now) if before else self._now
        self._failing[name] = _Failing(since, type(error).__name__, pause, self._steady + pause)
        self._tell()

    def _tell(self) -> None:
        lines = [f"{name} {failing.since.isoformat()} {failing.reason}\n" for name, failing in sorted(self._failing.items())]
        if lines:
            replace_if_there_is_room(_path(), "".join(lines))
        else:
            _path().unlink(missing_ok=True)


@contextmanager
def short_waits() -> Iterator[None]:
    """For all but letters, which may have left: a lock of PostgreSQL is waited for shortly, so that no letter is late."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{_LOCKS_ARE_AWAITED}'")
    try:
        yield
    finally:
        # Lost with the connection, too.
        if connection.connection is not None:
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def problems(*, now: datetime) -> list[str]:
    """Each job that has been failing for a minute, since when, and the kind of the last error."""
    found = [(name, since, reason) for name, since, reason in _read() if now - since >= TOLD_AFTER]
    return [f"{name} has been failing since {since:%Y-%m-%d %H:%M} UTC ({reason})" for name, since, reason in found]


def are_letters_stopped(*, now: datetime) -> bool:
    """Whether what patients wait for has been failing for a minute."""
    return any(name in ESSENTIAL and now - since >= TOLD_AFTER for name, since, _ in _read())


def _path() -> Path:
    return settings.DATA_DIR / _FILE


def _read() -> list[tuple[str, datetime, str]]:
    try:
        lines = [line.split(" ", 2) for line in _path().read_text().splitlines()]
        return [(name, datetime.fromisoformat(since), reason) for name, since, reason in lines]
    except (OSError, ValueError):
        return []
