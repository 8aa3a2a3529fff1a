"""Ends the background worker with the process that started it."""

import os
import threading
import time

_LOOK_EVERY_SECONDS = 1
# For what the worker is doing to come to an end first, which it does between any two steps.
_GRACE_SECONDS = 2


def end_with_parent(parent: int) -> None:
    """Ends this process, whatever it is waiting for, seconds after `parent` is no longer its parent.

    A mail server can keep it waiting for a long time. What it was doing is taken up again by the next worker: a message when its
    lease ends, under the same Message-ID; a backup from its beginning.
    """
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_SECONDS)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)
