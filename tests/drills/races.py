"""Races over HTTP, many rounds each, on SQLite and on PostgreSQL; then the same races on a site without its guards.

    python -m tests.drills.races [--rounds 15]

Prints one line for each race and database. Ends with status 1 when a race broke a promise, or when the site without guards
broke none in any of its rounds: then the race would show nothing.
"""

import argparse
import sys
from pathlib import Path

from tests.drills.place import DATABASES, settings_on, temporary_folder
from tests.races import scenarios
from tests.races.stage import TWO_KEYS, stage
from tests.races.unguarded import unguarded
from tests.server import Site, started_before

CROWD = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    failed = 0
    with temporary_folder() as folder:
        for database in DATABASES:
            site = started_before(Path(folder, database), TWO_KEYS | settings_on(database))
            failed += play(site, database, rounds, expect_broken=False)
            site = unguarded(Path(folder, f"{database}-unguarded"), settings_on(database))
            failed += play(site, f"{database} without guards", rounds, expect_broken=True)
    return int(failed > 0)


def play(site: Site, name: str, rounds: int, *, expect_broken: bool) -> int:
    """How many races did not end as expected."""
    failed = 0
    with stage(site, crowd=CROWD) as set_stage:
        for scenario in scenarios.CONTROLLED if expect_broken else scenarios.SCENARIOS:
            wrong = [what for _ in range(rounds) for what in set_stage.play(scenario)]
            if expect_broken:
                wrong = [what for what in wrong if not what.startswith("answered")]
            failed += bool(wrong) != expect_broken
            example = f" {wrong[:3]}" if wrong and not expect_broken else ""
            print(f"{name}: {scenario.__name__.replace('_', ' ')}: {rounds} rounds, {len(wrong)} broken{example}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
