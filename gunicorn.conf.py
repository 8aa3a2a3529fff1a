"""Configures gunicorn, which also runs the background worker. `manage.py serve` prepares the site and starts it."""

import gc
import logging
import os
import signal
import socket
import struct
import sys
import threading
from pathlib import Path

_here = Path(__file__).resolve().parent
sys.path.insert(0, str(_here))

from clinic_site import env, env_folders, log_privacy  # noqa: E402

_host = env.listen_host("HOST", "127.0.0.1").strip("[]")
_data = env_folders.folder("DATA_DIR", str(_here / "var"))

wsgi_app = "clinic_site.wsgi:application"
# Loaded once, by the process that workers are forked from: a worker that takes the place of another is there at once, and they
# share that memory. Nothing that is loaded opens a connection or starts a thread.
preload_app = True
gc.disable()  # until all is loaded: clinic_site/apps.py
chdir = str(_here)
bind = f"{f'[{_host}]' if ':' in _host else _host}:{env.whole_number('PORT', 8000, 1, 65535)}"
workers = env.whole_number("WEB_WORKERS", 2, 1, 64)
worker_class = "gthread"
threads = 4
keepalive = 5
timeout = 30
graceful_timeout = 10
worker_tmp_dir = str(_data / "tmp")
control_socket_disable = True
loglevel = "warning"
# No access log, because visitors are not tracked. The scheme comes from settings.TRUSTED_PROXIES, not from gunicorn's guess.
accesslog = None
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
limit_request_line = 4094
limit_request_fields = 60

# Seconds for which a client may pause within a request. gunicorn would wait without end, and as many half requests as there are
# threads would stop the site. Sockets inherit it from the one that accepts them.
_CLIENT_MAY_PAUSE = 10
# The same for one that takes nothing of its answer: a slow line takes some of it all the time.
_CLIENT_MAY_TAKE_NOTHING = 20

_stopping = threading.Event()
_worker_id: int | None = None


def _keep_worker(parent: int, listening: list[int]) -> None:
    """Starts the background worker and restarts it if it dies.

    It uses posix_spawn: subprocess keeps a pipe open for a moment, and a web worker forked in that moment would inherit it.
    The sockets that the site listens on stay here: a worker that holds them would keep a new start from its port.
    """
    global _worker_id
    command = [sys.executable, str(_here / "manage.py"), "worker", "--parent", str(parent)]
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


_keeper: threading.Thread | None = None


def _bound_pauses(listener, *, reading: int = _CLIENT_MAY_PAUSE, writing: int = _CLIENT_MAY_TAKE_NOTHING) -> None:
    for option, seconds in ((socket.SO_RCVTIMEO, reading), (socket.SO_SNDTIMEO, writing)):
        listener.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))


def when_ready(server):
    global _keeper
    for listener in server.LISTENERS:
        _bound_pauses(listener)
    logging.getLogger("gunicorn.error").addFilter(log_privacy.RequestsUnnamed())
    listening = [listener.fileno() for listener in server.LISTENERS]
    _keeper = threading.Thread(target=_keep_worker, args=(os.getpid(), listening), daemon=True)
    _keeper.start()


def on_exit(server):
    _stopping.set()
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        if _keeper is None or _worker_id is None:
            return
        os.kill(_worker_id, signal_number)
        _keeper.join(8)
