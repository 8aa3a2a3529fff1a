"""Races over HTTP, many rounds each, on SQLite and on PostgreSQL; then the same races on a site without its guards.

    python -m tests.load.race_drill [--rounds 15]

Prints one line for each race and database. Ends with status 1 when a race broke a promise, or when the site without guards
broke none in any of its rounds: then the race would show nothing.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as at_the_end:
        os.environ["DATA_DIR"] = folder
        from tests.postgresql import Postgresql
        from tests.races.scenarios import TWO_KEYS

        server = Postgresql.start()
        at_the_end.callback(server.stop)
        for name, settings in (("SQLite", TWO_KEYS), ("PostgreSQL", TWO_KEYS | {"DATABASE_URL": server.new_database()})):
            failed += race(Path(folder, name), name, settings, options.rounds)
            without = {"DATABASE_URL": server.new_database()} if "DATABASE_URL" in settings else {}
            failed += race_without_guards(Path(folder, f"{name}-unguarded"), name, without, options.rounds)
    return int(failed > 0)


def race(folder: Path, name: str, settings: dict[str, str], rounds: int) -> int:
    from tests.server import started_before

    site = started_before(folder, settings)
    return _play(site, name, rounds, lambda wrong: f"{len(wrong)} broken {wrong[:3] if wrong else ''}", expect_broken=False)


def race_without_guards(folder: Path, name: str, settings: dict[str, str], rounds: int) -> int:
    from tests.races.unguarded import unguarded

    site = unguarded(folder, settings)
    return _play(site, f"{name} without guards", rounds, lambda wrong: f"{len(wrong)} broken", expect_broken=True)


def _play(site, name: str, rounds: int, words: Callable[[list[str]], str], *, expect_broken: bool) -> int:
    from tests.races import scenarios

    played = scenarios.CONTROLLED if expect_broken else scenarios.SCENARIOS
    failed = 0
    with scenarios.stage(site) as stage:
        for scenario in played:
            wrong = [what for _ in range(rounds) for what in stage.play(scenario)]
            if expect_broken:
                wrong = [what for what in wrong if not what.startswith("answered")]
            failed += bool(wrong) != expect_broken
            print(f"{name}: {scenario.__name__.replace('_', ' ')}: {rounds} rounds, {words(wrong)}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
