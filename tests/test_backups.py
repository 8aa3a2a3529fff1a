"""Backups on both databases: a copy is made while the site runs, one a night for 14 nights, and brings the site back."""

import pytest

from tests.postgresql import postgresql
from tests.server import book, started_before

NAMES = "from consults.models import ConsultRequest as R; print(sorted(r.full_name for r in R.objects.all()))"
# Three in the morning of December 7 in Dundas is nine o'clock UTC.
NIGHTS = """
from datetime import datetime, timedelta, UTC
from pages.models import Clinic
from clinic_site import backups

pytestmark = pytest.mark.server
for _, path in backups.existing():
    path.unlink()
three = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
for minutes in (-60, -1, 0, 10, 24 * 60 - 1, 24 * 60, 15 * 24 * 60):
    made = backups.back_up_if_due(now=three + timedelta(minutes=minutes), zone=Clinic.objects.current().zone)
    print(minutes, made is not None, len(backups.existing()))
"""


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def site(request, tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("backups")
    if request.param == "SQLite":
        yield from _stopped_afterwards(started_before(tmp_path))
        return
    with postgresql() as server:
        site = started_before(tmp_path, {"DATABASE_URL": server.new_database()})
        yield from _stopped_afterwards(site)


def _stopped_afterwards(site):
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
    assert "--yes" in site.manage("restore", copy).stderr
    assert site.shell(NAMES) == "['Ada', 'Ben']"
    restored = site.manage("restore", copy, "--yes")
    assert restored.returncode == 0, restored.stderr
    assert site.shell(NAMES) == "['Ada']"
    assert (site.data / "uploads" / "picture.webp").read_bytes() == b"picture"
    site.serve()
    assert book(site, "Cleo").status == 303
    site.stop()


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
    refused = site.manage("restore", str(bad), "--yes")
    assert refused.returncode == 1
    assert "is not a backup of this site" in refused.stderr
    assert site.shell("from consults.models import OpeningHours; print(OpeningHours.objects.count())") == "6"
