"""Crashes while visitors book, on both databases: each once, and twenty rounds of kills. `python -m tests.drills` has more.

In the first layer each database has the kills, and one of the other two accidents.
"""

import pytest

from tests.crashes import accidents
from tests.crashes.disk import fill_disk, small_disk
from tests.crashes.mail_server import mail_server
from tests.environment import skip_for_want_of
from tests.postgresql import settings_on
from tests.races.unguarded import unguarded

pytestmark = pytest.mark.server

# One web worker: every kill of it meets all requests that are being answered. The long forms have two.
ONE = {"WEB_WORKERS": "1"}


# All accidents of a database in one test: a site takes longer to start than most of them.
@pytest.mark.databases
@pytest.mark.parametrize(
    "others", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["kills and one more", "the other accident"]
)
def test_whatever_happens_what_was_acknowledged_is_stored_once_and_told_once(database, tmp_path, others):
    with accidents.running(tmp_path, ONE | settings_on(database)) as (site, postbox):
        locked = (database == "sqlite") != others
        loads = [accidents.locked_database(site) if locked else accidents.restart(site)]
        loads += [] if others else [accidents.kills(site, accidents.EACH)]
        assert accidents.judge(site, postbox, loads) == []


@pytest.mark.nightly
@pytest.mark.databases
def test_the_same_holds_after_twenty_rounds_of_kills_and_five_restarts(database, tmp_path):
    with accidents.running(tmp_path, settings_on(database)) as (site, postbox):
        for accident, rounds in ((lambda: accidents.kills(site, accidents.EACH), 20), (lambda: accidents.restart(site), 5)):
            loads = [accident() for _ in range(rounds)]
            assert accidents.judge(site, postbox, loads) == []


@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_without_transactions_a_kill_leaves_half_a_request(database, tmp_path):
    """Negative control."""
    with mail_server() as (postbox, mail):
        site = unguarded(tmp_path, ONE | mail | settings_on(database))
        site.serve()
        try:
            # A kill may come a moment too late, when the request is whole.
            rounds = (accidents.kill_in_the_middle(site) for _ in range(10))
            assert any(accidents.judge(site, postbox, [load]) for load in rounds)
        finally:
            site.stop()


@pytest.mark.slow
def test_a_full_disk_answers_503_keeps_the_answers_and_recovers(tmp_path):
    try:
        with small_disk(tmp_path / "disk", megabytes=40) as disk, accidents.running(disk / "site", {}) as (site, postbox):
            load = accidents.full_disk(site, fill=lambda: fill_disk(disk))
            assert accidents.judge(site, postbox, [load]) == []
    except PermissionError as error:
        skip_for_want_of(f"a disk to fill: {error}")
