"""What booking costs the server: CPU time of a form that is read and of a request that is accepted, on SQLite.

    python -m tests.bench.booking_cost [--rounds 6] [--batch 150]

Three servers run side by side, each gunicorn under the site's own settings with BOOKING_RATE=off: the site with 100 stored
requests, the site with 100,000, and a bare Django view that inserts one row behind the same middleware. Measured is CPU time
(user and system) of their web workers, from /proc, in batches that take turns (A B B A). Every accepted POST has a form and a
start of its own, both got before it is measured. Prints one table, and ends with status 1 unless 100,000 cost at most 1.2
times 100 with the same number of queries, and an accepted POST at most 4.5 times the bare view's.
"""

import argparse
import http.client
import json
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.page_cost import cpu_seconds
from tests.server import CHECKOUT, Site, dying_with_us

FEW, MANY, HELD = 100, 100_000, 60
MOST_GROWTH, MOST_OVER_BARE = 1.2, 4.5
PATH = "/book-a-consult/"
# A form that comes back sooner looks like a machine's.
READING_SECONDS = 2.5
# The bare view is cheap: more of its requests make a batch that the clock's ticks can measure.
BARE_BATCH = 4
BARE_FILES = {
    "bare/__init__.py": "",
    "bare/urls.py": """
from django.db import models
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import include, path
from django.utils import timezone

class Row(models.Model):
    full_name = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    class Meta:
        app_label = "bare"

def insert(request):
    if request.method != "POST":
        return HttpResponse(f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">')
    Row.objects.create(full_name=request.POST["full_name"], email=request.POST["email"], created_at=timezone.now())
    answer = HttpResponseRedirect("/sent/")
    answer.status_code = 303
    return answer

# Under the names that the middleware knows: other addresses take no POST.
urlpatterns = [
    path("book-a-consult/", include(([path("", insert, name="request")], "consults"))),
    path("admin/", include(([path("", insert, name="index")], "admin"))),
]
""",
    "bare_settings.py": """
from clinic_site.settings import *
ROOT_URLCONF = "bare.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "bare"]
DATABASES = {"default": DATABASES["default"] | {"NAME": str(DATA_DIR / "bare.sqlite3")}}
""",
    # The site's own configuration without its hooks: there is no background worker to start.
    "bare_gunicorn.py": """
import os, runpy, sys
own = runpy.run_path(os.environ["SITE_CONFIGURATION"])
globals().update({name: value for name, value in own.items() if isinstance(value, (str, int, dict)) and name[0] != "_"})
sys.path.insert(0, os.path.dirname(__file__))
""",
}
NOT_HELD = "from consults.models import *; print(ConsultRequest.objects.filter(status='quarantined').count())"
BARE_TABLE = "CREATE TABLE bare_row (id integer PRIMARY KEY AUTOINCREMENT, full_name text, email text, created_at datetime)"


