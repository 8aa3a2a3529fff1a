"""Configures gunicorn, which also runs the background worker. `manage.py serve` prepares the site and starts it."""

import gc
import logging
import signal
import socket
import struct
import sys
from pathlib import Path

_here = Path(__file__).resolve().parent
sys.path.insert(0, str(_here))

from clinic_site import env, env_folders, keeper, log_privacy  # noqa: E402

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


def _bound_pauses(listener, *, reading: int = _CLIENT_MAY_PAUSE, writing: int = _CLIENT_MAY_TAKE_NOTHING) -> None:
    for option, seconds in ((socket.SO_RCVTIMEO, reading), (socket.SO_SNDTIMEO, writing)):
        listener.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))


def when_ready(server):
    for listener in server.LISTENERS:
        _bound_pauses(listener)
    logging.getLogger("gunicorn.error").addFilter(log_privacy.RequestsUnnamed())
    keeper.start([listener.fileno() for listener in server.LISTENERS])


# SIGHUP comes when the terminal is closed that `serve` was started in. gunicorn reads this file again and starts web workers in
# place of these, without loading the site again, which would enable the collector.


def on_reload(server):
    gc.enable()


def post_worker_init(worker):
    gc.enable()
    # The terminal tells every process: a worker finishes what it has read, and ends when gunicorn says so.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def on_exit(server):
    keeper.stop()
