"""Shared by the tests of the worker's holds."""

import pytest

from clinic_site import backups


@pytest.fixture
def made(monkeypatch, settings, tmp_path) -> list[bool]:
    """For each backup that was due, whether the surplus was to go. SQLite would wait for the end of this test's transaction."""
    settings.DATA_DIR = tmp_path
    asked = []
    monkeypatch.setattr(backups, "back_up_if_due", lambda *, now, zone, thin: asked.append(thin))
    return asked
