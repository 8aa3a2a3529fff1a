"""The references of erased requests, outside the database."""

import os
import stat
from datetime import timedelta

import pytest

from clinic_site import admin, backups, erased_list, health
from consults import booking
from consults.models import ConsultRequest
from tests.builders import WEDNESDAY, colleague, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path / "data", tmp_path / "share"
    settings.DATA_DIR.mkdir()
    settings.BACKUP_DIR.mkdir()


def listed(folder) -> list[str]:
    """The references; each line has a signature too."""
    lines = [line.split(":") for line in (folder / "erased.txt").read_text().split()]
    assert {len(signature) for _, signature in lines} == {40}
    return [reference for reference, _ in lines]


def test_an_erasure_is_listed_when_it_is_stored_and_not_before(django_capture_on_commit_callbacks, settings):
    request = booking.withdraw_request(submit(), now=WEDNESDAY)
    with django_capture_on_commit_callbacks(execute=True):
        booking.erase_request(request, now=WEDNESDAY)
        assert not (backups.folder() / "erased.txt").exists()
    assert listed(backups.folder()) == [request.reference]
    assert [erased_list.copy_to_second_place() for _ in range(2)] == [1, 0]
    assert listed(settings.BACKUP_DIR) == [request.reference]
    modes = [stat.S_IMODE((place / "erased.txt").stat().st_mode) for place in (backups.folder(), settings.BACKUP_DIR)]
    assert modes == [0o600, 0o600]


def test_what_another_node_erased_and_what_a_crash_left_out_is_listed_later():
    request = booking.withdraw_request(submit(), now=WEDNESDAY)
    booking.erase_request(request, now=WEDNESDAY)
    assert [erased_list.catch_up() for _ in range(2)] == [1, 0]
    assert listed(backups.folder()) == [request.reference]


def test_a_line_that_a_crash_cut_off_spoils_no_other():
    backups.folder().mkdir(parents=True)
    (backups.folder() / "erased.txt").write_text("\nAAAA-BBBB:0123")
    erased_list.add("CCCC-DDDD")
    assert erased_list.read() == {"CCCC-DDDD"}


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=30)], ids=["its start is ahead", "its start has passed"])
def test_a_request_that_is_open_again_is_erased_again(later):
    """As an older backup has it."""
    request = submit()
    erased_list.add(request.reference)
    assert erased_list.erase_again(now=WEDNESDAY + later) == (1, [])
    assert ConsultRequest.objects.get(pk=request.pk).erased_at == WEDNESDAY + later
    assert erased_list.erase_again(now=WEDNESDAY + later) == (0, [])


def test_one_that_no_key_opens_is_erased_again_too():
    unreadable, whole = submit(key="a"), submit(key="b", starts_at=local("2026-12-08 16:00"))
    ConsultRequest.objects.filter(pk=unreadable.pk).update(sealed=b"nothing")
    erased_list.add(unreadable.reference, whole.reference)
    assert erased_list.erase_again(now=WEDNESDAY) == (2, [])


def test_one_that_cannot_be_erased_is_told_and_keeps_no_other_waiting(monkeypatch):
    stuck, whole = submit(key="a"), submit(key="b", starts_at=local("2026-12-08 16:00"))
    erase = erased_list.erase_at_once

    def erase_but_one(request, **options):
        if request.pk == stuck.pk:
            raise ValueError
        return erase(request, **options)

    monkeypatch.setattr(erased_list, "erase_at_once", erase_but_one)
    erased_list.add(stuck.reference, whole.reference)
    assert erased_list.erase_again(now=WEDNESDAY) == (1, [stuck.reference])


def test_a_move_whose_start_has_passed_is_erased_again_with_the_visit_that_stands(staff):
    request = booking.confirm_request(submit(starts_at=local("2026-12-10 16:00")), by=staff, now=WEDNESDAY)
    booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
    erased_list.add(request.reference)
    assert erased_list.erase_again(now=local("2026-12-08 17:00")) == (1, [])
    assert not ConsultRequest.objects.get(pk=request.pk).seats.exists()


