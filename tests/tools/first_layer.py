"""What the first layer costs: runs the README's test command as it is written there and prints seconds waited and CPU seconds.

python -m tests.tools.first_layer [ROUNDS] [--beside N]      N busy loops run beside it

CPU is that of every process of the run, of those too that were killed or lost their parent: this process adopts them.
Ends with status 1 when a round was not green or took more than is allowed (CPU always, waiting only without busy loops).
"""

import argparse
import ctypes
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ALLOWED_CPU, ALLOWED_SECONDS = 420, 240
_PR_SET_CHILD_SUBREAPER = 36
_BUSY = "while True: pass"


def readme_command() -> str:
    """The second block of the README that is marked sh."""
    return re.findall(r"```sh\n(.*?)```", (CHECKOUT / "README.md").read_text(), re.DOTALL)[1]


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_round() -> tuple[bool, float, float]:
    """Whether it was green, seconds waited, CPU seconds."""
    before, started = cpu_of_children(), time.monotonic()
    status = subprocess.run(["sh", "-e", "-c", readme_command()], cwd=CHECKOUT, check=False).returncode
    waited = time.monotonic() - started
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            continue
    except ChildProcessError:
        pass
    return status == 0, waited, cpu_of_children() - before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=1)
    parser.add_argument("--beside", type=int, default=0, help="busy loops that run beside it")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    rounds = []
    for _ in range(options.rounds):
        loops = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(options.beside)]
        try:
            rounds.append(one_round())
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()
    for number, (is_green, waited, cpu) in enumerate(rounds, 1):
        print(f"round {number}: {'green' if is_green else 'RED'}, {waited:.0f} s waited, {cpu:.0f} s of CPU")
    is_slow = any(waited > ALLOWED_SECONDS for _, waited, _ in rounds) and not options.beside
    return int(not all(is_green for is_green, *_ in rounds) or is_slow or any(cpu > ALLOWED_CPU for *_, cpu in rounds))


if __name__ == "__main__":
    sys.exit(main())
