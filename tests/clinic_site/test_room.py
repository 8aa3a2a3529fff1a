"""Old backups give way where there is no room for a new one, and the newest three never do."""

from collections import namedtuple
from datetime import timedelta

import pytest

from clinic_site import backups, room
from tests.builders import CHICAGO, WEDNESDAY

pytestmark = pytest.mark.django_db
# The newest first: two of tonight, and those of the nights before.
AGES = [timedelta(minutes=5), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4)]
AGES += [timedelta(days=1), timedelta(days=1, hours=1), timedelta(days=2), timedelta(days=60)]
_BYTES = 1000


@pytest.fixture
def disk(monkeypatch, settings, tmp_path):
    """A disk of so many bytes, with a backup of each age."""
    settings.DATA_DIR = tmp_path
    backups.folder().mkdir()
    for age in AGES:
        (backups.folder() / f"{WEDNESDAY - age:%Y-%m-%dT%H%M%SZ}.tar.gz").write_bytes(bytes(_BYTES))
    size = {"disk": 10_000}

    def usage(place):
        used = sum(path.stat().st_size for path in place.iterdir())
        return namedtuple("Usage", "free")(max(0, size["disk"] - used))

    monkeypatch.setattr(room.shutil, "disk_usage", usage)
    return size


def left() -> list[timedelta]:
    return [WEDNESDAY - at for at, _ in reversed(backups.existing(now=WEDNESDAY))]


@pytest.mark.parametrize(
    ("needed", "gone"),
    [
        (2000, []),
        (2500, [7]),
        (3500, [7, 5]),
        (4500, [7, 5, 3]),
        (5500, [7, 5, 3, 6]),
        (100_000, [3, 4, 5, 6, 7]),
    ],
)
def test_what_thinning_would_delete_goes_first_and_then_what_closes_no_night(disk, needed, gone):
    room.make(backups.folder(), needed, now=WEDNESDAY, zone=CHICAGO)
    assert left() == [age for number, age in enumerate(AGES) if number not in gone]


def test_what_closes_a_night_of_another_machine_is_not_deleted_before_what_closes_none(disk):
    """What it had just before this one began: the night is closed by both."""
    room.make(backups.folder(), 3500, now=WEDNESDAY, zone=CHICAGO, ours_since=WEDNESDAY - timedelta(days=1))
    assert left() == [age for number, age in enumerate(AGES) if number not in (7, 3)]


def test_room_is_made_for_the_copies_that_a_backup_takes(disk, monkeypatch):
    disk["disk"] = 8000 + 4 * _BYTES
    monkeypatch.setattr(room, "_database_size", lambda: 500)
    room.for_a_backup(now=WEDNESDAY, zone=CHICAGO)
    assert len(left()) == len(AGES) - 1


def test_before_the_first_backup_there_is_nothing_to_delete_and_nothing_to_say(settings, tmp_path, caplog):
    settings.DATA_DIR = tmp_path
    room.for_a_backup(now=WEDNESDAY, zone=CHICAGO)
    assert caplog.messages == []
