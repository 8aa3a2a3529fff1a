"""Lets Python processes sleep while libfaketime moves the clock: its clock_nanosleep, which time.sleep uses, answers EINVAL.

On PYTHONPATH of such a run, so that pytest, gunicorn, the background worker and `subprocess` all find it.
"""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep
