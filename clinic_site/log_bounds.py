"""How often a line of one kind is logged, so that strangers fill no disk, and push out nothing that matters."""

import logging
import threading
import time
from pathlib import PurePath

_SECONDS = 60
# No more kinds than this in a minute, in case a line tells something that its sender chose.
_MOST_KINDS = 300
_FORGOTTEN_AFTER = 600
# What is looked at one by one: who signed in or failed to, and what changed about an account.
_AUDIT = "clinic.security"


class RefusedInShort(logging.Filter):
    """A request that Django refused as suspicious, as one with too many fields, in one line without what its sender chose."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security") and record.exc_info:
            record.msg, record.args = f"a request was refused: {_kind(record)}", ()
            record.exc_info = record.exc_text = None
        return True


class OnceAMinute(logging.Filter):
    """Lets a line of one kind through at most once in a minute and process, the first with its traceback; counts the others.

    It belongs on the handler, so that it holds for every logger. The next line of its kind tells how many were left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._began: dict[object, float] = {}
        self._left_out: dict[object, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if record.name == _AUDIT and not _is_of_strangers(line):
            return True
        # Where Django tells a status, its line names the path.
        key = (record.name, _kind(record) or getattr(record, "status_code", line))
        with self._lock:
            left_out = self._count(key, time.monotonic())
        if left_out:
            record.msg, record.args = f"{line} ({left_out} more of this kind since the last line)", ()
        return left_out is not None

    def _count(self, key: object, now: float) -> int | None:
        """How many were left out before this line, or None if it is left out itself."""
        for old in [old for old, began in self._began.items() if now - began >= _FORGOTTEN_AFTER]:
            del self._began[old]
            self._left_out.pop(old, None)
        began = self._began.get(key)
        is_recent = began is not None and now - began < _SECONDS
        if not is_recent and sum(now - other < _SECONDS for other in self._began.values()) >= _MOST_KINDS:
            return None
        if is_recent:
            self._left_out[key] = self._left_out.get(key, 0) + 1
            return None
        self._began[key] = now
        return self._left_out.pop(key, 0)


def _is_of_strangers(line: str) -> bool:
    """Whether anybody makes any number of such lines of the security log, without an account and past every limit."""
    return line.startswith("too_many") or (line.startswith(("refused", "sign_in_failed")) and "account=" not in line)


def _kind(record: logging.LogRecord) -> str:
    """The exception and its place in the code, without what it says; empty where there is none."""
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    error, last = record.exc_info[1], record.exc_info[2]
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f" in {PurePath(last.tb_frame.f_code.co_filename).name}, line {last.tb_lineno}" if last is not None else ""
    return type(error).__name__ + where
