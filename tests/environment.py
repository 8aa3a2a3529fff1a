"""A pytest plugin that gives every run the same environment, before Django reads its settings.

`addopts` names it with `-p`, so it works with `python -m pytest` in the project's folder. Nothing of the machine's
own settings reaches a test; whatever the site writes goes to a temporary folder that is removed at the end.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

# Assertion rewriting and the site itself would otherwise leave __pycache__ in the checkout.
sys.dont_write_bytecode = True

# Every variable that the site reads.
SETTINGS = (
    *("HOST", "PORT", "WEB_WORKERS", "DATA_DIR", "PUBLIC_URL", "SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "CACHE_URL"),
    *("EMAIL_URL", "MAIL_FROM", "STAFF_INBOX", "BOOKING_RATE", "TRUSTED_PROXIES", "DEBUG", "DJANGO_SETTINGS_MODULE"),
)


def without_settings(environment: dict[str, str]) -> dict[str, str]:
    """A copy without the site's settings and without pytest's own variables: for a process that starts clean."""
    return {name: value for name, value in environment.items() if name not in SETTINGS and not name.startswith("PYTEST_")}


def skip_for_want_of(reason: str) -> NoReturn:
    """Skips a test whose browser or server program is not on this machine; with CI_NO_SKIPS=1 it fails instead."""
    if os.environ.get("CI_NO_SKIPS") == "1":
        pytest.fail(f"not skipped, because CI_NO_SKIPS is set: {reason}", pytrace=False)
    pytest.skip(reason)


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        help="Where tests keep their database. postgresql: at TEST_DATABASE_URL, or else in a server started for this run."
        " Default: sqlite, unless TEST_DATABASE_URL is set.",
    )


# A wrapper runs before every plain hook, so before pytest-django's, which reads the settings.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    inherited = {name: os.environ.pop(name, "") for name in SETTINGS}
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        folder = Path(inherited["DATA_DIR"], worker)
    else:
        folder = Path(tempfile.mkdtemp(prefix="clinic-tests-"))
        atexit.register(_remove, folder, os.getpid())
        # Workers of xdist read settings before they read -p: they find this plugin here.
        os.environ["PYTEST_PLUGINS"] = __name__
    os.environ["DATA_DIR"] = str(folder)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / "hypothesis")
    if url := _database_url(early_config.known_args_namespace.database):
        # In TEST_DATABASE_URL too, for the workers.
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"] = url
    return (yield)


def pytest_report_header():
    return f"database: {'PostgreSQL' if os.environ.get('DATABASE_URL') else 'SQLite'}"


def _database_url(chosen: str | None) -> str:
    given = os.environ.get("TEST_DATABASE_URL", "")
    if chosen != "postgresql":
        return "" if chosen == "sqlite" else given
    if given:
        return given
    from tests.postgresql import Postgresql, why_postgresql_is_missing

    if reason := why_postgresql_is_missing():
        raise pytest.UsageError(reason)
    server = Postgresql.start()
    atexit.register(server.stop)
    return server.new_database()


def _remove(folder: Path, owner: int) -> None:
    """Not in a forked child, which inherits the list of what to do at exit."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
