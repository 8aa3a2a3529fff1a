"""What the review desk costs the server: its front page, the list, the searches and the week, with 1,000 and 100,000 requests.

    python -m tests.bench.desk_cost

CPU time (user and system) of gunicorn's web workers, from /proc, in batches that take turns (A B B A). The requests that
are open are the same at both sizes. Prints one table, and ends with status 1 unless every page at 100,000 costs at most 1.5
times its cost at 1,000, with the same number of queries.
"""

import argparse
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.booking_cost import HELD, answers_of, under_settings_of
from tests.bench.page_cost import cpu_seconds
from tests.server import CHECKOUT, Site

FEW, MANY = 1_000, 100_000
MOST_GROWTH = 1.5
REQUESTS = "/admin/consults/consultrequest/"
PAST, OPEN = answers_of(HELD + 7), answers_of(9_000_000 + 7)
# Posted once: the pages that are measured show what it found.
TERMS = {"email": PAST["email"], "phone": PAST["phone"], "name": OPEN["full_name"]}
PAGES = {
    "front page": "/admin/",
    "list, open requests": REQUESTS,
    "list, all requests": f"{REQUESTS}?status=all",
    "list, declined ones": f"{REQUESTS}?status=declined",
    "search by reference": f"{REQUESTS}?q={{reference}}",
    "search by email": f"{REQUESTS}?found={{email}}",
    "search by phone": f"{REQUESTS}?found={{phone}}",
    "search by name": f"{REQUESTS}?found={{name}}",
    "the week": f"{REQUESTS}diary/",
    "messages left to do": "/admin/consults/outboxmessage/",
    "one request": f"{REQUESTS}{{pk}}/change/",
}


def count_queries(host: str) -> None:
    """Runs under a site's settings. Prints each page's number of database statements, and a request that has ended."""
    import django.test
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from consults.models import ConsultRequest

    client = django.test.Client(headers={"host": host})
    client.force_login(User.objects.get(username="desk"))
    request = ConsultRequest.objects.by_contact(PAST["email"]).get()
    known = {"pk": request.pk, "reference": request.reference}
    posted = {name: client.post(f"{REQUESTS}search/", {"q": term})["Location"] for name, term in TERMS.items()}
    found = {name: url.partition("found=")[2] for name, url in posted.items()}
    queries = {}
    for name, path in PAGES.items():
        client.get(path.format(**known, **found))
        with CaptureQueriesContext(connection) as made:
            assert client.get(path.format(**known, **found)).status_code == 200, path
        queries[name] = len(made)
    print(json.dumps({"queries": queries, "known": known}))


@dataclass
class Desk:
    """A site that somebody is signed in to. `costs`: CPU seconds a request, batch by batch, for each page."""

    site: Site
    queries: dict[str, int]
    known: dict[str, object]
    cookie: str = ""
    costs: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def sign_in(self, name: str, password: str) -> None:
        form = self.site.get("/admin/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
        cookies = "; ".join(cookie.partition(";")[0] for cookie in form.cookies)
        answers = {"username": name, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"}
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        done = self.site.request("POST", "/admin/login/", headers=headers, body=urlencode(answers).encode())
        assert done.status == 302, done.status
        self.cookie = "; ".join(cookie.partition(";")[0] for cookie in done.cookies)
        token = re.search(r"csrf=([^;]+)", self.cookie)[1]
        for term_name, term in TERMS.items():
            body = urlencode({"q": term, "csrfmiddlewaretoken": token}).encode()
            posted = self.site.request("POST", f"{REQUESTS}search/", headers=headers | {"Cookie": self.cookie}, body=body)
            self.known[term_name] = posted.headers["location"].partition("found=")[2]

    def read(self, page: str, times: int) -> None:
        """A batch of GETs, one after the other on one connection."""
        workers, path = self.site.web_workers(), PAGES[page].format(**self.known)
        with closing(http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)) as connection:
            before = cpu_seconds(workers)
            for _ in range(times):
                connection.request("GET", path, headers={"Cookie": self.cookie})
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, (path, answer.status)
            self.costs[page].append((cpu_seconds(workers) - before) / times)


def measure(few: Desk, many: Desk, *, rounds: int, batch: int) -> None:
    for page in PAGES:
        for desk in (few, many):
            desk.read(page, 16)
            desk.costs.clear()
    for _ in range(rounds):
        for page in PAGES:
            for desk in (few, many, many, few):
                desk.read(page, batch)


def report(few: Desk, many: Desk) -> int:
    """The table; 1 when a figure is not reached."""
    missed = 0
    print(f"{'':22}{f'{FEW:,} stored':>20}{f'{MANY:,} stored':>22}")
    for page in PAGES:
        small, large = (statistics.median(desk.costs[page]) * 1000 for desk in (few, many))
        growth = statistics.median(b / a for a, b in zip(few.costs[page], many.costs[page], strict=True))
        missed += growth > MOST_GROWTH or few.queries[page] != many.queries[page]
        cells = (f"{cost:7.1f} ms, {desk.queries[page]:3} queries" for cost, desk in ((small, few), (large, many)))
        print(f"{page:22}{''.join(f'{cell:>22}' for cell in cells)}  {growth:.2f} times (at most {MOST_GROWTH})")
    return int(missed > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--count", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.count:
        import django

        django.setup()
        count_queries(options.count)
        return 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as at_the_end:
        desks = []
        for requests in (FEW, MANY):
            site = Site(Path(folder, str(requests)), {"BOOKING_RATE": "off"})
            for command in ("migrate", "load_content"):
                assert site.manage(command).returncode == 0
            under_settings_of(site, "store", requests)
            name, password = site.make_staff()
            at_the_end.callback(site.stop)
            site.serve()
            desk = Desk(site, **counted(site))
            desk.sign_in(name, password)
            desks.append(desk)
        measure(*desks, rounds=options.rounds, batch=options.batch)
        return report(*desks)


def counted(site: Site) -> dict:
    command = [sys.executable, "-Bm", "tests.bench.desk_cost", "--count", site.url.partition("//")[2]]
    own = {"DJANGO_SETTINGS_MODULE": "clinic_site.settings"}
    done = subprocess.run(command, cwd=CHECKOUT, env=site.environment | own, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