@dataclass
class BareSite(Site):
    """The bare view: started, watched and stopped as the site is."""

    def begin(self) -> None:
        for name, text in BARE_FILES.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)
        for name in ("tmp", "static"):
            (self.data / name).mkdir(parents=True)
        with closing(sqlite3.connect(self.data / "bare.sqlite3")) as database:
            database.execute(BARE_TABLE)
        own = {"SITE_CONFIGURATION": str(self.checkout / "gunicorn.conf.py"), "DJANGO_SETTINGS_MODULE": "bare_settings"}
        command = dying_with_us([sys.executable, "-Bm", "gunicorn", "--config", "bare_gunicorn.py"], signal.SIGTERM)
        with open(self.folder / "serve.log", "ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=self.environment | own, stdout=log, stderr=log)

    def is_ready(self) -> bool:
        try:
            return self.get(PATH).status == 200
        except OSError:
            return False


# What runs in a process of its own under a site's settings: filling its database, counting queries.


def answers_of(number: int) -> dict[str, str]:
    """What a patient fills in: each number is somebody else."""
    contacts = {"email": f"patient-{number}@mail.example", "phone": f"507-{number:07}", "contact_by": "email"}
    return {"full_name": f"Ada Example {number}", **contacts}


def store(requests: str) -> None:
    """Opens every start of a year and stores this many requests: HELD to come, the same at every size, and past ones."""
    from django.db import transaction
    from django.utils import timezone

    from consults import booking, open_times
    from consults.models import ConsultPolicy, Person

    now = timezone.now()
    ConsultPolicy.objects.filter(pk=1).update(capacity=20, horizon_days=366)
    offers = open_times.current_offers(now=now)
    starts = [start for day in range(14) for start in offers.starts_on(offers.today + timedelta(days=day))]
    rest = {"voicemail_ok": False, "note": "After six is best."}
    for number in range(HELD):
        person = Person(**answers_of(9_000_000 + number), **rest)
        booking.submit_request(submission_key=f"held-{number}", starts_at=starts[number % len(starts)], person=person, now=now)
    with transaction.atomic():
        for first in range(HELD, int(requests), 2000):
            _store_past([answers_of(number) | rest for number in range(first, min(first + 2000, int(requests)))], now)


def _store_past(people: list[dict], now: datetime) -> None:
    """Two events and a message that was sent for each. None is old enough to be erased while this runs."""
    from consults.models import ConsultRequest, Event, OutboxMessage, Person

    rows, messages = [], []
    for number, person in enumerate(people):
        asked = now - timedelta(days=10, minutes=20 * number)
        row = ConsultRequest(status=ConsultRequest.ENDED[number % len(ConsultRequest.ENDED)], length_minutes=30, version=2)
        row.submission_key = f"past {person['phone']}"
        row.created_at = row.addressed_at = asked
        row.answer_by = asked + timedelta(days=2)
        row.starts_at, row.ended_at = asked + timedelta(days=3), asked + timedelta(days=3, hours=1)
        row.seal_person(Person(**person), token=row.submission_key)
        rows.append(row)
    ConsultRequest.objects.bulk_create(rows)
    events = [Event(request=row, number=1, kind="requested", status="requested", at=row.created_at) for row in rows]
    Event.objects.bulk_create(events)
    Event.objects.bulk_create([Event(request=r, number=2, kind=r.status, status=r.status, at=r.ended_at) for r in rows])
    text = "About your request. " * 20
    for event in events:
        message = OutboxMessage(event=event, kind="requested", recipient="patient", channel="mail", state="done")
        message.created_at = message.not_before = message.done_at = event.at
        message.seal({"to": "ada@mail.example", "name": text})
        messages.append(message)
    OutboxMessage.objects.bulk_create(messages)


def count_queries(host: str) -> None:
    """Prints how many statements go to the database for a form that is read and for a request that is accepted."""
    import django.test
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = django.test.Client(headers={"host": host})
    client.get(PATH)
    with CaptureQueriesContext(connection) as get:
        page = client.get(PATH).content.decode()
    time.sleep(READING_SECONDS)
    answers = answers_of(9_500_000) | hidden_values(page) | {"starts_at": starts_on(page)[-1], "acknowledged": "on"}
    with CaptureQueriesContext(connection) as post:
        status = client.post(PATH, answers).status_code
    assert status == 303, status
    print(json.dumps({"GET": len(get), "POST": len(post)}))


STEPS = {"store": store, "count_queries": count_queries}


def under_settings_of(site: Site, step: str, argument: object) -> str:
    """What this step prints."""
    command = [sys.executable, "-Bm", "tests.bench.booking_cost", "--step", step, str(argument)]
    own = {"DJANGO_SETTINGS_MODULE": "clinic_site.settings"}
    done = subprocess.run(command, cwd=CHECKOUT, env=site.environment | own, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


# What a browser does.


def hidden_values(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)}


def starts_on(page: str) -> list[str]:
    return [start for start in re.findall(r'name="starts_at" value="([^"]+)"', page) if start != "none"]


def starts_of_a_year(site: Site) -> list[str]:
    """Every start from the third day on; none of them falls below the notice while this runs."""
    days = (datetime.now(UTC).date() + timedelta(days=number) for number in range(3, 364, 14))
    return [start for day in days for start in starts_on(site.get(f"{PATH}?from={day}").text)]


@dataclass
class Target:
    """A server that is measured. `costs`: CPU seconds a request, batch by batch, of "GET" and of "POST"."""

    site: Site
    batch: int
    starts: list[str]
    numbers: count = field(default_factory=lambda: count(1_000_000))
    forms: list[tuple[dict[str, str], str]] = field(default_factory=list)
    costs: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def read_forms(self) -> None:
        """A batch of GETs; their forms wait for the next batch of POSTs."""
        self.forms += self._measured("GET", [(None, {})] * self.batch)

    def send_forms(self) -> None:
        self._measured("POST", [self._filled_in(*self.forms.pop(0)) for _ in range(self.batch)])

    def _filled_in(self, hidden: dict[str, str], cookie: str) -> tuple[str, dict[str, str]]:
        number = next(self.numbers)
        answers = answers_of(number) | hidden | {"starts_at": self.starts[number % len(self.starts)], "acknowledged": "on"}
        return urlencode(answers), {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}

    def _measured(self, method: str, requests: list[tuple]) -> list[tuple[dict[str, str], str]]:
        """One request after the other on one connection: the hidden values and the cookie of every answer."""
        workers, answers = self.site.web_workers(), []
        with closing(http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)) as connection:
            before = cpu_seconds(workers)
            for body, headers in requests:
                connection.request(method, PATH, body, headers)
                answer = connection.getresponse()
                answers.append((answer.read(), answer.getheader("Set-Cookie", "")))
                assert answer.status == {"GET": 200, "POST": 303}[method], (method, answer.status, self.site.log)
            self.costs[method].append((cpu_seconds(workers) - before) / len(requests))
        return [(hidden_values(body.decode()), cookie.partition(";")[0]) for body, cookie in answers]

    def warm_up(self) -> None:
        """Every thread of every web worker has read the templates and opened the database."""
        with ThreadPoolExecutor(16) as visitors:
            assert all(answer.status == 200 for answer in visitors.map(self.site.get, [PATH] * 128))
        self.read_forms()
        time.sleep(READING_SECONDS)
        self.send_forms()
        self.costs.clear()

    def microseconds(self, method: str) -> float:
        return statistics.median(self.costs[method]) * 1e6

    def times(self, other: "Target", method: str) -> float:
        """How many times the other's cost, batch against batch of the same turn."""
        return statistics.median(a / b for a, b in zip(self.costs[method], other.costs[method], strict=True))


