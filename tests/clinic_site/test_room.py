"""Old backups give way where there is no room for a new one, but never the newest three and those of the last three nights."""

from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail

from clinic_site import archive, backups, database_copy, room, second_place
from consults.models import WorkerHeartbeat
from tests.builders import CHICAGO, WEDNESDAY
from tests.holding import Machine

pytestmark = pytest.mark.django_db
# The newest first: four of tonight, and those of the nights before.
AGES = [timedelta(minutes=5), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4)]
AGES += [timedelta(days=1), timedelta(days=1, hours=1), timedelta(days=2), timedelta(days=3), timedelta(days=60)]
_BYTES = 100_000


def name(age: timedelta) -> str:
    return f"{WEDNESDAY - age:%Y-%m-%dT%H%M%SZ}.tar.gz"


def fill(place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for age in AGES:
        (place / name(age)).write_bytes(bytes(_BYTES))


@pytest.fixture
def disk(monkeypatch, settings, tmp_path):
    """A disk of so many backups, with one of each age, on which two more have room."""
    settings.DATA_DIR = tmp_path
    fill(backups.folder())
    size = {"disk": len(AGES) + 2}

    def usage(place):
        used = sum(path.stat().st_size for path in place.glob("*.tar.gz"))
        return namedtuple("Usage", "free")(max(0, size["disk"] * _BYTES - used))

    monkeypatch.setattr(room.shutil, "disk_usage", usage)
    return size


def left(place: Path | None = None) -> list[timedelta]:
    return [WEDNESDAY - at for at, _ in reversed(backups.existing(now=WEDNESDAY, place=place))]


def make(needed: float, **ours_since) -> bool:
    copies = dict(backups.existing(now=WEDNESDAY))
    return room.make(backups.folder(), copies, int(needed * _BYTES), now=WEDNESDAY, zone=CHICAGO, **ours_since)


@pytest.mark.parametrize(
    ("needed", "gone"),
    [
        (2, []),
        (2.5, [8]),
        (3.5, [8, 5]),
        (4.5, [8, 5, 3]),
        (5.5, [8, 5, 3, 7]),
        (6, [8, 5, 3, 7]),
    ],
)
def test_what_thinning_would_delete_goes_first_and_then_what_closes_no_night(disk, needed, gone):
    assert make(needed)
    assert left() == [age for number, age in enumerate(AGES) if number not in gone]
    told = room.problems(now=WEDNESDAY)
    assert len(told) == bool(gone)
    if gone:
        assert "DATA_DIR: " in told[0]
        assert all(name(AGES[number]) in told[0] for number in gone[:3])


@pytest.mark.parametrize("needed", [6.1, 100], ids=["a little more than there can be", "far more"])
def test_where_all_that_may_go_is_not_enough_nothing_goes_and_it_is_told_until_there_is_room(disk, needed):
    assert not make(needed)
    assert left() == AGES
    (told,) = room.problems(now=WEDNESDAY)
    assert "no room for a backup" in told
    disk["disk"] = 200
    assert make(needed)
    assert (left(), room.problems(now=WEDNESDAY)) == (AGES, [])


def test_without_adding_up_first_all_that_may_go_would_go_in_vain(disk, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(room, "size", lambda path: 1_000_000_000)
    assert not make(100)
    assert left() == [age for number, age in enumerate(AGES) if number in (0, 1, 2, 4, 6)]


def test_what_was_deleted_for_want_of_room_is_told_for_a_day(disk):
    assert make(2.5)
    assert room.problems(now=WEDNESDAY + room.TOLD_FOR - timedelta(minutes=1))
    assert room.problems(now=WEDNESDAY + room.TOLD_FOR) == []


def test_the_nights_of_another_machine_are_kept_beside_those_of_this_one(disk):
    """What it had just before this one began: the night is closed by both."""
    assert make(3.5, ours_since=WEDNESDAY - timedelta(days=1))
    assert left() == [age for number, age in enumerate(AGES) if number not in (8, 3)]


@pytest.fixture
def changed(monkeypatch) -> dict:
    """Whether the database differs from the newest backup. None is written here: SQLite would wait for this test to end."""
    told = {"changed": True}
    made = backups.folder() / name(timedelta(minutes=-15))
    monkeypatch.setattr(room, "_database_size", lambda: _BYTES)
    monkeypatch.setattr(backups, "back_up", lambda *, now: made)
    monkeypatch.setattr(backups, "_keep", lambda *args, now: made)
    monkeypatch.setattr(database_copy, "write", lambda folder: folder / "copy")
    monkeypatch.setattr(archive, "content_digest", lambda path: "new" if told["changed"] else "as it was")
    monkeypatch.setattr(archive, "read_digest", lambda path: "as it was")
    monkeypatch.setattr(backups, "delete_surplus", lambda *args, **options: None)
    return told


def back_up(*, minutes: int = 15, thin: bool = True):
    return backups.back_up_if_due(now=WEDNESDAY + timedelta(minutes=minutes), zone=CHICAGO, thin=thin)


def test_room_is_made_for_a_change_and_for_the_night_and_for_nothing_else(disk, changed, monkeypatch):
    disk["disk"] += 2
    changed["changed"] = False
    assert (back_up(), left()) == (None, AGES)
    changed["changed"] = True
    assert back_up(thin=False)
    assert left() == AGES
    # Three copies of the database, and the archive twice.
    assert back_up()
    assert left() == AGES[:-1]
    disk["disk"] -= 1
    changed["changed"] = False
    back_up(minutes=24 * 60)
    assert left() == [age for number, age in enumerate(AGES) if number not in (8, 5)]


def test_what_there_is_no_room_to_compare_counts_as_changed_where_there_can_be_room(disk, changed):
    changed["changed"] = False
    assert back_up()
    assert left() == [age for number, age in enumerate(AGES) if number not in (8, 5, 3)]
    fill(backups.folder())
    disk["disk"] = len(AGES)
    assert (back_up(), left()) == (None, AGES)
    assert "no room" in "".join(room.problems(now=WEDNESDAY))
    # Somebody looks after it.
    disk["disk"] += 5
    assert back_up() is None
    assert "no room" not in "".join(room.problems(now=WEDNESDAY))


def test_before_the_first_backup_there_is_nothing_to_delete_and_nothing_to_say(settings, tmp_path, caplog, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(backups, "back_up", lambda *, now: None)
    back_up()
    assert caplog.messages == []


@pytest.mark.usefixtures("clinic", "clock")
@pytest.mark.parametrize(
    ("disks", "words"),
    [(len(AGES) + 2, "to make room for a new backup"), (len(AGES) - 5, "there is no room for a backup")],
    ids=["deleted", "no room"],
)
def test_want_of_room_is_told_on_the_desk_to_monitors_and_once_a_day_by_letter(
    disk, changed, desk, client, settings, disks, words
):
    settings.STAFF_INBOX = "desk@clinic.example"
    disk["disk"] = disks
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    machine = Machine(WEDNESDAY)
    for _ in range(3):
        machine.turn(timedelta(minutes=15))
    letters = [" ".join(sent.body.split()) for sent in mail.outbox if sent.subject == "The website lacks room for backups"]
    assert (len(letters), words in letters[0]) == (1, True)
    warnings = client.get("/health/ready").json()["warnings"]
    assert [warning for warning in warnings if warning.startswith("room for backups: DATA_DIR: ") and words in warning]
    assert words in " ".join(desk.get("/admin/").content.decode().split())


def test_in_the_second_place_room_is_made_by_the_same_rules_and_told(disk, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "share"
    second_place.copy_missing(now=WEDNESDAY, zone=CHICAGO)
    fill(settings.BACKUP_DIR)
    new = backups.folder() / name(timedelta(minutes=1))
    new.write_bytes(bytes(_BYTES * 2))
    second_place.copy_missing(now=WEDNESDAY, zone=CHICAGO)
    there = left(settings.BACKUP_DIR)
    assert (timedelta(minutes=1) in there, AGES[-1] in there, AGES[6] in there) == (True, False, True)
    (told,) = room.problems(now=WEDNESDAY)
    assert "BACKUP_DIR: " in told
    assert name(AGES[-1]) in told
    settings.BACKUP_DIR = None
    assert room.problems(now=WEDNESDAY) == []
