"""Runs the background worker beside gunicorn, and ends it with gunicorn.

`gunicorn.conf.py` is read again at SIGHUP, and all that it remembered is gone then; a module stays.
"""

import logging
import os
import signal
import sys
import threading
from pathlib import Path

_MANAGE = Path(__file__).resolve().parent.parent / "manage.py"

_stopping = threading.Event()
_worker_id: int | None = None
_keeper: threading.Thread | None = None


def start(listening: list[int]) -> None:
    """`listening`: the sockets of the site."""
    global _keeper
    _keeper = threading.Thread(target=_keep_worker, args=(os.getpid(), listening), daemon=True)
    _keeper.start()


def stop() -> None:
    """Ends the worker; what it is doing may come to an end first."""
    _stopping.set()
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        if _keeper is None or _worker_id is None:
            return
        os.kill(_worker_id, signal_number)
        _keeper.join(8)


def _keep_worker(parent: int, listening: list[int]) -> None:
    """Starts the background worker and restarts it if it dies.

    It uses posix_spawn: subprocess keeps a pipe open for a moment, and a web worker forked in that moment would inherit it.
    The sockets that the site listens on stay here: a worker that holds them would keep a new start from its port.
    """
    global _worker_id
    command = [sys.executable, str(_MANAGE), "worker", "--parent", str(parent)]
    closed = [(os.POSIX_SPAWN_CLOSE, number) for number in listening]
    while not _stopping.is_set():
        try:
            _worker_id = os.posix_spawn(command[0], command, os.environ, file_actions=closed)
            os.waitpid(_worker_id, 0)
        except ChildProcessError:
            pass  # gunicorn, which waits for any child, reaped it first
        except OSError as error:
            # No memory for another process is what may have ended the last one, and passes.
            logging.getLogger("gunicorn.error").error("the background worker cannot be started, trying again: %s", error)
        _worker_id = None
        _stopping.wait(1)
