"""Every line of the log has its time, in UTC whatever the machine's zone."""

import logging
import os
import sys
import time

import pytest

from clinic_site.log_privacy import HideTokens
from clinic_site.logs import LOGGING, UtcFormatter


@pytest.fixture(params=["UTC", "America/Chicago", "Pacific/Auckland"])
def machine_zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    os.environ.pop("TZ", None)
    monkeypatch.undo()
    time.tzset()


def test_a_line_begins_with_its_time_in_utc(machine_zone):
    made = LOGGING["formatters"]["line"]
    record = logging.makeLogRecord({"name": "clinic.security", "levelname": "INFO", "msg": "signed_in account=3"})
    record.created, record.msecs = 1796227200.25, 250.0
    assert made["()"](made["format"]).format(record) == "2026-12-02T16:00:00.250Z INFO clinic.security: signed_in account=3"


@pytest.mark.parametrize("path", ["/consults/Qzvxabc/", "/admin/first-owner/Qzvxabc/", "/admin/reset/MQ/Qzvxabc/"])
def test_a_url_that_lets_in_is_cut_before_its_token(path):
    record = logging.makeLogRecord({"msg": "Not Found: %s", "args": (path,)})
    assert HideTokens().filter(record)
    assert record.getMessage() == f"Not Found: {path.replace('Qzvxabc', '...')}"


def test_every_handler_writes_such_lines():
    assert {handler["formatter"] for handler in LOGGING["handlers"].values()} == {"line"}
    assert LOGGING["formatters"]["line"]["()"] is UtcFormatter


def test_a_link_that_an_exception_quotes_is_hidden_in_its_traceback_too():
    made = LOGGING["formatters"]["line"]
    try:
        raise LookupError("nothing at /consults/Qzvxabc/calendar.ics")
    except LookupError:
        record = logging.makeLogRecord(
            {"msg": "Internal Server Error: %s", "args": ("/consults/Qzvxabc/",), "exc_info": sys.exc_info()}
        )
    assert HideTokens().filter(record)
    line = made["()"](made["format"]).format(record)
    assert "LookupError: nothing at /consults/.../calendar.ics" in line
    assert "Qzvx" not in line
