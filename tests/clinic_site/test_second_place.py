"""Every backup is in BACKUP_DIR too, and what fails there is told."""

import hashlib
import os
import shutil
import stat
import threading
from datetime import UTC, timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command

from clinic_site import backups, erased_list, second_place, second_place_mark
from clinic_site.models import Hold
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
    """Of what is in a place, but for the mark by which it is known again."""
    files = [path for path in folder.iterdir() if path.name != ".clinic-backups"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


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
    assert (digests(places[1]), name in problem()) == ({}, True)


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_a_place_that_fails_is_told_and_catches_up(places, desk, client):
    first, second = places
    WorkerHeartbeat.objects.create(beat_at=WEDNESDAY)

    def told() -> tuple[list[str], bool]:
        warnings = [warning.partition(":")[0] for warning in client.get("/health/ready").json()["warnings"]]
        return warnings, "are not reaching their second location" in desk.get("/admin/").content.decode()

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
        copier.copy(now=WEDNESDAY, zone=UTC, thin=True)
    assert "hangs" in problem()
    answers.set()
    copier.wait()
    monkeypatch.undo()
    copier.copy(now=WEDNESDAY, zone=UTC, thin=True)
    copier.wait()
    assert (problem(), digests(places[1])) == ("", digests(places[0]))


def test_nothing_set_is_no_second_place(places, settings):
    make(hours=1)
    settings.BACKUP_DIR = None
    assert (copy(), problem()) == (0, "")


def unmount(second):
    """The share goes away: its path is an empty folder of the local disk."""
    away = second.rename(second.with_name("away"))
    second.mkdir()
    return away


@pytest.mark.parametrize("left", ["an empty folder", "no folder", "another share"])
def test_nothing_is_written_where_the_share_is_not_mounted(places, left):
    first, second = places
    make(hours=2)
    copy()
    away = unmount(second)
    if left == "no folder":
        second.rmdir()
    elif left == "another share":
        (second / ".clinic-backups").write_text("of another site")
    make(hours=1)
    for _ in range(2):
        with pytest.raises(CopyFailed, match="Is the share mounted"):
            copy()
    assert ("--use-second-place" in problem(), second.exists() and digests(second)) == (True, left != "no folder" and {})
    shutil.rmtree(second, ignore_errors=True)
    away.rename(second)
    copy()
    assert (problem(), digests(second)) == ("", digests(first))


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_a_new_second_place_is_accepted_by_a_command(places, settings, monkeypatch, capsys):
    monkeypatch.setattr(backups, "back_up", lambda *, now: backups.folder() / make())
    call_command("backup")
    unmount(places[1])
    call_command("backup")
    assert ("--use-second-place" in capsys.readouterr().err, digests(places[1])) == (True, {})
    call_command("backup", use_second_place=True)
    assert (digests(places[1]) != {}, problem()) == (True, "")
    copy()
    settings.BACKUP_DIR = None
    with pytest.raises(CommandError, match="BACKUP_DIR is not set"):
        call_command("backup", use_second_place=True)


def test_another_machine_shares_the_place_and_another_path_is_a_new_place(places, settings, tmp_path):
    make(hours=1)
    copy()
    mark = (places[1] / ".clinic-backups").read_text()
    settings.DATA_DIR = tmp_path / "other machine"
    backups.folder().mkdir(parents=True)
    assert (copy(), (places[1] / ".clinic-backups").read_text()) == (0, mark)
    settings.BACKUP_DIR = tmp_path / "not" / "yet" / "there"
    make(hours=1)
    assert copy() == 1


def test_two_sites_in_one_folder_are_told_and_neither_thins_the_backups_of_the_other(places, settings, tmp_path):
    """A test site whose settings were copied from the clinic's, or two clinics of one owner; their keys differ."""
    settings.FIELD_KEYS = [os.urandom(32)]
    for days in (2, 1):
        make(days=days)
    copy()
    first, there = settings.DATA_DIR, digests(places[1])
    settings.DATA_DIR, keys, settings.FIELD_KEYS = tmp_path / "another site", settings.FIELD_KEYS, [os.urandom(32)]
    backups.folder().mkdir(parents=True)
    make(days=1, minutes=-7)
    with pytest.raises(CopyFailed, match="another site"):
        copy()
    with pytest.raises(OSError, match="another site"):
        second_place_mark.accept(settings.BACKUP_DIR)
    assert ("another site" in problem(), digests(places[1])) == (True, there)
    # Also with a copy of all that the first site knows of the folder, until somebody says so.
    shutil.copy(first / "second-places.txt", settings.DATA_DIR)
    with pytest.raises(CopyFailed, match="--use-second-place"):
        copy()
    assert digests(places[1]) == there
    settings.DATA_DIR, settings.FIELD_KEYS = first, keys
    make(hours=1)
    assert copy() == 1
    assert digests(places[1]).keys() > there.keys()


def test_a_moved_site_knows_its_second_place_again_also_after_a_change_of_the_field_key(places, settings, tmp_path):
    old, new = os.urandom(32), os.urandom(32)
    make(hours=3)
    for number, keys in enumerate(([old], [new, old], [new])):
        settings.FIELD_KEYS = keys
        make(hours=2, minutes=-number)
        copy()
        assert len(digests(places[1])) == number + 2
    settings.DATA_DIR = tmp_path / "moved"
    backups.folder().mkdir(parents=True)
    make(hours=1)
    assert copy() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_the_command_deletes_nothing_in_the_second_place(places, monkeypatch):
    """A clock that is wrong, or an open hold, is the worker's to notice."""
    old = set()
    for days in (30, 29, 28, 27):
        old.add(make(days=days))
        copy_missing(now=WEDNESDAY - timedelta(days=days), zone=UTC, thin=False)
    Hold.objects.put(Hold.Reason.CLOCK, now=WEDNESDAY)
    monkeypatch.setattr(backups, "back_up", lambda *, now: backups.folder() / make())
    call_command("backup")
    assert old < digests(places[1]).keys()


def test_a_byte_that_is_no_text_stops_no_copying(places):
    name = make(hours=1)
    erased_list.add("AAAA-BBBB")
    places[1].mkdir()
    (places[1] / "erased.txt").write_bytes(b"\nCCCC\xff\xfe\n")
    assert (copy(), problem()) == (1, "")
    assert name in digests(places[1])
    assert b"AAAA-BBBB" in (places[1] / "erased.txt").read_bytes()


def test_whatever_goes_wrong_is_told(places, monkeypatch):
    make(hours=1)
    monkeypatch.setattr(erased_list, "copy_to_second_place", lambda: 1 / 0)
    copier = second_place.Copier()
    copier.copy(now=WEDNESDAY, zone=UTC, thin=True)
    copier.wait()
    assert "ZeroDivisionError" in problem()


def test_catching_up_goes_on_where_it_was_interrupted(places, monkeypatch):
    made = {make(hours=hours) for hours in range(1, 6)}
    whole, tries = second_place._copy, iter(range(100))

    def once(path, place):
        if next(tries):
            raise OSError("the share is away")
        whole(path, place)

    monkeypatch.setattr(second_place, "_copy", once)
    with pytest.raises(CopyFailed):
        copy()
    monkeypatch.setattr(second_place, "_copy", whole)
    copy()
    assert digests(places[1]).keys() == made


@pytest.mark.parametrize("how", ["the first one", "the second one"])
def test_a_backup_that_failed_to_get_there_is_tried_again_although_a_newer_one_arrived(places, monkeypatch, how):
    made = [make(hours=2), make(hours=1)]
    whole, fails = second_place._copy, made[how == "the second one"]

    def fail_once(path, place):
        if path.name == fails:
            raise OSError(5, "Input/output error")
        whole(path, place)

    monkeypatch.setattr(second_place, "_copy", fail_once)
    with pytest.raises(CopyFailed):
        copy()
    made.append(make())
    with pytest.raises(CopyFailed):
        copy()
    assert ("Input/output error" in problem(), digests(places[1]).keys()) == (True, set(made) - {fails})
    monkeypatch.setattr(second_place, "_copy", whole)
    assert (copy(), copy(), problem()) == (1, 0, "")
    assert digests(places[1]) == digests(places[0])


def test_one_that_never_gets_there_stops_neither_the_newest_nor_the_thinning(places):
    old, unreadable = make(days=20), make(hours=4)
    for hours in (3, 2, 1):
        make(hours=hours)
    places[1].mkdir()
    shutil.copy(places[0] / old, places[1])
    (places[0] / unreadable).unlink()
    (places[0] / unreadable).symlink_to("nowhere")
    with pytest.raises(CopyFailed):
        copy()
    assert len(digests(places[1])) == 3


def test_what_was_thinned_there_is_not_copied_again(places):
    """The first place is thinned more rarely: only when a new backup was made."""
    for minutes in reversed(range(0, 6 * 60, 15)):
        make(minutes=minutes)
        copy(minutes=-minutes)
    kept = digests(places[1]).keys()
    assert (copy(), digests(places[1]).keys()) == (0, kept)
    assert kept < digests(places[0]).keys()
    copy(days=1)
    assert copy(days=1) == 0


@pytest.mark.parametrize("is_spared", [True, False])
def test_a_machine_with_an_empty_disk_thins_away_no_backup_of_the_one_before(places, settings, tmp_path, monkeypatch, is_spared):
    """A site with requests until the afternoon, then one that began with nothing: the second place is all that is left."""
    if not is_spared:
        monkeypatch.setattr(second_place.backups, "delete_surplus", partial(without_ours_since, backups.delete_surplus))
    real = {make(hours=hours) for hours in range(5)}
    copy()
    settings.DATA_DIR = tmp_path / "new disk"
    backups.folder().mkdir(parents=True)
    for quarter in range(1, 2 * 24 * 4, 3):
        make(minutes=-15 * quarter)
        if quarter % 8 == 1:
            copy(minutes=15 * quarter)
    assert (real <= digests(places[1]).keys()) == is_spared
    assert len(digests(places[1])) < 60
    # The privacy policy promises no more than the fourteen nights.
    make(days=-15)
    copy(days=15)
    assert real.isdisjoint(digests(places[1]))


def without_ours_since(delete_surplus, place, *, ours_since, **when):
    delete_surplus(place, **when)
