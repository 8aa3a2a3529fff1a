"""A killed restore or drill leaves no copy of the database for good. On PostgreSQL: test_drill.py."""

import os
from datetime import timedelta

import pytest

from clinic_site.background_work import BackgroundWork
from clinic_site.left_behind import delete_left_behind
from tests.builders import WEDNESDAY


@pytest.fixture
def left(settings, tmp_path):
    """Makes a folder with a copy in it, of some hours before WEDNESDAY; `left()` alone lists what is there."""
    settings.DATA_DIR = tmp_path

    def make(name: str = "", *, hours: float = 0):
        if name:
            (tmp_path / name).mkdir()
            (tmp_path / name / "clinic.sqlite3").write_bytes(b"rows")
            os.utime(tmp_path / name, (at := (WEDNESDAY - timedelta(hours=hours)).timestamp(), at))
        return sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("."))

    return make


@pytest.mark.django_db
def test_what_a_killed_restore_or_drill_left_is_deleted_and_a_running_one_is_not(left):
    for name, hours in ((".drill-old", 7), (".restoring-old", 7), (".drill-now", 1), (".restoring-now", 1), (".others", 7)):
        left(name, hours=hours)
    delete_left_behind(now=WEDNESDAY)
    assert left() == [".drill-now", ".others", ".restoring-now"]


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_the_worker_does_it(left, monkeypatch):
    monkeypatch.setattr("clinic_site.backups.back_up_if_due", lambda **_: None)
    left(".drill-old", hours=7)
    BackgroundWork().turn(now=WEDNESDAY, steady=1000.0, read_clock=lambda: WEDNESDAY)
    assert left() == []
