"""Races over HTTP against gunicorn. `python -m tests.drills` plays more.

In the first layer those with a negative control, half of them on each database, and the control of each on SQLite; among the slow
tests the rest on each. By night all of them on both, four times, and the controls on PostgreSQL.
"""

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


@pytest.mark.parametrize(
    ("every", "crowd", "rounds"),
    [
        pytest.param(False, CROWD, 1, id="half of them"),
        pytest.param(True, CROWD, 1, id="the rest", marks=pytest.mark.slow),
        pytest.param(True, 20, 4, id="often", marks=pytest.mark.nightly),
    ],
)
def test_a_race_has_one_outcome_and_clear_refusals(database, tmp_path, every, crowd, rounds):
    first = FIRST_LAYER[database]
    played = first if not every else [race for race in scenarios.SCENARIOS if rounds > 1 or race not in first]
    site = started_before(tmp_path, TWO_KEYS | settings_on(database))
    with stage(site, crowd=crowd) as set_stage:
        wrong = {scenario.__name__: [set_stage.play(scenario) for _ in range(rounds)] for scenario in played}
    assert {race: rounds for race, rounds in wrong.items() if any(rounds)} == {}
    assert "Traceback" not in site.log


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
