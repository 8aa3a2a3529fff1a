"""Python imports this at its start in every process of a run with a moved clock (`tests.tools.dates`).

Under libfaketime 0.9.10 `time.sleep` of Python 3.11 fails with EINVAL: it sleeps until a time of the monotonic clock.
"""

import select
import time


def sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = sleep
