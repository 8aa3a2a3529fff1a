"""What the nginx of deploy/ is worth to the site: the cost of a kept page, slow clients, edits, and a reload under load.

    python -m tests.bench.behind_nginx

Everything in one run on one machine: real nginx with deploy/nginx.conf over TLS, the real site with two web processes, SQLite.
Beside the home page that nginx keeps, WhiteNoise answers without TLS and without nginx: the site's stylesheet of about the same
size, and, for who asks what WhiteNoise can do at its best, the very bytes of the page in a gunicorn with nothing else in it.
Requests come from wrk, in rounds that alternate; the ratio is that of a round, and its median is told. Prints each figure, and
ends with status 1 if one is missed.
"""

import http.client
import itertools
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.page_cost import cpu_seconds
from tests.nginx import HOST, Nginx, nginx_before, recipe
from tests.server import OVER_HTTPS, Site, dying_with_us, free_port, wait_for

AT_LEAST = 8.0
EDIT_SHOWS_SECONDS = 2.0
SLOW_CLIENTS, SLOW_SECONDS = 200, 20
ROUNDS, ROUND_SECONDS = 7, 2
# Pages in a cache and in none, and one that is posted without its ticket, which the site answers with 403.
ASKED = [("GET", "/"), ("GET", "/faqs/"), ("GET", "/search/?q=cost"), ("GET", "/book-a-consult/"), ("POST", "/book-a-consult/")]
_ALONE = """
from whitenoise import WhiteNoise

def nothing(environ, start_response):
    start_response("404 Not Found", [])
    return []

application = WhiteNoise(nothing, root={root!r})
"""


def without_limits_of_an_address() -> str:
    """One machine sends all that is measured. nginx counts all the same."""
    return re.sub(r"rate=\d+r/s", "rate=100000r/s", recipe())


@contextmanager
def whitenoise_alone(folder: Path, body: bytes):
    """The port of a gunicorn as the site's, with nothing in it but WhiteNoise and one page in br; and its processes."""
    root, port = folder / "root", free_port()
    root.mkdir(parents=True)
    (root / "page.html").write_bytes(body)
    (root / "page.html.br").write_bytes(body)
    (folder / "alone.py").write_text(_ALONE.format(root=str(root)))
    options = ["-k", "gthread", "--threads", "4", "-w", "2", "--preload", "--keep-alive", "5", "-b", f"127.0.0.1:{port}"]
    command = dying_with_us([sys.executable, "-m", "gunicorn", "--no-control-socket", *options, "alone"], signal.SIGTERM)
    process = subprocess.Popen([*command[:-1], "alone:application"], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _listens(port) and len(_children(process.pid)) == 2, 60, "WhiteNoise answers")
        yield f"http://127.0.0.1:{port}/page.html", _children(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _children(process_id: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


def wrk(url: str, seconds: float) -> int:
    """How many requests were answered, all of them 200."""
    headers = {"Host": HOST, "Accept-Encoding": "br", "X-Forwarded-Proto": "https"}
    options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", "-c8", f"-d{seconds:g}s", *options, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"not every request was answered with 200:\n{done.stdout}")
    return int(re.search(r"(\d+) requests in", done.stdout)[1])


def measure_kept_pages(site: Site, nginx: Nginx, folder: Path) -> bool:
    head = f"HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: "
    home = nginx.raw(f"GET / {head}br\r\n")
    stylesheet = re.search(r'<link rel="stylesheet" href="([^"]+)"', nginx.raw(f"GET / {head}\r\n").text)[1]
    size = len(nginx.raw(f"GET {stylesheet} {head}br\r\n").body)
    of_nginx = [*_children(int((nginx.folder / "nginx.pid").read_text())), *site.web_workers()]
    with whitenoise_alone(folder / "whitenoise", home.body) as (url, alone):
        targets = {
            f"home page kept by nginx, TLS, {len(home.body)} bytes": (f"https://127.0.0.1:{nginx.port}/", of_nginx),
            f"stylesheet by the site's WhiteNoise, {size} bytes": (f"{site.url}{stylesheet}", site.web_workers()),
            f"home page by WhiteNoise and nothing else, {len(home.body)} bytes": (url, alone),
        }
        measured = {name: [] for name in targets}
        for number in range(ROUNDS + 1):
            for name in list(targets)[:: 1 if number % 2 else -1]:
                target, processes = targets[name]
                before = cpu_seconds(processes)
                answered = wrk(target, ROUND_SECONDS)
                if number:  # the first round warms everything up
                    measured[name].append((answered / ROUND_SECONDS, (cpu_seconds(processes) - before) / answered * 1e6))
    kept, *others = measured.values()
    held = []
    for name, rows in measured.items():
        each, cost = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{name}: {each:,.0f} requests a second, {cost:.0f} µs of server CPU each")
        if rows in others:
            more = [ours[0] / theirs[0] for ours, theirs in zip(kept, rows, strict=True)]
            cheaper = [theirs[1] / ours[1] for ours, theirs in zip(kept, rows, strict=True)]
            held.append(min(statistics.median(more), statistics.median(cheaper)) >= AT_LEAST)
            print(f"  a kept page: requests a second {_spread(more)} as many; CPU of the other {_spread(cheaper)} as much")
    return held[0]


def _spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.1f} times ({min(ratios):.1f} to {max(ratios):.1f})"


def addresses(network: int):
    """Loopback addresses, one after the other, so that no limit of an address is met."""
    return (f"127.{network}.{number // 250}.{number % 250 + 1}" for number in itertools.cycle(range(5000)))


@dataclass
class Visitors:
    """Threads that ask for pages over TLS, each request on a connection and from an address of its own."""

    nginx: Nginx
    threads: int = 4
    patience: float = 15.0
    answers: list[tuple[str, int, float]] = field(default_factory=list)

    def __enter__(self) -> "Visitors":
        self._ends = threading.Event()
        self._context = ssl.create_default_context()
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE
        self._running = [threading.Thread(target=self._ask, args=(number,)) for number in range(self.threads)]
        for thread in self._running:
            thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._ends.set()
        for thread in self._running:
            thread.join()

    @property
    def unanswered(self) -> list[tuple[str, int, float]]:
        """What got no answer, or one of a proxy or a site in trouble."""
        return [answer for answer in self.answers if answer[1] not in {200, 403}]

    def _ask(self, number: int) -> None:
        for (method, path), source in zip(itertools.cycle(ASKED), addresses(10 + number), strict=False):
            if self._ends.is_set():
                return
            began = time.monotonic()
            try:
                status = self._status(method, path, source)
            except (OSError, http.client.HTTPException):
                status = 0
            self.answers.append((f"{method} {path}", status, time.monotonic() - began))

    def _status(self, method: str, path: str, source: str) -> int:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.nginx.port, timeout=self.patience, source_address=(source, 0), context=self._context
        )
        with closing(connection):
            connection.request(method, path, "a=b" if method == "POST" else None, {"Host": HOST})
            answer = connection.getresponse()
            answer.read()
            return answer.status


