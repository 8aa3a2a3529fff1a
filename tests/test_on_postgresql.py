"""What holds on SQLite holds on PostgreSQL: the tests that touch the database run again on a real server."""

import os
import subprocess
import sys

import pytest

from tests.environment import without_settings
from tests.postgresql import postgresql
from tests.server import CHECKOUT, Site

# What a database can make different: constraints, locks, triggers, time zones, full text. How a page or a letter looks, what a
# form refuses and who may do what is the same on both.
TRIED = [
    *(
        f"tests/consults/{name}.py"
        for name in (
            *("desk/test_actions", "messages/test_delivery", "public/test_request_consult", "scheduling/test_offers"),
            *(
                "test_booking",
                "test_budget",
                "test_erasure",
                "test_flow_agrees",
                "test_machine",
                "test_rotation",
                "test_transitions",
            ),
        )
    ),
    "tests/staff/test_roles.py",
    "tests/blog/test_editing.py",
    "tests/clinic_site/test_health.py",
    *(f"tests/pages/test_{name}.py" for name in ("content_sync", "content_version", "search")),
]
RUN_SECONDS = 540


@pytest.fixture(scope="module")
def server():
    if os.environ.get("DATABASE_URL"):
        pytest.skip("this run is on PostgreSQL already")
    with postgresql() as running:
        yield running


def test_the_database_tests_pass_on_postgresql(server):
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "tests.environment", "--database=postgresql", "-n", "2", *TRIED],
        cwd=CHECKOUT,
        env=without_settings(os.environ) | {"TEST_DATABASE_URL": server.new_database()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"on PostgreSQL:\n{done.stdout}"
    assert "database: PostgreSQL" in done.stdout


def test_the_site_runs_on_postgresql(server, tmp_path):
    site = Site(tmp_path, {"DATABASE_URL": server.new_database()})
    try:
        site.serve()
        assert "4:00 PM to 8:00 PM" in site.get("/").text
        assert 'name="starts_at" value="2' in site.get("/book-a-consult/").text
        assert site.shell("from django.db import connection; print(connection.vendor)") == "postgresql"
        site.stop()
        site.serve()
        assert site.get("/").status == 200
    finally:
        site.stop()
    assert not list(site.data.glob("*.sqlite3"))
