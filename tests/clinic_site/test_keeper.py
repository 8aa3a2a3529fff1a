"""How gunicorn is configured: who starts the background worker again, and how long a client is waited for."""

import importlib.util
import os
import socket
import struct
from contextlib import closing
from pathlib import Path

import pytest

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
    configuration = read_configuration()
    tried = []

    def spawn(*_, **__) -> int:
        tried.append("spawned")
        if len(tried) == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        configuration._stopping.set()
        return 4321

    monkeypatch.setattr(os, "posix_spawn", spawn)
    monkeypatch.setattr(os, "waitpid", lambda number, _: tried.append(f"waited for {number}"))
    configuration._keep_worker(os.getpid(), [])
    assert tried == ["spawned", "spawned", "waited for 4321"]
