"""A copy that somebody puts in place after a kill, beside the journal that the kill left: the real site, killed and started."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.server import HANG_SECONDS, Site, book, kill, started_before, wait_for

pytestmark = [pytest.mark.server, pytest.mark.slow]

JOURNAL = ("clinic.sqlite3-wal", "clinic.sqlite3-shm")


@pytest.fixture
def site(tmp_path):
    site = started_before(tmp_path, {"WEB_WORKERS": "1"})
    yield site
    site.stop()


@pytest.fixture
def killed(site, tmp_path):
    """Three requests in a copy; two more since, a checkpoint between them, and a kill. The copy is put in place."""
    site.serve()
    ask(site, "Ada", "Berta", "Cleo")
    site.stop()
    database, copy = site.data / "clinic.sqlite3", tmp_path / "copy"
    shutil.copy(database, copy)
    site.serve()
    ask(site, "Dora")
    with closing(sqlite3.connect(database)) as beside:
        # SQLite's own comes every 1,000 pages.
        beside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (checkpointed,) = beside.execute("SELECT beats FROM consults_workerheartbeat").fetchone()
        wait_for(lambda: remembered(site) >= checkpointed, HANG_SECONDS, "the worker remembers the file", lambda: site.log)
        ask(site, "Emma")
        for process_id in site.processes():
            kill(process_id)
        site.process.wait()
        site.process = None
        # The last to close it would put the journal into the file.
        journal = {name: (site.data / name).read_bytes() for name in JOURNAL}
    for name, left in journal.items():
        (site.data / name).write_bytes(left)
    database.write_bytes(copy.read_bytes())
    return site


def remembered(site: Site) -> int:
    words = (site.data / "signs-of-life").read_text().split()
    return next((int(word.removeprefix("file:")) for word in words if word.startswith("file:")), -1)


def ask(site: Site, *names: str) -> None:
    for name in names:
        assert book(site, name).status == 303


def requests(site: Site) -> list[int]:
    with closing(sqlite3.connect(site.data / "clinic.sqlite3")) as database:
        return [number for (number,) in database.execute("SELECT id FROM consults_consultrequest NOT INDEXED ORDER BY id")]


def test_a_copy_beside_the_journal_of_a_killed_site_is_refused_until_that_is_moved_away(killed, tmp_path):
    refused = killed.manage("serve")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "would be a mixture" in refused.stderr
    for name in JOURNAL:
        shutil.move(killed.data / name, tmp_path / name)
    assert killed.manage("restore", "--hold").returncode == 0
    killed.serve()
    assert requests(killed) == [1, 2, 3]
    assert [warning for warning in killed.get("/health/ready").text.split('"') if warning.startswith("hold: ")]


def test_without_what_is_remembered_of_the_file_the_site_runs_on_a_mixture(killed):
    """The negative control."""
    signs = killed.data / "signs-of-life"
    signs.write_text(" ".join(word for word in signs.read_text().split() if not word.startswith("file:")))
    killed.begin()
    # After its first turn, which looks whether the database has gone back.
    wait_for(lambda: remembered(killed) >= 0, HANG_SECONDS, "the worker remembers the file again", lambda: killed.log)
    with closing(sqlite3.connect(killed.data / "clinic.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM clinic_site_hold WHERE ended_at IS NULL").fetchone() == (0,)
    assert requests(killed) != [1, 2, 3]
