"""No stranger fills the log: a line of one kind is written once a minute, and what staff do is always written."""

import io
import logging
import logging.config
from copy import deepcopy

import pytest
from django.conf import settings

from clinic_site import log_bounds
from clinic_site.logs import LOGGING
from staff import security_log

TOO_MANY = "&".join(["a=1"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
FOREIGN = "Qzvx"


@pytest.fixture
def log():
    """What standard error gets of the loggers as they are configured."""
    written = io.StringIO()
    own = deepcopy(LOGGING)
    own["handlers"]["stderr"]["stream"] = written
    logging.config.dictConfig(own)
    yield written
    logging.config.dictConfig(LOGGING)


@pytest.fixture
def seconds(monkeypatch):
    """Sets the clock that nobody sets."""
    now = [1000.0]
    monkeypatch.setattr(log_bounds.time, "monotonic", lambda: now[0])
    return lambda value: now.__setitem__(0, value)


def lines(log) -> list[str]:
    return [line.partition("Z ")[2] for line in log.getvalue().splitlines()]


@pytest.mark.parametrize("path", ["/sitemap.xml", "/search/", "/admin/login/"])
def test_too_many_fields_are_one_line_however_often_they_are_sent(client, clinic, log, path):
    assert {client.get(f"{path}?{FOREIGN}={number}&{TOO_MANY}").status_code for number in range(5)} == {400}
    assert len(lines(log)) == 1
    assert lines(log)[0].startswith("ERROR django.security.TooManyFieldsSent: a request was refused: TooManyFieldsSent in ")
    assert "Traceback" not in log.getvalue()
    assert FOREIGN not in log.getvalue()


def test_a_failure_of_the_code_is_told_with_its_traceback_once_a_minute(log, seconds):
    def fail(path: str) -> None:
        try:
            raise LookupError(path)
        except LookupError:
            logging.getLogger("django.request").error(
                "Internal Server Error: %s", path, exc_info=True, extra={"status_code": 500}
            )

    for number in range(5):
        fail(f"/{FOREIGN}-{number}/")
    seconds(1061.0)
    fail("/faqs/")
    assert log.getvalue().count("Traceback") == 2
    assert log.getvalue().count(FOREIGN) == 2, "in the first line and in what its exception says"
    assert "Internal Server Error: /faqs/ (4 more of this kind since the last line)" in log.getvalue()


def test_what_django_tells_of_a_status_is_of_one_kind_whatever_the_path(log):
    for number in range(5):
        logging.getLogger("django.request").error("Service Unavailable: %s", f"/{number}/", extra={"status_code": 503})
    assert lines(log) == ["ERROR django.request: Service Unavailable: /0/"]


def test_kinds_without_number_are_bounded_too(log, monkeypatch):
    monkeypatch.setattr(log_bounds, "_MOST_KINDS", 3)
    for number in range(9):
        logging.getLogger("clinic.database").error("database: %s", number)
    assert len(lines(log)) == 3


def test_each_sign_in_and_each_refusal_of_an_account_has_its_line(log):
    for _ in range(3):
        security_log.write("signed_in", user=3)
        security_log.write("sign_in_failed", user=3)
        security_log.write("sign_in_failed")
        security_log.write("refused", user=3, view="admin:index")
        security_log.write("refused", view="consults:request")
        security_log.write("too_many", view="admin:login")
    told = [line.partition("clinic.security: ")[2] for line in lines(log)]
    assert {line: told.count(line) for line in told} == {
        "signed_in account=3": 3,
        "sign_in_failed account=3": 3,
        "sign_in_failed": 1,
        "refused account=3 view=admin:index": 3,
        "refused view=consults:request": 1,
        "too_many view=admin:login": 1,
    }
