"""Mail through crashes: the worker sends 5,000 messages while it is killed every two seconds and started again.

    python -m tests.load.outbox_drill [--messages 5000] [--seconds 600]

A mail server of this process takes the messages. The last ones wait for their lease: a message that was in flight when the
worker was killed is taken up again three minutes later. Prints one line, and ends with status 1 unless every message arrived
under its own Message-ID, with at most one extra copy for each kill, within the time.
"""

import argparse
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.server import CHECKOUT, Site, dying_with_us, free_port

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


class Postbox:
    """What a mail server does with a message: remembers its Message-ID, and says it has it."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(self, server, session, envelope) -> str:
        self.arrived[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 OK"


def rows(site: Site, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(site.data / "clinic.sqlite3", timeout=20)) as database:
        return database.execute(statement).fetchall()


def drain(site: Site, seconds: float) -> int:
    """Runs and kills workers until nothing waits, or the time is over. Returns how many were killed."""
    command = dying_with_us([sys.executable, str(site.checkout / "manage.py"), "worker"], signal.SIGKILL)
    deadline = time.monotonic() + seconds
    kills = 0
    while rows(site, WAITING)[0][0] and time.monotonic() < deadline:
        with open(site.folder / "worker.log", "ab") as log:
            worker = subprocess.Popen(command, cwd=site.folder, env=site.environment, stdout=log, stderr=log)
        try:
            worker.wait(KILL_EVERY)
            sys.exit(f"the worker ended by itself:\n{(site.folder / 'worker.log').read_text()}")
        except subprocess.TimeoutExpired:
            kills += 1
        finally:
            worker.kill()
            worker.wait()
    return kills


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=600, help="how long the sending may take")
    options = parser.parse_args()
    postbox, port = Postbox(), free_port()
    mail_server = Controller(postbox, hostname="127.0.0.1", port=port)
    mail_server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            site = Site(Path(folder), {"EMAIL_URL": f"smtp://127.0.0.1:{port}"})
            for command in ("migrate", "load_content"):
                assert site.manage(command).returncode == 0
            store = [sys.executable, str(CHECKOUT / "manage.py"), "shell", "-c", STORE.format(messages=options.messages)]
            subprocess.run(store, env=site.environment, check=True, stdout=subprocess.DEVNULL, timeout=600)
            began = time.monotonic()
            kills = drain(site, options.seconds)
            took = time.monotonic() - began
            left = rows(site, WAITING)[0][0]
            # SQLite keeps a UUID without its dashes.
            owed = {number for (number,) in rows(site, MESSAGE_IDS)}
    finally:
        mail_server.stop()
    arrived = {name.strip("<>").partition("@")[0].replace("-", "") for name in postbox.arrived}
    lost, extra = len(owed - arrived), postbox.arrived.total() - len(postbox.arrived)
    print(
        f"{len(owed):,} messages, {kills} kills, {took:.0f} s: {lost} lost, {left} still waiting,"
        f" {len(arrived):,} Message-IDs, {extra} extra copies (at most {kills})"
    )
    return int(bool(lost or left or arrived != owed or extra > kills))


if __name__ == "__main__":
    sys.exit(main())
