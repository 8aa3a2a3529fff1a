"""Work that waits for another machine, in a thread of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future


def start(job: Callable[[], object]) -> Future[None]:
    """Runs `job` beside the caller. One that never comes to an end keeps no process from ending."""
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            job()
        except BaseException as error:
            outcome.set_exception(error)
        else:
            outcome.set_result(None)

    threading.Thread(target=run, daemon=True).start()
    return outcome
