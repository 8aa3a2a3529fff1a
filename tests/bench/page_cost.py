"""What pages cost the server beside a static file that WhiteNoise sends: CPU time per request, br, over keep-alive connections.

    python -m tests.bench.page_cost

CPU time (user and system) of gunicorn's web workers, from /proc: other work on the machine barely moves it. Requests come
from wrk when it is found, else from this process. Every round asks for each page, in turning order; the ratio is taken within
the round. Ends with status 1 where the booking page costs more than ten times the file, or a finished page more than 1 / 1.2.
"""

import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.server import Site

ROUNDS = 7
ROUND_SECONDS = 1
# At most so many times the cost of the file.
PAGES = {"/": 1 / 1.2, "/blog/ketamine-benefits/": 1 / 1.2, "/faqs/": 1 / 1.2, "/book-a-consult/": 10.0}
CONNECTIONS = 8
HEADERS = {"Accept-Encoding": "br"}
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process_ids: list[int]) -> float:
    """User and system time that these processes have used, in steps of one clock tick (usually 10 ms) each."""
    statuses = [Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split() for number in process_ids]
    return sum(int(field) for status in statuses for field in status[11:13]) / _TICKS_PER_SECOND


def send_with_wrk(site: Site, path: str, seconds: float) -> int:
    """How many requests were answered, all of them 200."""
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s"]
    headers = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(["wrk", *options, *headers, site.url + path], capture_output=True, text=True, check=True, timeout=60)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"not every request was answered with 200:\n{done.stdout}")
    return int(re.search(r"(\d+) requests in", done.stdout)[1])


def send_from_here(site: Site, path: str, seconds: float) -> int:
    """The same, one request after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    deadline = time.monotonic() + seconds
    answered = 0
    while time.monotonic() < deadline:
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"an answer was {answer.status}")
        answered += 1
    connection.close()
    return answered


def main() -> int:
    send, how = (send_with_wrk, "wrk") if shutil.which("wrk") else (send_from_here, "one connection of this process")
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            site.serve()
            file = re.search(r'href="(/static/css/site\.[^"]+)"', site.get("/").text)[1]
            sizes = {path: len(site.get(path, headers=HEADERS).body) for path in (file, *PAGES)}
            workers = site.web_workers()
            costs: dict[str, list[float]] = {path: [] for path in sizes}
            for number in range(ROUNDS + 1):
                for path in (*sizes,) if number % 2 else reversed(sizes):
                    before = cpu_seconds(workers)
                    answered = send(site, path, ROUND_SECONDS)
                    # The first round makes what is kept.
                    if number:
                        costs[path].append((cpu_seconds(workers) - before) / answered * 1e6)
        finally:
            site.stop()
    print(f"{len(workers)} web workers, median of {ROUNDS} rounds of {ROUND_SECONDS} s, requests from {how}")
    is_missed = False
    for path, found in costs.items():
        ratio = statistics.median(one / base for one, base in zip(found, costs[file], strict=True))
        most = PAGES.get(path)
        is_missed |= most is not None and ratio > most
        limit = f" (at most {most:.2f})" if most else ""
        print(f"{path:32} {sizes[path]:6} bytes {statistics.median(found):6.0f} µs  {ratio:5.2f} times the file{limit}")
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main())
