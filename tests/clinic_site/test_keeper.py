"""Who starts the background worker again, when starting it fails."""

import importlib.util
import os
from pathlib import Path

CONFIGURATION = Path(__file__).resolve().parents[2] / "gunicorn.conf.py"


def test_a_worker_that_cannot_be_started_is_tried_again(monkeypatch):
    spec = importlib.util.spec_from_file_location("gunicorn_configuration", CONFIGURATION)
    configuration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(configuration)
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
