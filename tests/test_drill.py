"""`restore --drill`: a backup is restored beside the site and compared, and nothing of the site changes."""

import base64
import os

import pytest

from tests import postgresql
from tests.postgresql import settings_on
from tests.server import OVER_HTTPS, started_before

pytestmark = [pytest.mark.server, pytest.mark.databases(postgresql=pytest.mark.slow)]

DRILLS = """
import os, sys, tarfile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from clinic_site import archive, backups
from consults import booking
from consults.models import ConsultRequest, Person
from pages.models import Picture
from pages.pictures import folder
now = timezone.now()
def request(name, at):
    person = Person(name, f"{name}@example.com", contact_by="email")
    return booking.submit_request(submission_key=name, starts_at=None, person=person, now=at)
def drill(*arguments):
    sys.stdout.write("---\\n")
    try:
        call_command("restore", *arguments, "--drill")
    except CommandError as error:
        print("1:", error)
old = now - timezone.timedelta(hours=1)
picture = Picture.objects.create(name="A", alt="B", digest="ab" * 32, width=320, height=200, widths=[320])
(folder()).mkdir(parents=True, exist_ok=True)
(folder() / picture.file_name(320)).write_bytes(b"picture")
ada = request("ada", old)
made = backups.back_up(now=now)
request("bea", now)
"""
# Somebody killed a drill long ago.
GOOD = f"""{DRILLS}
killed = backups.settings.DATA_DIR / ".drill-killed"
killed.mkdir()
os.utime(killed, (0, 0))
if connection.vendor == "postgresql":
    connection.cursor().execute("CREATE DATABASE clinic_drill_1_00000000")
drill()
print(sorted(request.full_name for request in ConsultRequest.objects.all()), Picture.objects.count())
"""
# A request of the time before the backup is not in it; another cannot be opened; a picture's file is gone.
BAD = f"""{DRILLS}
request("cleo", old)
drill()
ConsultRequest.objects.filter(pk=ada.pk).update(sealed=b"nothing")
(folder() / picture.file_name(320)).unlink()
backups.back_up(now=now + timezone.timedelta(minutes=20))
drill(str(sorted(backups.folder().glob("*.tar.gz"))[-1]))
print(ada.reference)
"""


@pytest.fixture
def site(database, tmp_path):
    return started_before(tmp_path, settings_on(database))


def left_over(site) -> list[str]:
    folders = [path.name for path in site.data.iterdir() if path.name.startswith(".drill-")]
    if url := site.settings.get("DATABASE_URL"):
        with postgresql.psycopg.connect(url) as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'clinic_drill%'").fetchall()
        folders += [name for (name,) in rows]
    return folders


def test_a_drill_of_a_good_backup_says_so_and_leaves_nothing(site):
    told = site.shell(GOOD).splitlines()
    assert told[-2] == "A restore would bring everything back."
    assert told[-1] == "['ada', 'bea'] 1"
    assert "  consults_consultrequest: 1 rows; the site has 2" in told
    assert "None of 1 requests are opened by no key of FIELD_KEYS" in told
    assert "None of 1 files of pictures are missing" in told
    assert left_over(site) == []


def test_a_drill_names_what_a_restore_would_not_bring_back(site):
    _, first, second = site.shell(BAD).split("---\n")
    reference = second.splitlines()[-1]
    assert "1: A restore would not bring everything back:\n1 of 2 requests from before it are not in it" in first
    assert f"1 of 3 requests are opened by no key of FIELD_KEYS: {reference}" in second
    assert "1 of 1 files of pictures are missing" in second


@pytest.mark.slow
def test_a_drill_with_other_keys_fails(site):
    site.shell(DRILLS)
    other = base64.urlsafe_b64encode(os.urandom(32)).decode()
    done = site.manage("restore", "--drill", SECRET_KEY=OVER_HTTPS["SECRET_KEY"], FIELD_KEYS=other)
    assert (done.returncode, "are opened by no key of FIELD_KEYS" in done.stderr) == (1, True)
