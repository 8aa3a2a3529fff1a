"""How long a first and a second start take, from a clean clone, with the README's own command.

    python tests/bench/start.py

Packages come from pip's cache when it has them: run it twice and read the second. Prints two lines and ends with
status 1 when the first start takes 60 s or more, or the second 5 s or more.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
PORT = "8765"


def seconds_until_it_answers(folder: Path) -> float:
    command = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(), re.S)[0]
    environment = os.environ | {"PORT": PORT}
    began = time.perf_counter()
    process = subprocess.Popen(["sh", "-ec", command], cwd=folder, env=environment, start_new_session=True)
    try:
        while True:
            if process.poll() is not None:
                raise SystemExit("the site ended before it answered")
            try:
                with urlopen(f"http://127.0.0.1:{PORT}/blog/ketamine-benefits/") as response:
                    assert response.status == 200
                return time.perf_counter() - began
            except OSError:
                time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        wait_until_it_is_gone()


def wait_until_it_is_gone() -> None:
    """The shell ends at once; gunicorn behind it takes its leave of the last visitor."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", int(PORT)), 1).close()
        except OSError:
            return
        time.sleep(0.1)
    raise SystemExit("the site did not end within 20 s")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        first, second = seconds_until_it_answers(clone), seconds_until_it_answers(clone)
    print(f"first start, from a clean clone to the article: {first:.1f} s (under 60)")
    print(f"second start: {second:.1f} s (under 5)")
    return int(first >= 60 or second >= 5)


if __name__ == "__main__":
    sys.exit(main())
