"""What log lines may say: no link of a patient's, to a new password or to the first account. How often one is written is in
`log_bounds`.
"""

import logging
import re
import sys
import time
import traceback

_TOKEN = re.compile(r"(/consults/|/admin/first-owner/|/admin/reset/[^/\s]+/)[^/\s'\"]+")


class QuietHealth(logging.Filter):
    """Drops log lines about a readiness check that answers 503 during startup, which is not an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "/health/" not in record.getMessage()


class HideTokens(logging.Filter):
    """Replaces the token in such a URL. It filters the logger that logs URLs, so that no handler sees the token."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TOKEN.sub(r"\1...", record.getMessage()), ()
        if record.exc_info:
            # What an exception says may quote the URL. A formatter takes the text that is there.
            record.exc_text = _TOKEN.sub(r"\1...", "".join(traceback.format_exception(*record.exc_info)).rstrip())
        return True


class RequestsUnnamed(logging.Filter):
    """Of a request that could not be read or answered, gunicorn writes the whole line, header or address. Here it is the kind of
    the failure and its place in the code, each at most once in a minute and process.

    Of a client that paused for too long it is nothing.
    """

    _ABOUT_A_REQUEST = (
        "Invalid request from",
        "Error handling request",
        "Socket error processing request",
        "Exception in post_request hook",
        "Error handling HTTP/2 request",
        "HTTP/2 ",
    )
    _SECONDS = 60

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, BlockingIOError):
            return False
        if not str(record.msg).startswith(self._ABOUT_A_REQUEST):
            return True
        # Where gunicorn refuses a request, it logs without the exception that it has in hand.
        what = _kind_and_place(error or sys.exc_info()[1])
        record.msg, record.args = f"a request could not be read or answered: {what}", ()
        record.exc_info = record.exc_text = None
        now = time.monotonic()
        if now - self._said.get(what, -self._SECONDS) < self._SECONDS:
            return False
        self._said[what] = now
        return True


def _kind_and_place(error: BaseException | None) -> str:
    if error is None:
        return "no exception"
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__ + (f" in {frames[-1].filename}, line {frames[-1].lineno}" if frames else "")


class AnotherHostOnce(logging.Filter):
    """Says once in each process that requests for another host are refused: a hint for who set PUBLIC_URL wrongly.

    The host is left out, because a stranger chose it; so is the traceback, because scanners send such requests all day.
    """

    def __init__(self) -> None:
        super().__init__()
        self._was_said = False

    def filter(self, record: logging.LogRecord) -> bool:
        if self._was_said:
            return False
        self._was_said = True
        record.msg, record.args = "A request for another host than that of PUBLIC_URL was refused. Said once.", ()
        record.exc_info = record.exc_text = None
        return True
