"""A deadline for work that waits for another machine."""

import queue
import threading
from collections.abc import Callable


def within(seconds: float, job: Callable[[], object]) -> None:
    """Runs `job` in a thread of its own. Raises what it raises, and TimeoutError when it takes longer.

    A socket's own timeout counts from the last byte, so a server that sends one now and then would be waited for without end.
    The thread is left behind then; it ends with its connection, or with the process.
    """
    outcome: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            job()
        except BaseException as error:
            outcome.put(error)
        else:
            outcome.put(None)

    threading.Thread(target=run, daemon=True).start()
    try:
        error = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
