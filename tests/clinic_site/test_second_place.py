"""Every backup is in BACKUP_DIR too, and what fails there is told."""

import hashlib
import os
import stat
import threading
from datetime import UTC, timedelta

import pytest

from clinic_site import backups, second_place
from clinic_site.second_place import CopyFailed, copy_missing, problem
from consults.models import WorkerHeartbeat
from tests.builders import WEDNESDAY


@pytest.fixture
def places(settings, tmp_path):
    """The first and the second place, both empty."""
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path / "data", tmp_path / "share" / "clinic"
    backups.folder().mkdir(parents=True)
    settings.BACKUP_DIR.parent.mkdir()
    return backups.folder(), settings.BACKUP_DIR


def make(**before) -> str:
    """A backup in the first place, made that long before WEDNESDAY."""
    name = f"{WEDNESDAY - timedelta(**before):%Y-%m-%dT%H%M%SZ}.tar.gz"
    (backups.folder() / name).write_bytes(os.urandom(2000))
    return name


def copy(**later) -> int:
    return copy_missing(now=WEDNESDAY + timedelta(**later), zone=UTC)


def digests(folder) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_every_backup_is_in_both_places(places):
    first, second = places
    made = {make(hours=2), make(hours=1)}
    assert (copy(), copy()) == (2, 0)
    assert digests(second) == digests(first)
    assert digests(second).keys() == made
    assert {stat.S_IMODE(path.stat().st_mode) for path in (second, *second.iterdir())} == {0o700, 0o600}


def test_the_second_place_is_thinned_by_the_same_rules(places):
    old = [make(days=days) for days in (20, 19)]
    young = [make(days=days) for days in (3, 2, 1)]
    copy()
    assert digests(places[1]).keys() == set(young)
    assert set(old) < digests(places[0]).keys()


def test_what_is_read_back_decides_and_half_a_copy_gets_no_name(places, monkeypatch):
    name = make(hours=1)
    monkeypatch.setattr(second_place.shutil, "copyfileobj", lambda source, target, size: target.write(source.read()[:-1]))
    with pytest.raises(CopyFailed, match="what was read back"):
        copy()
    assert (list(places[1].iterdir()), name in problem()) == ([], True)


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_a_place_that_fails_is_told_and_catches_up(places, desk, client):
    first, second = places
    WorkerHeartbeat.objects.create(beat_at=WEDNESDAY)

    def told() -> tuple[list[str], bool]:
        warnings = [warning.partition(":")[0] for warning in client.get("/health/ready").json()["warnings"]]
        return warnings, "do not reach their second place" in desk.get("/admin/").content.decode()

    make(hours=2)
    second.write_text("not a folder")
    with pytest.raises(CopyFailed):
        copy()
    assert told() == (["second place of backups"], True)
    second.unlink()
    make(hours=1)
    copy()
    assert told() == ([], False)
    assert digests(second) == digests(first)


def test_a_place_that_hangs_keeps_nobody_waiting_and_is_told(places, monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(second_place.shutil, "copyfileobj", lambda source, target, size: answers.wait())
    make(hours=1)
    copier = second_place.Copier()
    for _ in range(2):
        copier.start(now=WEDNESDAY, zone=UTC, thin=True)
    assert "hangs" in problem()
    answers.set()
    copier.wait()
    monkeypatch.undo()
    copier.start(now=WEDNESDAY, zone=UTC, thin=True)
    copier.wait()
    assert (problem(), digests(places[1])) == ("", digests(places[0]))


def test_nothing_set_is_no_second_place(places, settings):
    make(hours=1)
    settings.BACKUP_DIR = None
    assert (copy(), problem()) == (0, "")
