"""Backups on both databases: a copy is made while the site runs, one a night for 14 nights, and brings the site back."""

import pytest

from tests.postgresql import settings_on
from tests.server import book, started_before

pytestmark = [pytest.mark.server, pytest.mark.databases]

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
from datetime import datetime, timedelta, UTC
from pages.models import Clinic
from clinic_site import backups
for _, path in backups.existing():
    path.unlink()
three = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
for minutes in (-60, -1, 0, 10, 24 * 60 - 1, 24 * 60, 15 * 24 * 60):
    made = backups.back_up_if_due(now=three + timedelta(minutes=minutes), zone=Clinic.objects.current().zone)
    print(minutes, made is not None, len(backups.existing()))
"""


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


def test_there_is_one_copy_a_night_for_fourteen_nights(site):
    assert site.shell(NIGHTS).splitlines() == [
        "-60 True 1",
        "-1 False 1",
        "0 True 2",
        "10 False 2",
        "1439 False 2",
        "1440 True 3",
        "21600 True 2",
    ]


def test_a_file_that_is_no_copy_changes_nothing(site, tmp_path):
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(b"nothing")
    told = site.shell(f"{RESTORE}restore({str(bad)!r}, '--yes')").splitlines()
    assert "is not a copy this site made" in told[0]
    assert told[-1] == "[] 6"
