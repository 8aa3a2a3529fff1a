"""What a finished public page costs the server: CPU time per request, for the home page as br, over keep-alive connections.

    python -m tests.bench.page_cost

CPU time (user and system) of gunicorn's web workers, from /proc: other work on the machine barely moves it. Requests come
from wrk when it is found, else from this process. Prints the median of several rounds, in microseconds.
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
ROUND_SECONDS = 2
CONNECTIONS = 8
HEADERS = {"Accept-Encoding": "br"}
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process_ids: list[int]) -> float:
    """User and system time that these processes have used, in steps of one clock tick (usually 10 ms) each."""
    statuses = [Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split() for number in process_ids]
    return sum(int(field) for status in statuses for field in status[11:13]) / _TICKS_PER_SECOND


def send_with_wrk(site: Site, seconds: float) -> int:
    """How many requests were answered, all of them 200."""
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s"]
    headers = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(["wrk", *options, *headers, f"{site.url}/"], capture_output=True, text=True, check=True, timeout=60)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"not every request was answered with 200:\n{done.stdout}")
    return int(re.search(r"(\d+) requests in", done.stdout)[1])


def send_from_here(site: Site, seconds: float) -> int:
    """The same, one request after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    deadline = time.monotonic() + seconds
    answered = 0
    while time.monotonic() < deadline:
        connection.request("GET", "/", headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"an answer was {answer.status}")
        answered += 1
    connection.close()
    return answered


def main() -> None:
    send, how = (send_with_wrk, "wrk") if shutil.which("wrk") else (send_from_here, "one connection of this process")
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            site.serve()
            home = site.get("/", headers=HEADERS)
            assert home.headers["content-encoding"] == "br", home.headers
            send(site, 1)
            workers, costs = site.web_workers(), []
            for _ in range(ROUNDS):
                before = cpu_seconds(workers)
                answered = send(site, ROUND_SECONDS)
                costs.append((cpu_seconds(workers) - before) / answered * 1e6)
        finally:
            site.stop()
    spread = f"{min(costs):.0f} to {max(costs):.0f}"
    print(f"home page, br, {len(home.body)} bytes: {statistics.median(costs):.0f} µs of server CPU a request")
    print(f"(median of {ROUNDS} rounds of {ROUND_SECONDS} s, {spread} µs; {len(workers)} web workers; requests from {how})")


if __name__ == "__main__":
    main()
