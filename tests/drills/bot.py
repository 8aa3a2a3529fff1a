"""A machine with 200 addresses and patience, and patients beside it, against the clinic's own hours and policy.

    python -m tests.load.bot_drill [--addresses 200]

Prints one line with the limits and one without. Ends with status 1 unless every patient got a seat beside the bot while the
limits stood, and none did without them once the bot had taken every time.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

PATIENTS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--addresses", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        with attacked(Path(folder, "limits"), {}) as site:
            seats, statuses = attack(site, options.addresses, waves=4)
        # The bot asks until nothing is listed: each wave takes as many times as it has addresses.
        with attacked(Path(folder, "without"), {"BOOKING_RATE": "off"}) as site:
            without, _ = attack(site, options.addresses, waves=4, beside=False)
    print(f"{options.addresses} addresses, answers {dict(statuses)}: {seats} of {PATIENTS} patients got a seat;"
          f" without limits, after the attack: {without} of {PATIENTS}")  # fmt: skip
    return int(seats != PATIENTS or without != 0)


@contextmanager
def attacked(folder: Path, settings: dict[str, str]):
    from tests.actors import Records
    from tests.races.bot import BEHIND_A_PROXY
    from tests.server import started_before

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


def attack(site, addresses: int, *, waves: int, beside: bool = True) -> tuple[int, dict]:
    """How many patients got a seat, and what the bot was answered."""
    from tests.races.bot import Bot, a_patient_asks

    answers = []
    bot = threading.Thread(target=lambda: answers.append(Bot(site, addresses, waves).attack()))
    bot.start()
    if not beside:
        bot.join()
    seats = 0
    for number in range(PATIENTS):
        time.sleep(3 * beside)
        seats += a_patient_asks(site, f"203.0.113.{number + 1}")
    bot.join()
    return seats, answers[0]


if __name__ == "__main__":
    sys.exit(main())
