"""Backups on both databases: a copy is made while the site runs, one a night for 14 nights, and brings the site back."""

import tarfile
from pathlib import Path

import pytest

from tests.postgresql import settings_on
from tests.server import book, started_before

pytestmark = [pytest.mark.server, pytest.mark.databases(postgresql=pytest.mark.nightly)]

# One process for several commands: starting one costs more than any of them.
RESTORE = """
from django.core.management import CommandError, call_command
from consults.models import ConsultRequest, OpeningHours
def tell():
    print(sorted(r.full_name for r in ConsultRequest.objects.all()), OpeningHours.objects.count())
def restore(*arguments):
    try:
        call_command("restore", *arguments, verbosity=0)
    except CommandError as error:
        print("refused:", error)
    tell()
"""
# Three in the morning of December 7 in Dundas is nine o'clock UTC.
NIGHTS = """
import shutil
from datetime import datetime, timedelta, UTC
from pages.models import Clinic
from clinic_site import backups
zone = Clinic.objects.current().zone
three = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
shutil.rmtree(backups.folder())
def tell(now, folder=backups.folder()):
    names = sorted(path.name[:10] for path in folder.glob("*.tar.gz"))
    print(len(names), names[0], names[-1], backups.is_late(now=now))
"""
EACH_NIGHT = f"""{NIGHTS}
for minutes in (-60, -1, 0, 10, 24 * 60 - 1, 24 * 60, *(24 * 60 * night for night in range(2, 16))):
    made = backups.back_up_if_due(now=three + timedelta(minutes=minutes), zone=zone)
    print(minutes, made is not None, len(backups.existing(now=three + timedelta(minutes=minutes))))
"""
# Somebody keeps a copy under a name of their own; then the clock is a year ahead for one night.
ODD_NIGHTS = f"""{NIGHTS}
for night in range(5):
    first = backups.back_up_if_due(now=three + timedelta(days=night), zone=zone)
    (backups.folder() / "before-update.tar.gz").write_bytes(first.read_bytes())
tell(three + timedelta(days=4))
backups.back_up_if_due(now=three + timedelta(days=365), zone=zone)
tell(three + timedelta(days=365))
backups.back_up_if_due(now=three + timedelta(days=5), zone=zone)
tell(three + timedelta(days=5))
"""
# The place where backups are made cannot be written to.
FAILING_NIGHTS = f"""{NIGHTS}
for night in range(5):
    backups.back_up_if_due(now=three + timedelta(days=night), zone=zone)
def fail(folder):
    raise OSError(28, "No space left on device")
write, backups.database_copy.write = backups.database_copy.write, fail
for night in range(5, 25):
    try:
        backups.back_up_if_due(now=three + timedelta(days=night), zone=zone)
        print("made")
    except backups.BackupFailed:
        pass
tell(three + timedelta(days=24))
backups.database_copy.write = write
backups.back_up_if_due(now=three + timedelta(days=25), zone=zone)
tell(three + timedelta(days=25))
"""


# Which copies there are is a matter of names and times, whatever is in them.
of_names = pytest.mark.databases(postgresql=pytest.mark.slow)


@pytest.fixture
def site(database, tmp_path):
    site = started_before(tmp_path, {"WEB_WORKERS": "1"} | settings_on(database))
    try:
        yield site
    finally:
        site.stop()


def test_a_copy_made_while_the_site_runs_brings_it_back(site):
    site.serve()
    assert book(site, "Ada").status == 303
    (site.data / "uploads").mkdir(exist_ok=True)
    (site.data / "uploads" / "picture.webp").write_bytes(b"picture")
    made = site.manage("backup")
    assert made.returncode == 0, made.stderr
    copy = made.stdout.strip()
    assert book(site, "Ben").status == 303
    assert "Stop it first" in site.manage("restore", copy, "--yes").stderr
    site.stop()
    (site.data / "uploads" / "picture.webp").unlink()
    told = site.shell(f"{RESTORE}restore({copy!r}); restore({copy!r}, '--yes')").splitlines()
    assert (told[0].startswith("refused:"), "--yes" in told[0]) == (True, True)
    assert (told[1], told[-1]) == ("['Ada', 'Ben'] 6", "['Ada'] 6")
    assert (site.data / "uploads" / "picture.webp").read_bytes() == b"picture"
    site.serve()
    assert book(site, "Cleo").status == 303


@pytest.mark.slow
@of_names
def test_there_is_one_copy_a_night_for_fourteen_nights(site):
    told = site.shell(EACH_NIGHT).splitlines()
    assert told[:6] == ["-60 True 1", "-1 False 1", "0 True 2", "10 False 2", "1439 False 2", "1440 True 3"]
    assert told[-2:] == ["20160 True 15", "21600 True 15"]


@of_names
def test_another_name_and_a_wrong_clock_stop_no_backup_and_delete_none(site):
    assert site.shell(ODD_NIGHTS).splitlines() == [
        "6 2026-12-07 before-upd False",
        # Of those that look old now the newest are kept.
        "4 2026-12-10 before-upd False",
        "5 2026-12-10 before-upd False",
    ]


@of_names
def test_old_copies_stay_until_there_is_a_new_one_and_a_late_one_is_told(site):
    assert site.shell(FAILING_NIGHTS).splitlines() == ["5 2026-12-07 2026-12-11 True", "3 2026-12-10 2027-01-01 False"]


def test_a_file_that_is_no_copy_changes_nothing(site, tmp_path):
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(b"nothing")
    told = site.shell(f"{RESTORE}restore({str(bad)!r}, '--yes')").splitlines()
    assert "is not a backup of this site" in told[0]
    assert told[-1] == "[] 6"


@pytest.mark.slow
def test_a_copy_that_somebody_else_made_is_refused_unless_it_is_wanted(site, tmp_path):
    copy, planted = Path(site.manage("backup").stdout.strip()), tmp_path / "planted.tar.gz"
    with tarfile.open(copy) as source, tarfile.open(planted, "w:gz") as target:
        for member in source:
            if member.name.startswith("clinic."):
                target.addfile(member, source.extractfile(member))
    told = site.shell(
        f"{RESTORE}restore({str(planted)!r}, '--yes'); restore({str(planted)!r}, '--yes', '--unsigned')"
    ).splitlines()
    assert "is signed by none of FIELD_KEYS" in told[0]
    assert told[1:3] == ["[] 6", f"Restored {planted}."]


def test_half_a_copy_changes_nothing(site, tmp_path):
    copy, half = Path(site.manage("backup").stdout.strip()), tmp_path / "half.tar.gz"
    half.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    told = site.shell(f"{RESTORE}restore({str(half)!r}, '--yes')").splitlines()
    assert "not a whole one" in told[0]
    assert told[-1] == "[] 6"


@pytest.mark.slow
def test_nobody_is_signed_in_in_a_copy(site):
    """The key of a session opens the desk: a copy holds none."""
    start = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
session = SessionStore()
session["_auth_user_id"] = "1"
session.save()
"""
    key = site.shell(f"{start}print(session.session_key)")
    copy = Path(site.manage("backup").stdout.strip())
    with tarfile.open(copy) as tar:
        (database,) = [tar.extractfile(member).read() for member in tar if member.name.startswith("clinic.")]
    assert b"consults_consultrequest" in database
    assert key.encode() not in database
    assert (
        site.shell(
            f"{RESTORE}restore({str(copy)!r}, '--yes')\nfrom django.contrib.sessions.models import Session\n"
            "print(Session.objects.count())"
        ).splitlines()[-1]
        == "0"
    )