def plant(folder, *lines: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "erased.txt", "a") as file:
        file.write("".join(f"{line}\n" for line in lines))


def test_who_can_write_to_the_second_place_has_nobodys_request_erased(settings):
    request, other = submit(key="a"), submit(key="b", starts_at=local("2026-12-08 16:00"))
    erased_list.add(other.reference)
    erased_list.copy_to_second_place()
    signature = (settings.BACKUP_DIR / "erased.txt").read_text().strip().partition(":")[2]
    plant(settings.BACKUP_DIR, request.reference, f"{request.reference}:", f"{request.reference}:{signature}", "é\x00:" * 9)
    assert erased_list.erase_again(now=WEDNESDAY) == (1, [])
    # A restore reads there, and takes what a key of this site signed.
    theirs = erased_list.lines_in(settings.BACKUP_DIR)
    assert erased_list.take_over(theirs, unsigned=False) == 1
    assert erased_list.erase_again(now=WEDNESDAY) == (0, [])
    assert erased_list.take_over(theirs, unsigned=True) == 0
    assert erased_list.erase_again(now=WEDNESDAY) == (1, [])


def test_a_line_under_an_older_key_counts_and_is_signed_with_the_new_one(settings):
    request = booking.withdraw_request(submit(), now=WEDNESDAY)
    booking.erase_request(request, now=WEDNESDAY)
    erased_list.catch_up()
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [os.urandom(32), *old]
    assert erased_list.read() == {request.reference}
    assert [erased_list.catch_up() for _ in range(2)] == [1, 0]
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert erased_list.read() == {request.reference}
    settings.FIELD_KEYS = [os.urandom(32)]
    assert erased_list.read() == set()


def test_a_list_that_lacks_an_erasure_or_cannot_be_read_or_written_is_told(monkeypatch):
    request = booking.withdraw_request(submit(), now=WEDNESDAY)
    booking.erase_request(request, now=WEDNESDAY)
    soon, later = WEDNESDAY + timedelta(minutes=14), WEDNESDAY + timedelta(minutes=15)
    assert erased_list.problem(now=soon) == "", "another node's is listed by the worker"
    assert "lacks 1 of the 1 requests erased last" in erased_list.problem(now=later)
    assert any("list of erased requests" in warning for warning in health._warnings(later))
    owner = colleague("olga", "Owners")
    assert "lacks 1" in admin.backup_trouble(owner, now=later)["unlisted"]
    erased_list.catch_up()
    assert erased_list.problem(now=later) == ""
    path = backups.folder() / "erased.txt"
    path.rename(backups.folder() / "away")
    path.symlink_to("away")
    assert "cannot be read or written" in erased_list.problem(now=soon)
    path.unlink()
    path.mkdir()
    assert "cannot be read or written" in erased_list.problem(now=soon)
    path.rmdir()
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "cannot be written" in erased_list.problem(now=soon)


def test_a_list_as_long_as_what_was_erased_here_can_always_be_read_and_copied(settings, monkeypatch):
    monkeypatch.setattr(erased_list, "_MOST_BYTES", 200)
    request = booking.withdraw_request(submit(), now=WEDNESDAY)
    booking.erase_request(request, now=WEDNESDAY)
    erased_list.add(*(f"AAAA-{number:04}" for number in range(20)))
    assert erased_list.catch_up() == 1
    assert len(erased_list.read()) == 21
    assert [erased_list.copy_to_second_place() for _ in range(2)] == [21, 0]
    with open(settings.BACKUP_DIR / "erased.txt", "a") as file:
        file.write("x" * 3000)
    with pytest.raises(OSError, match="too large"):
        erased_list.lines_in(settings.BACKUP_DIR)
