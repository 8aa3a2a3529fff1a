"""A live database that is damaged: the next backup notices, and it is told at once."""

import pytest

from tests.server import started_before
from tests.test_after_a_restore import START

pytestmark = [pytest.mark.server, pytest.mark.slow]

# A write that was lost: the row has another address, and its index the one of before.
LOSE_A_WRITE = """
import sqlite3
from django.conf import settings
database = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
database.execute("PRAGMA writable_schema=ON")
index = database.execute("SELECT * FROM sqlite_master WHERE name = 'requests_by_email'").fetchone()
database.execute("DELETE FROM sqlite_master WHERE name = 'requests_by_email'")
database.close()
database = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
database.execute("UPDATE consults_consultrequest SET email_index = 'lost'")
database.execute("PRAGMA writable_schema=ON")
database.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)
database.close()
"""
BACK_UP = f"""{START}
from clinic_site import failing_backups
request("Ada")
backups.back_up(now=now)
%s
later = now + timedelta(minutes=20)
BackgroundWork().turn(now=later, steady=0.0, read_clock=lambda: later)
print(failing_backups.problem(now=later))
"""


@pytest.fixture
def site(tmp_path):
    """Never started: its commands are enough."""
    return started_before(tmp_path, {"WEB_WORKERS": "1"})


def test_damage_of_the_database_is_told_with_the_next_backup(site):
    assert "the database is damaged (the backup is damaged: " in site.shell(BACK_UP % LOSE_A_WRITE).splitlines()[-1]


def test_a_database_that_is_whole_is_told_of_nowhere(site):
    """The negative control."""
    assert "damaged" not in site.shell(BACK_UP % "")
