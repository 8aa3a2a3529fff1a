"""Races over HTTP against gunicorn. `python -m tests.drills` plays more.

In the first layer those with a negative control, half of them on each database, and the control of each on SQLite; among the slow
tests the rest on SQLite. By night all of them on both, four times, and the controls on PostgreSQL.
"""

from collections.abc import Sequence

import pytest

from tests.postgresql import settings_on
from tests.races import scenarios
from tests.races.stage import TWO_KEYS, stage
from tests.races.unguarded import unguarded
from tests.server import started_before

pytestmark = [pytest.mark.server, pytest.mark.databases]

CROWD = 8
# A site without guards breaks in the first or second round; this many only end a search that finds nothing.
MOST_ROUNDS = 25


# All races of a database in one test: a stage takes longer to set than a race to run.
FIRST_LAYER = {"sqlite": scenarios.CONTROLLED[::2], "postgresql": scenarios.CONTROLLED[1::2]}


def wrong(tmp_path, database: str, played: Sequence, *, crowd: int = CROWD, rounds: int = 1) -> dict[str, list]:
    """What went wrong in each round of each race, of those in which something did."""
    site = started_before(tmp_path, TWO_KEYS | settings_on(database))
    with stage(site, crowd=crowd) as set_stage:
        found = {scenario.__name__: [set_stage.play(scenario) for _ in range(rounds)] for scenario in played}
    assert "Traceback" not in site.log
    return {race: said for race, said in found.items() if any(said)}


def test_a_race_has_one_outcome_and_clear_refusals(database, tmp_path):
    assert wrong(tmp_path, database, FIRST_LAYER[database]) == {}


@pytest.mark.slow
@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_the_other_races_too(database, tmp_path):
    assert wrong(tmp_path, database, [race for race in scenarios.SCENARIOS if race not in FIRST_LAYER[database]]) == {}


@pytest.mark.nightly
def test_races_played_often_and_by_a_larger_crowd(database, tmp_path):
    assert wrong(tmp_path, database, scenarios.SCENARIOS, crowd=20, rounds=4) == {}


@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_without_its_guards_the_same_race_breaks_a_promise(database, tmp_path):
    """Negative control."""
    site = unguarded(tmp_path, settings_on(database))
    with stage(site, crowd=CROWD) as set_stage:
        unbroken = [scenario.__name__ for scenario in scenarios.CONTROLLED if not _breaks_something(set_stage, scenario)]
    assert unbroken == []


def _breaks_something(set_stage, scenario) -> bool:
    """Plays until the first promise is broken."""
    played = (set_stage.play(scenario) for _ in range(MOST_ROUNDS))
    return any(not what.startswith("answered") for wrong in played for what in wrong)
