"""Mail through crashes: the worker sends 5,000 messages while it is killed every two seconds and started again.

    python -m tests.drills.mail [--messages 5000] [--seconds 600]

A mail server of this process takes the messages. The last ones wait for their lease: a message that was in flight when the
worker was killed is taken up again three minutes later. Prints one line, and ends with status 1 unless every message arrived
under its own Message-ID, with at most one extra copy for each kill, within the time.
"""

import argparse
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.crashes.mail_server import Postbox, mail_server
from tests.drills.place import temporary_folder
from tests.records import Records
from tests.server import Site, dying_with_us, started_before

KILL_EVERY = 2
WAITING = "SELECT count(*) FROM consults_outboxmessage WHERE state = 'waiting'"
MESSAGE_IDS = "SELECT message_id FROM consults_outboxmessage"
# One transaction: the requests are only there for the messages they owe.
STORE = """
from django.db import transaction
from django.utils import timezone
from consults import booking
rest = dict(starts_at=None, phone="", contact_by="email", voicemail_ok=False, note="", now=timezone.now())
with transaction.atomic():
    for number in range({messages}):
        person = dict(full_name=f"Ada Example {{number}}", email=f"patient-{{number}}@mail.example")
        booking.submit_request(submission_key=f"drill-{{number}}", **person, **rest)
"""


def drain(site: Site, records: Records, seconds: float) -> int:
    """Runs and kills workers until nothing waits, or the time is over. Returns how many were killed."""
    command = dying_with_us([sys.executable, str(site.checkout / "manage.py"), "worker"], signal.SIGKILL)
    deadline = time.monotonic() + seconds
    kills = 0
    while records.value(WAITING) and time.monotonic() < deadline:
        with open(site.folder / "worker.log", "ab") as log:
            worker = subprocess.Popen(command, cwd=site.folder, env=site.environment, stdout=log, stderr=log)
        try:
            worker.wait(KILL_EVERY)
            sys.exit(f"the worker ended without being told to:\n{(site.folder / 'worker.log').read_text()}")
        except subprocess.TimeoutExpired:
            kills += 1
        finally:
            worker.kill()
            worker.wait()
    return kills


def report(records: Records, postbox: Postbox, kills: int, took: float) -> int:
    left, arrived = records.value(WAITING), postbox.arrived.keys()
    owed = {number.replace("-", "") for (number,) in records.rows(MESSAGE_IDS)}
    lost, extra = len(owed - arrived), postbox.arrived.total() - len(arrived)
    print(
        f"{len(owed):,} messages, {kills} kills, {took:.0f} s: {lost} lost, {left} still waiting,"
        f" {len(arrived):,} Message-IDs, {extra} extra copies (at most {kills})"
    )
    return int(bool(lost or left or arrived != owed or extra > kills))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=600, help="how long the sending may take")
    options = parser.parse_args()
    with temporary_folder() as folder, mail_server() as (postbox, mail):
        site = started_before(Path(folder, "site"), mail)
        site.shell(STORE.format(messages=options.messages))
        with closing(Records(site)) as records:
            began = time.monotonic()
            kills = drain(site, records, options.seconds)
            return report(records, postbox, kills, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