def measure(few: Target, many: Target, bare: Target, rounds: int) -> None:
    for target in (few, many, bare):
        target.warm_up()
    for _ in range(rounds):
        for target in (few, many, bare, bare, many, few):
            target.read_forms()
        time.sleep(READING_SECONDS)
        for target in (few, bare, many, many, bare, few):
            target.send_forms()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--batch", type=int, default=150)
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        import django

        django.setup()
        STEPS[options.step[0]](options.step[1])
        return 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as at_the_end:
        sites = [kind(Path(folder, str(number)), {"BOOKING_RATE": "off"}) for number, kind in enumerate((Site, Site, BareSite))]
        for site, requests in zip(sites, (FEW, MANY), strict=False):
            for command in ("migrate", "load_content"):
                assert site.manage(command).returncode == 0
            under_settings_of(site, "store", requests)
        for site in sites:
            at_the_end.callback(site.stop)
            site.serve()
        queries = [json.loads(under_settings_of(site, "count_queries", site.url.partition("//")[2])) for site in sites[:2]]
        starts = starts_of_a_year(sites[0])
        batches = (options.batch, options.batch, options.batch * BARE_BATCH)
        few, many, bare = (Target(site, batch, starts) for site, batch in zip(sites, batches, strict=True))
        measure(few, many, bare, options.rounds)
        for site in sites[:2]:
            assert site.shell(NOT_HELD) == "0", "a request that was sent holds no seat: its contact or its form looked like spam"
    return report(few, many, bare, queries)


def report(few: Target, many: Target, bare: Target, queries: list[dict[str, int]]) -> int:
    """The table; 1 when a figure is not reached."""
    print(f"{'':22}{'100 stored':>12}{'100,000':>12}{'bare view':>12}  ratio")
    missed = 0
    for method, name in (("GET", "form read"), ("POST", "request accepted")):
        growth = many.times(few, method)
        missed += growth > MOST_GROWTH or queries[0][method] != queries[1][method]
        cells = (f"{target.microseconds(method):10.0f}µs" for target in (few, many, bare))
        print(f"{name:22}{''.join(f'{cell:>12}' for cell in cells)}  {growth:.2f} times (at most {MOST_GROWTH})")
        print(f"{'  queries':22}{queries[0][method]:12}{queries[1][method]:12}{'':12}  the same")
    over_bare = few.times(bare, "POST")
    print(f"{'accepted over bare':22}{'':36}  {over_bare:.2f} times (at most {MOST_OVER_BARE:g})")
    return int(missed > 0 or over_bare > MOST_OVER_BARE)


if __name__ == "__main__":
    sys.exit(main())
