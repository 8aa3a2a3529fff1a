"""How gunicorn is configured: who starts the background worker again, how long a client is waited for, what it logs."""

import importlib.util
import logging
import os
import socket
import struct
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.http import errors
from gunicorn.workers.base import Worker

from clinic_site import keeper

CONFIGURATION = Path(__file__).resolve().parents[2] / "gunicorn.conf.py"


def read_configuration():
    spec = importlib.util.spec_from_file_location("gunicorn_configuration", CONFIGURATION)
    configuration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(configuration)
    return configuration


def test_a_client_that_sends_or_takes_nothing_is_given_up():
    configuration = read_configuration()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        configuration._bound_pauses(listener)
        for option, seconds in ((socket.SO_RCVTIMEO, 10), (socket.SO_SNDTIMEO, 20)):
            assert struct.unpack("ll", listener.getsockopt(socket.SOL_SOCKET, option, 16))[0] == seconds
        configuration._bound_pauses(listener, reading=1, writing=1)
        client = socket.create_connection(listener.getsockname())
        with closing(client), closing(listener.accept()[0]) as accepted, pytest.raises(BlockingIOError):
            accepted.sendall(bytes(1 << 24))


def test_a_worker_that_cannot_be_started_is_tried_again(monkeypatch):
    monkeypatch.setattr(keeper, "_stopping", threading.Event())
    tried = []

    def spawn(*_, **__) -> int:
        tried.append("spawned")
        if len(tried) == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        keeper._stopping.set()
        return 4321

    monkeypatch.setattr(os, "posix_spawn", spawn)
    monkeypatch.setattr(os, "waitpid", lambda number, _: tried.append(f"waited for {number}"))
    keeper._keep_worker(os.getpid(), [])
    assert tried == ["spawned", "spawned", "waited for 4321"]


TOKEN = "Qzvx" * 10 + "abc"
# What gunicorn raises for a request, by what a client sent.
UNREADABLE = [
    errors.InvalidRequestLine(f"GET /consults/{TOKEN}/\u2026 HTTP/1.0"),
    errors.InvalidRequestMethod(TOKEN),
    errors.InvalidHTTPVersion(TOKEN),
    errors.InvalidHeaderName(f"X {TOKEN}"),
    errors.InvalidHeader(TOKEN),
    errors.UnsupportedTransferCoding(TOKEN),
    errors.LimitRequestLine(5000, 4094),
    ValueError(f"http://[x/consults/{TOKEN}/"),
]


@pytest.fixture
def gunicorn_log(monkeypatch, caplog):
    """gunicorn's own log, as it is when the site is ready."""
    configuration = read_configuration()
    monkeypatch.setattr(keeper, "start", lambda _: None)
    log = logging.Logger("gunicorn.error")
    find = logging.getLogger
    monkeypatch.setattr(logging, "getLogger", lambda name=None: log if name == "gunicorn.error" else find(name))
    configuration.when_ready(SimpleNamespace(LISTENERS=[]))
    monkeypatch.setattr(logging, "getLogger", find)
    log.addHandler(caplog.handler)
    return log


def refuse(log, error: Exception, request=None) -> None:
    """As a web worker does."""
    worker = SimpleNamespace(log=log, cfg=Config())
    log.access = lambda *_: None
    client, other = socket.socketpair()
    with closing(client), closing(other):
        try:
            raise error
        except Exception as raised:
            Worker.handle_error(worker, request, client, ("192.0.2.77", 1), raised)


def test_of_a_request_that_cannot_be_read_the_log_tells_the_kind_alone_and_once_a_minute(gunicorn_log, caplog):
    for _ in range(20):
        for error in UNREADABLE:
            refuse(gunicorn_log, error)
    assert [kind for kind in map(type, UNREADABLE) if caplog.text.count(f"answered: {kind.__name__} in ") != 1] == []
    assert TOKEN not in caplog.text
    assert "192.0.2.77" not in caplog.text
    assert "Traceback" not in caplog.text


def test_gunicorn_goes_on_telling_about_itself(gunicorn_log, caplog):
    try:
        raise ValueError("no such module")
    except ValueError:
        gunicorn_log.exception("Exception in worker process")
    assert "Exception in worker process" in caplog.text
    assert "ValueError: no such module" in caplog.text
