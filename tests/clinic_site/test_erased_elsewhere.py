"""A restore needs the list of erased requests in BACKUP_DIR: a share that is away must not look like an empty list."""

from datetime import UTC, timedelta

import pytest
from django.core.management import CommandError, call_command

from clinic_site import backups, erased_elsewhere, erased_list, unfinished_restore
from clinic_site.housekeeping import COPY_EVERY
from clinic_site.models import Hold
from clinic_site.second_place import CopyFailed, copy_missing, problem
from clinic_site.second_place_mark import MARK
from consults.models import ConsultRequest
from tests.builders import WEDNESDAY, submit
from tests.holding import Machine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]

UNREAD = "list of erased requests in BACKUP_DIR could not be read"
HOUR = timedelta(hours=1)
EARLIER = f"{WEDNESDAY - HOUR:%Y-%m-%dT%H%M%SZ}.tar.gz"
LATER = f"{WEDNESDAY + HOUR:%Y-%m-%dT%H%M%SZ}.tar.gz"


@pytest.fixture
def back(settings, tmp_path) -> ConsultRequest:
    """Another machine erased it, and the backup that is restored on a new one does not know."""
    request = submit()
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path / "burned", tmp_path / "share" / "clinic"
    erased_list.add(request.reference)
    copy()
    assert (settings.BACKUP_DIR / "erased.txt").exists()
    settings.DATA_DIR = tmp_path / "new"
    backups.folder().mkdir(parents=True)
    return request


@pytest.fixture(autouse=True)
def restored(monkeypatch) -> list[str]:
    """The names of the backups that took the place of everything."""
    names: list[str] = []
    monkeypatch.setattr(backups, "restore", lambda backup, *, unsigned: names.append(backup.name))
    monkeypatch.setattr(backups, "back_up_if_due", lambda **_: None)
    return names


def copy() -> None:
    copy_missing(now=WEDNESDAY, zone=UTC)


def restore(name: str = EARLIER, **options: bool) -> None:
    call_command("restore", name, yes=True, verbosity=0, **options)


def is_erased(request: ConsultRequest) -> bool:
    return ConsultRequest.objects.get(pk=request.pk).erased_at is not None


def not_mounted(place):
    place.rename(place.with_name("away"))


def not_mounted_over_a_folder(place):
    not_mounted(place)
    place.mkdir()


def another_share(place):
    """This machine has used the place before."""
    copy()
    (place / MARK).write_text("0" * 32)


def list_of_another_user(place):
    """Root reads everything; what is no file nobody reads."""
    (place / "erased.txt").rename(place / "away.txt")
    (place / "erased.txt").mkdir()


AWAY = [not_mounted, not_mounted_over_a_folder, another_share, list_of_another_user]


@pytest.mark.parametrize("goes", AWAY)
def test_nothing_is_restored_while_the_list_cannot_be_read(settings, back, restored, goes):
    goes(settings.BACKUP_DIR)
    with pytest.raises(CommandError, match=r"\ANothing was restored, [^\n]* --without-list[^\n]*\Z"):
        restore()
    assert (restored, unfinished_restore.is_marked(), Hold.objects.count()) == ([], False, 0)


def test_a_list_that_can_be_read_erases_again_at_once(back, restored):
    restore(without_list=True)
    assert (restored, is_erased(back), erased_elsewhere.is_to_be_read()) == ([EARLIER], True, False)
    assert UNREAD not in Hold.objects.get().report


def test_a_place_without_a_list_has_an_empty_one(settings, back, restored):
    (settings.BACKUP_DIR / "erased.txt").unlink()
    restore()
    assert (restored, erased_elsewhere.is_to_be_read()) == ([EARLIER], False)


@pytest.mark.parametrize("arguments", [[EARLIER, "--yes", "--without-list"], ["--hold"]], ids=["restore", "hold"])
def test_without_the_list_the_hold_says_so_and_the_site_reads_it_once_it_can(settings, back, capsys, arguments):
    not_mounted_over_a_folder(settings.BACKUP_DIR)
    call_command("restore", *arguments, verbosity=0)
    assert (is_erased(back), UNREAD in Hold.objects.get().report, UNREAD in capsys.readouterr().err) == (False, True, True)
    machine = Machine(WEDNESDAY)
    machine.work.finish()
    assert ("Is the share mounted" in problem(), list(settings.BACKUP_DIR.iterdir())) == (True, [])
    settings.BACKUP_DIR.rmdir()
    settings.BACKUP_DIR.with_name("away").rename(settings.BACKUP_DIR)
    machine.turn(COPY_EVERY)
    machine.work.finish()
    machine.turn()
    assert (is_erased(back), erased_elsewhere.is_to_be_read(), problem()) == (True, False, "")


def test_the_running_site_reads_the_list_after_such_a_restore_alone(settings, back):
    copy()
    assert erased_list.erase_again(now=WEDNESDAY) == (0, [])
    erased_elsewhere.read_later()
    for _ in range(2):
        copy()
    assert erased_list.erase_again(now=WEDNESDAY) == (1, [])


def test_until_the_list_is_read_no_folder_is_taken_for_a_new_second_place(settings, tmp_path):
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, tmp_path / "not" / "yet"
    backups.folder().mkdir()
    erased_elsewhere.read_later()
    with pytest.raises(CopyFailed, match="--use-second-place"):
        copy()
    assert not settings.BACKUP_DIR.exists()


@pytest.mark.parametrize("name", [LATER, "by-another-name.tar.gz"])
def test_a_first_machine_restores_its_own_backups_before_a_second_place_was_ever_used(settings, tmp_path, restored, name):
    """Its database was there when the backup was made, and knows what was erased since."""
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, tmp_path / "not" / "yet"
    submit()
    if name != LATER:
        with pytest.raises(CommandError, match="Nothing was restored"):
            restore(name)
    restore(name, without_list=name != LATER)
    assert (restored, settings.BACKUP_DIR.exists(), erased_elsewhere.is_to_be_read()) == ([name], False, name != LATER)


def test_a_database_that_was_restored_without_the_list_does_not_know_everything(settings, back, restored):
    not_mounted(settings.BACKUP_DIR)
    restore(without_list=True)
    with pytest.raises(CommandError, match="Nothing was restored"):
        restore(LATER)
    assert restored == [EARLIER]
