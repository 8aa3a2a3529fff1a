"""Where races are run: a site with visitors, staff and two background workers, and what it stored afterwards."""

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.browsers import FORM, Clerk, Patient, Visitor, starts_on
from tests.concurrency import together
from tests.races.promises import broken
from tests.records import Records
from tests.server import HANG_SECONDS, Site

# Two, so that everything can be sealed again under the other one.
TWO_KEYS = {"FIELD_KEYS": ",".join(base64.urlsafe_b64encode(letter * 32).decode() for letter in (b"a", b"b"))}
SET_UP = "UPDATE consults_consultpolicy SET capacity = 1, length_minutes = 30, horizon_days = 366, notice_hours = 24"
_STAFF = 3
_PASSWORD = "lamps-in-seven-windows"
# The password is hashed once: that is most of what an account costs.
_MAKE_STAFF = f"""
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
able = dict(password=make_password("{_PASSWORD}"), email="desk@clinic.example", is_staff=True, is_superuser=True)
User.objects.bulk_create(User(username=f"clerk-{{number}}", **able) for number in range({_STAFF}))
"""
# Evaluates each expression that it is sent, and prints it: a process started for each would cost more than the race.
_EVALUATE = f"""
import sys
from django.utils import timezone
from consults import booking, erasure
from consults.models import ConsultRequest, OutboxMessage
{_MAKE_STAFF}
print("ready", flush=True)
for line in sys.stdin:
    print(eval(line), flush=True)
"""


@dataclass
class Stage:
    """A running site with staff signed in, a second background worker, and the open evenings of a year.

    `crowd`: how many visitors come at once. Every round takes an evening of its own, so that rounds do not meet.
    """

    site: Site
    crowd: int
    records: Records
    clerks: list[Clerk]
    days: Iterator[list[str]]
    beside: subprocess.Popen

    def a_day(self) -> list[str]:
        """The eight starts of an evening that nobody holds."""
        return next(self.days)

    def visitors(self, number: int | None = None) -> list[Visitor]:
        """By default the whole crowd."""
        return together([Visitor(self.site).open_form for _ in range(number or self.crowd)])

    def a_request(self, start: str, *, wants_earlier: bool = False) -> int:
        """Its id."""
        (visitor,) = self.visitors(1)
        visitor.fields |= {"earlier": "on"} if wants_earlier else {}
        assert visitor.ask(start) == 303
        return self.records.last_request

    def patients(self, request: int, number: int) -> list[Patient]:
        """As many windows of the patient's own page."""
        token = self.evaluate(f"ConsultRequest.objects.get(pk={request}).token")
        return together([lambda: Patient(self.site).open_page(token) for _ in range(number)])

    def evaluate(self, expression: str) -> str:
        """What an expression is in another process of the site."""
        self.beside.stdin.write(f"{expression}\n")
        self.beside.stdin.flush()
        return self.beside.stdout.readline().strip()

    def held_at(self, start: str) -> int:
        cell = int(datetime.fromisoformat(start).timestamp()) // 300
        return self.records.value(f"SELECT count(DISTINCT request_id) FROM consults_seat WHERE cell = {cell}")

    def events_of(self, request: int) -> list[str]:
        statement = f"SELECT kind FROM consults_event WHERE request_id = {request} ORDER BY id"
        return [kind for (kind,) in self.records.rows(statement)]

    def play(self, scenario: Callable[["Stage"], list[str]]) -> list[str]:
        """One round; what went wrong in it, and what the stored rows break."""
        since = self.records.last_request
        wrong = scenario(self) + broken(self.records, since=since)
        # What this round left is in the way of no later one: staff said yes to it.
        self.records.run("UPDATE consults_consultrequest SET kept_despite = '{\"full\": 1}'")
        self.records.run(SET_UP)
        return wrong


@contextmanager
def stage(site: Site, *, crowd: int) -> Iterator[Stage]:
    """Serves the site and sets the stage; ends everything afterwards."""
    manage = [sys.executable, str(site.checkout / "manage.py")]
    common = {"cwd": site.folder, "env": site.environment, "stderr": subprocess.DEVNULL, "text": True}
    evaluate = [*manage, "shell", "--verbosity=0", "-c", _EVALUATE]
    beside = subprocess.Popen(evaluate, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **common)
    worker = None
    try:
        assert beside.stdout.readline() == "ready\n", "staff were made"
        site.serve()
        worker = subprocess.Popen([*manage, "worker"], **common)
        with closing(Records(site)) as records:
            records.run(SET_UP)
            clerks = [Clerk(site).sign_in(f"clerk-{number}", _PASSWORD) for number in range(_STAFF)]
            yield Stage(site, crowd, records, clerks, _evenings(site), beside)
    finally:
        for process in filter(None, (worker, beside)):
            process.terminate()
            process.communicate(timeout=HANG_SECONDS)
        site.stop()


def _evenings(site: Site) -> Iterator[list[str]]:
    """Evenings that are open from 4 to 8 PM, the last of the year first. Looked up as they are needed."""
    today = datetime.now(UTC).date()
    for number in range(352, 2, -14):
        days = {}
        for start in starts_on(site.get(f"{FORM}?from={today + timedelta(days=number)}").text):
            days.setdefault(start[:10], []).append(start)
        yield from (starts for starts in reversed(days.values()) if len(starts) == 8)
