"""Putting a database in place: whole or not at all, and only what is no database any more is put aside."""

import sqlite3
from contextlib import closing, suppress

import pytest
from django.conf import settings
from django.db import connection

from clinic_site import database_copy
from clinic_site.database_copy import BackupFailed, put_in_place

# A database of the size of the backup has no room in this many pages.
FEW_PAGES = 20
THERE_IS_NONE = b"no database" * 1000


@pytest.fixture
def backup(tmp_path):
    return write(tmp_path / "backup.sqlite3", "of the backup", rows=500)


@pytest.fixture
def live(tmp_path, monkeypatch):
    """The path of the site's database, a healthy one."""
    path = write(tmp_path / "clinic.sqlite3", "newer", rows=1)
    # Under the name of a file Django would close the database in memory, which is every other test's.
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(path))
    return path


@pytest.fixture
def no_room(live, monkeypatch):
    """SQLite says of the site's database that the disk is full, until this is called."""
    connect = sqlite3.connect

    def connect_to_a_full_disk(path, **options):
        made = connect(path, **options)
        if str(path) == str(live):
            with suppress(sqlite3.DatabaseError):
                made.execute(f"PRAGMA max_page_count = {FEW_PAGES}")
        return made

    monkeypatch.setattr(sqlite3, "connect", connect_to_a_full_disk)
    return lambda: monkeypatch.setattr(sqlite3, "connect", connect)


def write(path, text: str, *, rows: int):
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE said (text)")
        made.executemany("INSERT INTO said VALUES (?)", [(text * 100,)] * rows)
    return path


def says(path) -> str:
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ((text,),) = opened.execute("SELECT DISTINCT text FROM said").fetchall()
    return text[: len(text) // 100]


def ruins(live) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in live.parent.glob("ruined-*")}


def test_a_backup_takes_the_place_of_the_database(live, backup):
    put_in_place(backup)
    assert (says(live), ruins(live)) == ("of the backup", {})


def test_without_room_the_healthy_database_stays_in_its_place(live, backup, no_room):
    for _ in range(2):
        with pytest.raises(BackupFailed, match=r"left as it is.*full"):
            put_in_place(backup)
    assert (says(live), ruins(live)) == ("newer", {})
    no_room()
    put_in_place(backup)
    assert says(live) == "of the backup"


@pytest.mark.parametrize("code", ["SQLITE_IOERR_WRITE", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_CANTOPEN"])
def test_an_error_that_says_nothing_against_the_database_leaves_it_in_its_place(live, backup, code, monkeypatch):
    def fail(path):
        error = sqlite3.OperationalError("not now")
        error.sqlite_errorcode = getattr(sqlite3, code)
        raise error

    monkeypatch.setattr(database_copy, "_fill_sqlite", fail)
    with pytest.raises(BackupFailed, match=r"left as it is.*not now"):
        put_in_place(backup)
    assert (says(live), ruins(live)) == ("newer", {})


def test_what_is_no_database_is_put_aside_and_never_written_over(live, backup):
    for number in (b"1", b"2"):
        live.write_bytes(THERE_IS_NONE + number)
        put_in_place(backup)
        assert says(live) == "of the backup"
    assert ruins(live) == {"ruined-1-clinic.sqlite3": THERE_IS_NONE + b"1", "ruined-2-clinic.sqlite3": THERE_IS_NONE + b"2"}


def test_half_a_database_is_replaced(live, backup):
    write(live.with_name("larger"), "newer", rows=500)
    whole = live.with_name("larger").read_bytes()
    live.write_bytes(whole[: len(whole) // 2])
    put_in_place(backup)
    assert says(live) == "of the backup"


def test_without_room_for_another_what_was_put_aside_stays_there(live, backup, no_room):
    live.write_bytes(THERE_IS_NONE)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        put_in_place(backup)
    with pytest.raises(BackupFailed, match="full"):
        put_in_place(backup)
    no_room()
    put_in_place(backup)
    assert (says(live), ruins(live)) == ("of the backup", {"ruined-1-clinic.sqlite3": THERE_IS_NONE})


def test_a_locked_database_is_left_as_it_is_after_a_while(live, backup, monkeypatch):
    monkeypatch.setattr(database_copy, "_LOCKED_SECONDS", 0.1)
    with closing(sqlite3.connect(live)) as other:
        other.execute("INSERT INTO said VALUES ('not yet')")
        with pytest.raises(BackupFailed, match=r"left as it is.*another process has locked it"):
            put_in_place(backup)
    assert (says(live), ruins(live)) == ("newer", {})
    put_in_place(backup)
    assert says(live) == "of the backup"


def test_a_locked_database_is_not_copied_without_end(live, tmp_path, monkeypatch):
    monkeypatch.setattr(database_copy, "_LOCKED_SECONDS", 0.1)
    with closing(sqlite3.connect(live)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="another process has locked it"):
            database_copy.write(tmp_path)


def test_a_copy_tells_nothing_that_was_typed_at_a_sign_in_that_failed(live, tmp_path):
    """People type passwords into the field for the name."""
    names = set(connection.introspection.django_table_names())
    emptied = {*database_copy._EMPTIED, *(name for name in names if name.startswith("axes_"))}
    assert emptied <= names
    with closing(sqlite3.connect(live)) as made, made:
        made.execute("CREATE TABLE consults_event (id, at)")
        for table in emptied:
            made.execute(f"CREATE TABLE {table} (username)")
            made.execute(f"INSERT INTO {table} VALUES ('MyRealPassw0rd-typed-by-mistake')")
    (tmp_path / "copy").mkdir()
    assert b"typed-by-mistake" not in database_copy.write(tmp_path / "copy").read_bytes()