class SlowClients:
    """Clients that say nothing, or a byte of a head or of a form in a second; who is thrown out comes back."""

    HEADS = (
        "",
        f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX: ",
        f"POST /book-a-consult/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9999\r\n\r\n",
    )

    def __init__(self, port: int, number: int, *, tls: bool = True) -> None:
        self.port, self.tls, self._ends = port, tls, threading.Event()
        self._kinds = [self.HEADS[client % 3] for client in range(number)]
        self._clients: list[socket.socket | None] = [None] * number
        self._sources = addresses(99)
        self._context = ssl.create_default_context()
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE

    def __enter__(self) -> "SlowClients":
        self._turn()
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._ends.set()
        self._thread.join()
        for client in self._clients:
            if client:
                client.close()

    def _go_on(self) -> None:
        while not self._ends.wait(1):
            self._turn()

    def _turn(self) -> None:
        for number, client in enumerate(self._clients):
            try:
                if client is None:
                    self._clients[number] = self._came_back(self._kinds[number])
                elif self._kinds[number]:
                    client.send(b"a")
            except OSError:
                if client:
                    client.close()
                self._clients[number] = None

    def _came_back(self, head: str) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=5, source_address=(next(self._sources), 0))
        if self.tls:
            client = self._context.wrap_socket(client)
        client.sendall(head.encode())
        return client


def answer_within(port: int, seconds: float) -> int:
    """The status of a page straight from the site. Raises TimeoutError."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().status


def measure_slow_clients(nginx: Nginx) -> bool:
    with SlowClients(nginx.port, SLOW_CLIENTS), Visitors(nginx) as visitors:
        time.sleep(SLOW_SECONDS)
    asked, slowest = len(visitors.answers), max(seconds for *_, seconds in visitors.answers)
    answered = asked - len(visitors.unanswered)
    told = f"{answered} of {asked} requests answered, the slowest in {slowest:.2f} s"
    print(f"beside {SLOW_CLIENTS} slow clients for {SLOW_SECONDS} s: {told}")
    return asked > 100 and answered == asked


def edit(site: Site, name: str) -> None:
    with closing(sqlite3.connect(site.data / "clinic.sqlite3", timeout=30)) as database, database:
        database.execute("UPDATE pages_clinic SET name = ?", (name,))


def measure_edits(site: Site, nginx: Nginx, edits: int = 20) -> bool:
    """From the commit to the last answer that still was the old page, while others ask for it all the time."""
    took = []
    with Visitors(nginx, threads=2):
        for number in range(edits):
            time.sleep(0.37)  # at another point of the second each time
            name = f"Edited {number}"
            edit(site, name)
            began = last_old = time.monotonic()
            while time.monotonic() < began + EDIT_SHOWS_SECONDS + 1.5:
                asked = time.monotonic()
                if name not in nginx.raw(f"GET /faqs/ HTTP/1.1\r\nHost: {HOST}\r\n").text:
                    last_old = asked
                time.sleep(0.03)
            took.append(last_old - began)
    print(
        f"{edits} edits: the old page was last given after {max(took):.2f} s, half of them within {statistics.median(took):.2f} s"
    )
    return max(took) <= EDIT_SHOWS_SECONDS


def measure_reloads(site: Site, nginx: Nginx, reloads: int = 6) -> bool:
    with Visitors(nginx) as visitors:
        for _ in range(reloads):
            time.sleep(2)
            before = set(site.web_workers())
            os.kill(site.process.pid, signal.SIGHUP)
            wait_for(lambda old=before: not old & set(site.web_workers()), 60, "other web processes have taken over")
        time.sleep(2)
    asked, dropped = len(visitors.answers), visitors.unanswered
    print(f"{reloads} reloads (HUP): {asked - len(dropped)} of {asked} requests answered {dropped[:5] or ''}")
    return asked > 100 and not dropped


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("wrk was not found on PATH (on Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as name, suppress(KeyboardInterrupt):
        folder = Path(name)
        site = Site(folder / "site", OVER_HTTPS | {"BOOKING_RATE": "off"})
        try:
            site.serve()
            with nginx_before(site.port, folder / "nginx", without_limits_of_an_address()) as nginx:
                held = [measure_kept_pages(site, nginx, folder)]
            with nginx_before(site.port, folder / "nginx-2", recipe()) as nginx:
                held += [measure_slow_clients(nginx), measure_edits(site, nginx), measure_reloads(site, nginx)]
        finally:
            site.stop()
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
