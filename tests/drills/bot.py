"""A machine with 200 addresses and patience, and patients beside it, against the clinic's own hours and policy.

    python -m tests.drills.bot [--addresses 200]

Prints one line with the limits and one without. Ends with status 1 unless every patient got a seat beside the bot while the
limits stood, and none did without them once the bot had taken every time.
"""

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

from tests.drills.place import temporary_folder
from tests.races.bot import BEHIND_A_PROXY, Bot, a_patient_asks
from tests.records import Records
from tests.server import Site, started_before

PATIENTS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--addresses", type=int, default=200)
    options = parser.parse_args()
    with temporary_folder() as folder:
        with attacked(folder / "limits", {}) as site:
            seats, statuses = attack(site, options.addresses, waves=4)
        # The bot asks until nothing is listed: each wave takes as many times as it has addresses.
        with attacked(folder / "without", {"BOOKING_RATE": "off"}) as site:
            without, _ = attack(site, options.addresses, waves=4, beside=False)
    print(f"{options.addresses} addresses, answers {dict(statuses)}: {seats} of {PATIENTS} patients got a seat;"
          f" without limits, after the attack: {without} of {PATIENTS}")  # fmt: skip
    return int(seats != PATIENTS or without != 0)


@contextmanager
def attacked(folder: Path, settings: dict[str, str]) -> Iterator[Site]:
    site = started_before(folder, BEHIND_A_PROXY | settings)
    try:
        site.serve()
        if settings:
            # Two weeks, which is what a reader sees at once: the bot takes these.
            with closing(Records(site)) as records:
                records.run("UPDATE consults_consultpolicy SET horizon_days = 13")
        yield site
    finally:
        site.stop()


def attack(site: Site, addresses: int, *, waves: int, beside: bool = True) -> tuple[int, dict]:
    """How many patients got a seat, and what the bot was answered."""
    answers = []
    bot = threading.Thread(target=lambda: answers.append(Bot(site, addresses, waves).attack()))
    bot.start()
    if not beside:
        bot.join()
    seats = 0
    for number in range(PATIENTS):
        Event().wait(3 * beside)  # they come one after the other, while it lasts
        seats += a_patient_asks(site, f"203.0.113.{number + 1}")
    bot.join()
    return seats, answers[0]


if __name__ == "__main__":
    sys.exit(main())
