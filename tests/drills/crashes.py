"""Crashes, on SQLite and on PostgreSQL: processes killed at random under load, restarts, a locked database, a full disk.

    python -m tests.load.crash_drill [--rounds 20]

Prints one line for each drill and database; the last one runs a site without its transactions, where kills have to leave half
a request somewhere. Ends with status 1 when a promise broke. The full disk needs root: it mounts a small file system to fill.
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
    parser.add_argument("--rounds", type=int, default=20, help="rounds of kills; restarts take half as many")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as at_the_end:
        os.environ["DATA_DIR"] = folder
        from tests.crashes import drills
        from tests.postgresql import Postgresql

        server = Postgresql.start()
        at_the_end.callback(server.stop)
        for name, settings in (("SQLite", {}), ("PostgreSQL", {"DATABASE_URL": server.new_database()})):
            with drills.running(Path(folder, name), settings) as (site, postbox):
                for what, rounds, drill in (
                    ("kill -9 at random", options.rounds, lambda s, p: drills.kill_at_random(s, p, seconds=6)),
                    ("SIGTERM restart under load", options.rounds // 2, lambda s, p: drills.restart_under_load(s, p, seconds=3)),
                    ("database locked", 1, lambda s, p: drills.database_locked(s, p, seconds=30)),
                ):
                    failed += report(f"{name}: {what}", rounds, lambda d=drill, s=site, p=postbox: d(s, p))
        with drills.small_disk(Path(folder, "disk"), megabytes=40) as disk, drills.running(disk / "site", {}) as (site, postbox):
            drill = lambda: drills.disk_full(site, postbox, fill=lambda: drills.fill_disk(disk))  # noqa: E731
            failed += report("SQLite: disk full", 3, drill)
        failed += without_transactions(Path(folder, "unguarded"), options.rounds)
    return int(failed > 0)


def report(name: str, rounds: int, drill: Callable[[], tuple[str, list[str]]]) -> int:
    """1 when a round broke something."""
    figures, wrong = [], []
    for _ in range(rounds):
        figure, broken = drill()
        figures.append(figure)
        wrong += broken
    print(f"{name}: {rounds} rounds, {len(wrong)} broken{f' {wrong[:4]}' if wrong else ''}; the last: {figures[-1]}", flush=True)
    return int(bool(wrong))


def without_transactions(folder: Path, rounds: int) -> int:
    """Negative control. 1 when nothing broke."""
    from tests.crashes import drills
    from tests.races.unguarded import unguarded

    with drills.mail_server() as (postbox, mail):
        site = unguarded(folder, mail)
        site.serve()
        try:
            for number in range(rounds):
                figures, wrong = drills.kill_at_random(site, postbox, seconds=6)
                if wrong:
                    print(f"SQLite without transactions: broken in round {number + 1}, as it has to be; {figures}; {wrong[:2]}")
                    return 0
        finally:
            site.stop()
    print(f"SQLite without transactions: {rounds} rounds broke nothing, so the drill shows nothing")
    return 1


if __name__ == "__main__":
    sys.exit(main())
