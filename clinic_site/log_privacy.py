"""Log lines without the links of patients, and without those that set a new password."""

import logging
import re

_TOKEN = re.compile(r"(/consults/|/admin/reset/[^/\s]+/)[^/\s'\"]+")


class QuietHealth(logging.Filter):
    """A monitor that asks before the site is ready is answered 503; that is no error of the site."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "/health/" not in record.getMessage()


class HideTokens(logging.Filter):
    """Replaces the token in such an address. For the logger that names addresses, so that every handler gets it so."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TOKEN.sub(r"\1...", record.getMessage()), ()
        return True
