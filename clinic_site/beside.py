"""What the background worker does beside its turns, because another machine may keep it waiting: one at a time of each kind."""

import threading
from collections.abc import Callable


class Beside:
    """Runs a job in a thread of its own, which keeps no process from ending."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None

    @property
    def goes_on(self) -> bool:
        """Whether the last job has not come to its end."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, job: Callable[[], object]) -> None:
        """To be called only when nothing goes on."""
        self._thread = threading.Thread(target=job, name=self._name, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        if self._thread:
            self._thread.join()
