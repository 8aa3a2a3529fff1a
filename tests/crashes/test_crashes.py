"""Crashes in their short form; `python -m tests.load.crash_drill` is the long one."""

import pytest

from tests.crashes import drills
from tests.environment import skip_for_want_of
from tests.postgresql import postgresql
from tests.races.unguarded import unguarded

pytestmark = pytest.mark.server


def crash(site, postbox) -> dict[str, list[str]]:
    """What each drill broke."""
    # Longer than two waits of ten seconds: a visitor may wait for the row that decisions queue for, then for the table.
    locked, wrong_when_locked = drills.database_locked(site, postbox, seconds=25)
    assert "answered 503" in locked
    return {
        "locked": wrong_when_locked,
        "restarted": drills.restart_under_load(site, postbox, seconds=1.5)[1],
        "killed": drills.kill_at_random(site, postbox, seconds=4)[1],
    }


# All drills of a database in one test: a site takes longer to start than most of them.
def test_whatever_happens_what_was_acknowledged_is_stored_once_and_told_once(tmp_path):
    with drills.running(tmp_path, {}) as (site, postbox):
        assert crash(site, postbox) == {"locked": [], "restarted": [], "killed": []}


def test_the_same_on_postgresql(tmp_path):
    with postgresql() as server, drills.running(tmp_path, {"DATABASE_URL": server.new_database()}) as (site, postbox):
        assert crash(site, postbox) == {"locked": [], "restarted": [], "killed": []}


def test_a_full_disk_answers_503_keeps_the_answers_and_recovers(tmp_path):
    try:
        with drills.small_disk(tmp_path / "disk", megabytes=40) as disk, drills.running(disk / "site", {}) as (site, postbox):
            figures, wrong = drills.disk_full(site, postbox, fill=lambda: drills.fill_disk(disk))
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
