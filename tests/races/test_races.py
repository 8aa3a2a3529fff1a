"""Races over HTTP against gunicorn, on both databases, in their short form; `python -m tests.load.race_drill` is the long one."""

import pytest

from tests.postgresql import postgresql
from tests.races import scenarios
from tests.races.unguarded import unguarded
from tests.server import started_before

ROUNDS = 2
# Enough for a site without guards to fail once.
MOST_ROUNDS = 25


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def database(request):
    """The settings of a database for each site that asks."""
    if request.param == "SQLite":
        yield lambda: dict(scenarios.TWO_KEYS)
        return
    with postgresql() as server:
        yield lambda: scenarios.TWO_KEYS | {"DATABASE_URL": server.new_database()}


@pytest.fixture(scope="module")
def guarded(database, tmp_path_factory):
    settings = database()
    site = started_before(tmp_path_factory.mktemp("race"), settings)
    if "DATABASE_URL" in settings:
        assert site.manage("migrate").returncode == site.manage("load_content").returncode == 0
    with scenarios.stage(site) as stage:
        yield stage


@pytest.fixture(scope="module")
def without_guards(database, tmp_path_factory):
    settings = database()
    with scenarios.stage(unguarded(tmp_path_factory.mktemp("unguarded"), settings)) as stage:
        yield stage


@pytest.mark.parametrize("scenario", scenarios.SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_race_has_one_outcome_and_clear_refusals(guarded, scenario):
    for _ in range(ROUNDS):
        assert guarded.play(scenario) == []
    assert "Traceback" not in guarded.site.log


@pytest.mark.parametrize("scenario", scenarios.CONTROLLED, ids=lambda scenario: scenario.__name__)
def test_without_its_guards_the_same_race_breaks_a_promise(without_guards, scenario):
    """Negative control."""
    for _ in range(MOST_ROUNDS):
        if any(not wrong.startswith("answered") for wrong in without_guards.play(scenario)):
            return
    pytest.fail(f"{MOST_ROUNDS} rounds without guards broke nothing")
