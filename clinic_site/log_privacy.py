"""What log lines may say: no patient's link, no password reset link, and nothing that a stranger can repeat without end."""

import logging
import re

_TOKEN = re.compile(r"(/consults/|/admin/reset/[^/\s]+/)[^/\s'\"]+")


class QuietHealth(logging.Filter):
    """Drops log lines about a readiness check that answers 503 during startup, which is not an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "/health/" not in record.getMessage()


class HideTokens(logging.Filter):
    """Replaces the token in such a URL. It filters the logger that logs URLs, so that no handler sees the token."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TOKEN.sub(r"\1...", record.getMessage()), ()
        return True


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
