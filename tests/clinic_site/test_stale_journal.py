"""A copy that is put in place beside the journal of the file before it is refused, before SQLite has mixed the two."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinic_site import gone_back, stale_journal

# The table is there for both, as are the restores that a database tells of.
pytestmark = pytest.mark.django_db


class File:
    """A site's SQLite file, in which a worker counts. It is read as a kill leaves it: with its journal."""

    def __init__(self, folder: Path) -> None:
        self.path, self.copies = folder / "clinic.sqlite3", folder / "copies"
        self.copies.mkdir()
        self.open = sqlite3.connect(self.path, isolation_level=None)
        self.open.execute("PRAGMA journal_mode=WAL")
        self.open.execute("CREATE TABLE consults_workerheartbeat (id integer PRIMARY KEY, beats integer)")
        self.open.execute("INSERT INTO consults_workerheartbeat VALUES (1, 0)")

    def beat(self, until: int) -> None:
        self.open.execute("UPDATE consults_workerheartbeat SET beats = ?", [until])
        gone_back.remember(until, of_file=stale_journal.beats_of_file())

    def checkpoint(self) -> None:
        self.open.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy(self) -> None:
        for path in self.path.parent.glob("clinic.sqlite3*"):
            shutil.copy(path, self.copies)

    def kill(self) -> None:
        """Closed in order, it would put its journal into the file."""
        left = self.path.parent / "left"
        left.mkdir()
        for path in self.path.parent.glob("clinic.sqlite3*"):
            shutil.copy(path, left)
        self.open.close()
        for path in left.iterdir():
            shutil.copy(path, self.path.parent)

    def put_back(self, *suffixes: str) -> None:
        for suffix in suffixes:
            shutil.copy(self.copies / f"clinic.sqlite3{suffix}", self.path.parent)

    def beats(self) -> int:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute("SELECT beats FROM consults_workerheartbeat").fetchone()[0]


@pytest.fixture
def file(settings, monkeypatch, tmp_path):
    settings.DATA_DIR = tmp_path
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(tmp_path / "clinic.sqlite3"))
    file = File(tmp_path)
    yield file
    file.open.close()


def killed_after_a_checkpoint(file: File) -> None:
    """A copy was made before it, and the journal has only what came after it."""
    file.beat(7)
    file.checkpoint()
    file.beat(8)
    file.copy()
    file.checkpoint()
    file.beat(9)
    file.kill()


def test_a_copy_beside_the_journal_of_another_file_is_refused_and_nothing_is_written(file):
    killed_after_a_checkpoint(file)
    file.put_back("")
    before = {path.name: path.read_bytes() for path in file.path.parent.glob("clinic.sqlite3*") if path.suffix != ".sqlite3-shm"}
    for command, options in (("serve", {}), ("worker", {}), ("restore", {"hold": True})):
        with pytest.raises(CommandError, match=r"clinic\.sqlite3-wal .*out of .*restore --hold"):
            call_command(command, **options)
    assert before == {name: (file.path.parent / name).read_bytes() for name in before}
    for suffix in ("-wal", "-shm"):
        file.path.with_name(file.path.name + suffix).unlink()
    stale_journal.refuse_to_start()
    assert file.beats() == 7


def test_without_what_is_remembered_of_the_file_the_mixture_goes_unnoticed(file):
    """The negative control."""
    killed_after_a_checkpoint(file)
    file.put_back("")
    gone_back.remember(9)
    stale_journal.refuse_to_start()
    # The newest sign of life, beside the rows of an older file.
    assert (file.beats(), gone_back.remembered().beats) == (9, 9)


def test_a_copy_that_is_no_sqlite_file_with_that_journal_is_refused_too(file):
    killed_after_a_checkpoint(file)
    with closing(sqlite3.connect(file.copies / "another")) as another:
        another.execute("CREATE TABLE consults_workerheartbeat (id integer PRIMARY KEY, beats integer)")
    shutil.copy(file.copies / "another", file.path)
    with pytest.raises(CommandError, match="mixture"):
        stale_journal.refuse_to_start()


@pytest.mark.parametrize(
    "put_back",
    [(), ("", "-wal", "-shm")],
    ids=["the journal of its own after a kill", "a whole copy with its journal, which holds"],
)
def test_a_file_beside_a_journal_of_its_own_starts(file, put_back):
    killed_after_a_checkpoint(file)
    file.put_back(*put_back)
    stale_journal.refuse_to_start()
    assert file.beats() == (8 if put_back else 9)


def test_a_copy_without_any_journal_starts_and_is_noticed_by_its_signs_of_life(file):
    killed_after_a_checkpoint(file)
    for suffix in ("-wal", "-shm"):
        file.path.with_name(file.path.name + suffix).unlink()
    file.put_back("")
    stale_journal.refuse_to_start()
    assert file.beats() < gone_back.remembered().beats


def test_a_file_that_does_not_tell_and_another_server_are_refused_nothing(file, settings, monkeypatch):
    killed_after_a_checkpoint(file)
    file.path.write_bytes(b"no database")
    stale_journal.refuse_to_start()
    monkeypatch.setattr(stale_journal.connection, "vendor", "postgresql")
    assert stale_journal.beats_of_file() is None
