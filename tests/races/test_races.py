"""Races over HTTP against gunicorn, on both databases, in their short form; `python -m tests.load.race_drill` is the long one."""

from contextlib import contextmanager

import pytest

from tests.postgresql import postgresql
from tests.races import scenarios
from tests.races.unguarded import unguarded
from tests.server import started_before

pytestmark = pytest.mark.server

ROUNDS = 1
# Enough for a site without guards to fail once.
MOST_ROUNDS = 25
DATABASES = ["SQLite", "PostgreSQL"]


@contextmanager
def database(name: str):
    """The settings of a site with a fresh database of this kind."""
    if name == "SQLite":
        yield scenarios.TWO_KEYS
        return
    with postgresql() as server:
        yield scenarios.TWO_KEYS | {"DATABASE_URL": server.new_database()}


# All races of a database in one test: a stage takes longer to set than a race to run.
@pytest.mark.parametrize("name", DATABASES)
def test_a_race_has_one_outcome_and_clear_refusals(name, tmp_path):
    with database(name) as settings:
        site = started_before(tmp_path, settings)
        with scenarios.stage(site) as stage:
            wrong = {scenario.__name__: [stage.play(scenario) for _ in range(ROUNDS)] for scenario in scenarios.SCENARIOS}
    assert {race: rounds for race, rounds in wrong.items() if any(rounds)} == {}
    assert "Traceback" not in site.log


@pytest.mark.parametrize("name", DATABASES)
def test_without_its_guards_the_same_race_breaks_a_promise(name, tmp_path):
    """Negative control."""
    with database(name) as settings, scenarios.stage(unguarded(tmp_path, settings)) as stage:
        unbroken = [scenario.__name__ for scenario in scenarios.CONTROLLED if not _breaks_something(stage, scenario)]
    assert unbroken == []


def _breaks_something(stage: scenarios.Stage, scenario) -> bool:
    played = (stage.play(scenario) for _ in range(MOST_ROUNDS))
    return any(not what.startswith("answered") for wrong in played for what in wrong)
