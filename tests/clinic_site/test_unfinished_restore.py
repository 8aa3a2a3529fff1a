"""Half a restore is marked, neither the site nor its worker starts with it, and the next run compares with what was before."""

import errno
import os
import sqlite3
import stat

import django.db
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clinic_site import backups, erased_list, restored_accounts, unfinished_restore
from clinic_site.database_copy import BackupFailed
from clinic_site.restored_accounts import read_accounts
from tests.builders import colleague

pytestmark = [pytest.mark.django_db, pytest.mark.databases(postgresql=pytest.mark.slow)]

INTERRUPT = KeyboardInterrupt()
NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def interrupted(error: BaseException = INTERRUPT) -> None:
    with pytest.raises((type(error), CommandError)), unfinished_restore.marked():
        raise error


def left_in(data) -> list[str]:
    return sorted(path.name for path in data.glob("restore*"))


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_with_half_a_restore_nothing_starts(command):
    interrupted()
    with pytest.raises(CommandError, match="did not come to its end"):
        call_command(command)


def test_a_restore_that_changed_nothing_or_came_to_its_end_leaves_no_mark(data):
    with pytest.raises(BackupFailed), unfinished_restore.marked():
        raise BackupFailed("half a file")
    assert left_in(data) == []
    with unfinished_restore.marked():
        pass
    assert left_in(data) == []


@pytest.mark.parametrize(
    ("interruption", "told"),
    [
        pytest.param(INTERRUPT, None, id="somebody ended it"),
        pytest.param(NO_ROOM, "stopped halfway: .*No space", id="no room for the uploads"),
        pytest.param(sqlite3.OperationalError("disk is full"), "stopped halfway: disk is full", id="no room for the database"),
        pytest.param(django.db.OperationalError("disk is full"), "stopped halfway: disk is full", id="no room for a migration"),
    ],
)
def test_after_an_interruption_nobody_gets_back_what_was_taken(monkeypatch, capsys, interruption, told):
    user = colleague("left")
    user.is_active = False
    user.save()

    def put_back(backup, *, unsigned) -> None:
        """In the backup the colleague was active."""
        user.is_active = True
        user.save()

    def put_back_and_fail(backup, *, unsigned) -> None:
        put_back(backup, unsigned=unsigned)
        raise interruption

    monkeypatch.setattr(backups, "restore", put_back_and_fail)
    for _ in range(2):
        with pytest.raises(CommandError if told else KeyboardInterrupt, match=told):
            call_command("restore", "of-before.tar.gz", yes=True)
    monkeypatch.setattr(backups, "restore", put_back)
    call_command("restore", "of-before.tar.gz", yes=True)
    assert "left: was not active any more, and is not now" in capsys.readouterr().out
    user.refresh_from_db()
    assert (user.is_active, unfinished_restore.is_marked()) == (False, False)


def test_nothing_is_restored_while_the_list_of_erased_requests_cannot_be_written(monkeypatch):
    def no_room():
        raise NO_ROOM

    monkeypatch.setattr(erased_list, "catch_up", no_room)
    monkeypatch.setattr(backups, "restore", lambda *_, **__: pytest.fail("it was restored"))
    with pytest.raises(CommandError, match=r"Nothing was restored, .*No space"):
        call_command("restore", "of-before.tar.gz", yes=True)
    assert not unfinished_restore.is_marked()


def test_the_list_in_the_second_place_is_taken_over_before_the_mark_goes(monkeypatch):
    marked = []
    monkeypatch.setattr(backups, "restore", lambda *_, **__: None)
    monkeypatch.setattr(erased_list, "take_over", lambda *_, **__: marked.append(unfinished_restore.is_marked()))
    call_command("restore", "of-before.tar.gz", yes=True)
    assert (marked, unfinished_restore.is_marked()) == ([True], False)


def test_a_later_run_that_changes_nothing_forgets_nothing():
    colleague("anna")
    before = read_accounts()
    interrupted()
    interrupted(BackupFailed("half a file"))
    colleague("ben")
    with unfinished_restore.marked() as known:
        assert known == before


def test_the_accounts_of_before_are_for_nobody_else(data):
    user = colleague("anna")
    interrupted()
    (mark,) = data.glob("restore*")
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    for secret in ("anna", user.password, user.password.rpartition("$")[2]):
        assert secret.encode() not in mark.read_bytes()


@pytest.mark.parametrize("kind", ["an empty mark", "other keys"])
def test_accounts_that_cannot_be_read_any_more_are_accounts_that_nobody_knows(data, settings, kind):
    colleague("anna")
    interrupted()
    if kind == "an empty mark":
        (data / "restore-unfinished").write_bytes(b"")
    else:
        settings.FIELD_KEYS = [os.urandom(32)]
    with unfinished_restore.marked() as known:
        assert known is None


def test_without_room_for_the_mark_nothing_begins(data, monkeypatch):
    def fail(number):
        raise NO_ROOM

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BackupFailed, match=r"did not begin.*No space"), unfinished_restore.marked():
        raise AssertionError("it began")
    assert left_in(data) == []


def sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.Error("of SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        pytest.param(django.db.OperationalError, sqlite(sqlite3.SQLITE_BUSY), id="locked"),
        pytest.param(django.db.OperationalError, sqlite(sqlite3.SQLITE_IOERR), id="a disk that fails"),
        pytest.param(django.db.OperationalError, None, id="a server that is starting"),
    ],
)
def test_a_database_that_cannot_be_read_at_the_moment_is_not_replaced(data, monkeypatch, error, cause):
    fail(monkeypatch, error, cause)
    with pytest.raises(BackupFailed, match=r"accounts .* could not be read"), unfinished_restore.marked():
        raise AssertionError("it began")
    assert left_in(data) == []


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        pytest.param(django.db.DatabaseError, sqlite(sqlite3.SQLITE_NOTADB), id="no database"),
        pytest.param(django.db.OperationalError, sqlite(sqlite3.SQLITE_ERROR), id="no tables in SQLite"),
        pytest.param(django.db.ProgrammingError, None, id="no tables in PostgreSQL"),
    ],
)
def test_a_database_that_is_ruined_or_empty_is_replaced(monkeypatch, error, cause):
    fail(monkeypatch, error, cause)
    with unfinished_restore.marked() as known:
        assert known is None


def fail(monkeypatch, error: type[Exception], cause: Exception | None) -> None:
    def read():
        raise error("as the database said") from cause

    monkeypatch.setattr(restored_accounts, "_other_groups", read)
