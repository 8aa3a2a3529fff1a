"""What is logged, and how a line looks: to standard error, with its time in UTC.

Refused requests (4xx) are not logged by Django, because their URLs may contain a patient's link; `clinic.security` has a line
without the URL.
"""

import logging
from datetime import UTC, datetime


class UtcFormatter(logging.Formatter):
    """`2026-12-02T16:00:00.000Z INFO clinic.security: signed_in account=3`."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z"


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "hide_tokens": {"()": "clinic_site.log_privacy.HideTokens"},
        "another_host_once": {"()": "clinic_site.log_privacy.AnotherHostOnce"},
        "quiet_health": {"()": "clinic_site.log_privacy.QuietHealth"},
        "refused_in_short": {"()": "clinic_site.log_bounds.RefusedInShort"},
        "once_a_minute": {"()": "clinic_site.log_bounds.OnceAMinute"},
    },
    "formatters": {"line": {"()": UtcFormatter, "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        # On the handler, because the filters of a logger do not hold for those below it.
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused_in_short", "once_a_minute"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR", "filters": ["quiet_health", "hide_tokens"]},
        "django.security": {"level": "ERROR"},
        "django.security.DisallowedHost": {"filters": ["another_host_once"]},
        # Its lines contain the username of a failed sign-in, and people type passwords into the wrong field.
        "axes": {"level": "ERROR"},
        "clinic": {"level": "INFO"},
    },
}
