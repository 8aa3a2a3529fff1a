"""A restore that is broken off: by a disk that fills, or by a kill. PostgreSQL has a disk of its own."""

import shutil
from pathlib import Path

import psycopg
import pytest

from tests.crashes.disk import small_disk
from tests.environment import skip_for_want_of
from tests.postgresql import settings_on
from tests.server import Site, started_before
from tests.test_after_a_restore import BEFORE, SINCE, START

pytestmark = [pytest.mark.server, pytest.mark.slow]

MEGABYTE = 1 << 20
# What no compression makes smaller.
LARGE = """
import os
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE large (bytes blob)")
    for _ in range(20):
        cursor.execute("INSERT INTO large VALUES (%s)", [os.urandom(1 << 20)])
"""
# After the database was replaced, and before the accounts are compared.
KILLED = """
import signal
from clinic_site.management.commands import restore
restore.Command._hold = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
call_command("restore", {made!r}, "--yes")
"""
COMPARED = ("left: was not active any more, and is not now", "demoted: was not in Owners any more, and is not now")


def lived(site: Site, *, before: str = BEFORE) -> str:
    """Some days of a clinic with a backup in between, whose path is returned."""
    return site.shell(f"{before}{SINCE}\nrequest('since')").splitlines()[-1]


def state(site: Site) -> str:
    """The requests, who may come in, and whether half a restore is there."""
    return site.shell(
        f"{START}from clinic_site import unfinished_restore\n"
        "print(ConsultRequest.objects.count(), again('left').is_active, unfinished_restore.is_marked())"
    )


def leave_free(disk: Path, megabytes: int):
    ballast = disk / "ballast"
    with open(ballast, "wb") as file:
        for _ in range(shutil.disk_usage(disk).free // MEGABYTE - megabytes):
            file.write(bytes(MEGABYTE))
    return ballast.unlink


@pytest.mark.nightly
def test_a_restore_that_finds_no_room_leaves_the_database_and_the_next_one_compares(tmp_path):
    try:
        with small_disk(tmp_path / "disk", megabytes=300) as disk:
            site = started_before(disk / "site")
            made = lived(site, before=f"{LARGE}{BEFORE}")
            # Enough to unpack the backup, and not for the database.
            make_room = leave_free(disk, 28)
            for _ in range(2):
                refused = site.manage("restore", made, "--yes")
                assert (refused.returncode, "left as it is" in refused.stderr) == (1, True), refused
                assert not list(site.data.glob("ruined-*"))
            make_room()
            assert state(site) == "3 False False"
            done = site.manage("restore", made, "--yes")
            assert [line for line in COMPARED if line not in done.stdout] == [], done
            assert state(site) == "2 False False"
    except PermissionError as error:
        skip_for_want_of(f"a disk to fill: {error}")


@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_after_a_restore_that_was_killed_the_next_one_compares(database, tmp_path):
    site = started_before(tmp_path, {"WEB_WORKERS": "1"} | settings_on(database))
    made = lived(site)
    killed = site.manage("shell", "--verbosity=0", "-c", START + "import os" + KILLED.format(made=made))
    assert (killed.returncode, state(site)) == (-9, "2 True True")
    done = site.manage("restore", made, "--yes")
    assert [line for line in COMPARED if line not in done.stdout] == [], done
    assert state(site) == "2 False False"


def test_a_dump_that_cannot_be_restored_to_its_end_changes_nothing(tmp_path):
    """Something stops it near the end, after the tables are there."""
    site = started_before(tmp_path, {"WEB_WORKERS": "1"} | settings_on("postgresql"))
    with psycopg.connect(site.settings["DATABASE_URL"], autocommit=True) as connection:
        made = lived(site)
        connection.execute(
            "CREATE SCHEMA elsewhere; CREATE FUNCTION elsewhere.stop() RETURNS event_trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no trigger today'; END $$;"
            " CREATE EVENT TRIGGER stop_at_triggers ON ddl_command_end WHEN TAG IN ('CREATE TRIGGER')"
            " EXECUTE FUNCTION elsewhere.stop()"
        )
        refused = site.manage("restore", made, "--yes")
        connection.execute("DROP EVENT TRIGGER stop_at_triggers")
    assert (refused.returncode, "no trigger today" in refused.stderr) == (1, True), refused
    assert state(site) == "3 False False"
