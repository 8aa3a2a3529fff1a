"""Crashes in their short form; `python -m tests.load.crash_drill` is the long one."""

import pytest

from tests.crashes import drills
from tests.environment import skip_for_want_of
from tests.postgresql import postgresql
from tests.races.unguarded import unguarded
from tests.server import started_before


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def drilled(request, tmp_path_factory):
    """A running site on this database, and what its mail server was given."""
    folder = tmp_path_factory.mktemp("crash")
    with drills.mail_server() as (postbox, mail):
        if request.param == "SQLite":
            yield from _running(started_before(folder, mail), postbox)
            return
        with postgresql() as server:
            site = started_before(folder, mail | {"DATABASE_URL": server.new_database()})
            assert site.manage("migrate").returncode == site.manage("load_content").returncode == 0
            yield from _running(site, postbox)


def _running(site, postbox):
    try:
        yield site.serve(), postbox
    finally:
        site.stop()


def test_whatever_is_killed_what_was_acknowledged_is_stored_once_and_told_once(drilled):
    site, postbox = drilled
    figures, wrong = drills.kill_at_random(site, postbox, seconds=5)
    assert wrong == [], figures


def test_a_restart_under_load_drops_no_request_that_was_read(drilled):
    site, postbox = drilled
    figures, wrong = drills.restart_under_load(site, postbox, seconds=1.5)
    assert wrong == [], figures


def test_a_locked_database_answers_503_keeps_the_answers_and_recovers(drilled):
    site, postbox = drilled
    figures, wrong = drills.database_locked(site, postbox, seconds=13)
    assert wrong == [], figures
    assert "503" in figures


def test_a_full_disk_answers_503_keeps_the_answers_and_recovers(tmp_path):
    try:
        with drills.small_disk(tmp_path / "disk", megabytes=40) as disk, drills.mail_server() as (postbox, mail):
            site = started_before(disk / "site", mail)
            try:
                site.serve()
                figures, wrong = drills.disk_full(site, postbox, fill=lambda: drills.fill_disk(disk))
            finally:
                site.stop()
    except PermissionError as error:
        skip_for_want_of(f"a disk to fill: {error}")
    assert wrong == [], figures
    assert "503" in figures


def test_without_transactions_a_kill_leaves_half_a_request(tmp_path):
    """Negative control."""
    with drills.mail_server() as (postbox, mail):
        site = unguarded(tmp_path, mail)
        site.serve()
        try:
            assert any(drills.kill_at_random(site, postbox, seconds=3)[1] for _ in range(6))
        finally:
            site.stop()
