"""Crashes, on SQLite and on PostgreSQL: processes killed under load, restarts, a locked database, a full disk.

    python -m tests.drills.crashes [--rounds 20]

Prints one line for each drill and database; the last ones run a site without its transactions, where kills have to leave half
a request somewhere. Ends with status 1 when a promise broke. The full disk needs root: it mounts a small file system to fill.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.crashes import accidents
from tests.crashes.disk import fill_disk, small_disk
from tests.crashes.load import Load
from tests.crashes.mail_server import Postbox, mail_server
from tests.drills.place import DATABASES, settings_on, temporary_folder
from tests.races.unguarded import unguarded
from tests.server import Site

# In each round every process goes down this often.
KILLS = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="rounds of kills; restarts take half as many")
    rounds = parser.parse_args().rounds
    failed = 0
    with temporary_folder() as folder:
        for database in DATABASES:
            with accidents.running(folder / database, settings_on(database)) as (site, postbox):
                judged = (site, postbox)
                kill_each = lambda s=site: accidents.kills(s, accidents.EACH * KILLS)  # noqa: E731
                failed += report(f"{database}: kill -9 at random", rounds, kill_each, *judged)
                failed += report(f"{database}: SIGTERM and start", rounds // 2, lambda s=site: accidents.restart(s), *judged)
                failed += report(f"{database}: database locked", 3, lambda s=site: accidents.locked_database(s), *judged)
        with small_disk(folder / "disk", megabytes=40) as disk, accidents.running(disk / "site", {}) as (site, postbox):
            fill = lambda: accidents.full_disk(site, fill=lambda: fill_disk(disk))  # noqa: E731
            failed += report("sqlite: disk full", 3, fill, site, postbox)
        for database in DATABASES:
            failed += without_transactions(folder / f"{database}-unguarded", database, rounds)
    return int(failed > 0)


def report(name: str, rounds: int, accident: Callable[[], Load], site: Site, postbox: Postbox) -> int:
    """1 when a round broke something."""
    wrong = []
    for _ in range(rounds):
        load = accident()
        wrong += accidents.judge(site, postbox, [load])
    example = f" {wrong[:4]}" if wrong else ""
    print(f"{name}: {rounds} rounds, {len(wrong)} broken{example}; the last: {load.figures}", flush=True)
    return int(bool(wrong))


def without_transactions(folder: Path, database: str, rounds: int) -> int:
    """Negative control. 1 when nothing broke."""
    with mail_server() as (postbox, mail):
        site = unguarded(folder, mail | settings_on(database))
        site.serve()
        try:
            for number in range(rounds):
                load = accidents.kills(site, ["a web worker"] * 3 * KILLS)
                if wrong := accidents.judge(site, postbox, [load]):
                    print(f"{database} without transactions: broken in round {number + 1}, as it has to be; {wrong[:2]}")
                    return 0
        finally:
            site.stop()
    print(f"{database} without transactions: {rounds} rounds broke nothing, so the drill shows nothing")
    return 1


if __name__ == "__main__":
    sys.exit(main())
