"""Strips patients' links and password reset links from log lines."""

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
