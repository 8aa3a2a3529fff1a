"""On SQLite every change is in a backup within a quarter of an hour. PostgreSQL has its own archive: docs/operations.md."""

import pytest

from tests.server import started_before
from tests.test_backups import NIGHTS

pytestmark = pytest.mark.server

# A change every ten minutes for five hours; then the worker's sign of life, a sign-in and a look of the worker at its copies.
CHANGES = f"""{NIGHTS}
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from consults.models import WorkerHeartbeat
for minutes in range(0, 301, 10):
    now = three + timedelta(minutes=minutes)
    Group.objects.create(name=f"group {{minutes}}")
    assert backups.back_up_if_due(now=now, zone=zone)
tell(now)
def made(minutes):
    return backups.back_up_if_due(now=now + timedelta(minutes=minutes), zone=zone) is not None
WorkerHeartbeat.objects.update_or_create(id=1, defaults={{"beat_at": now}})
Session.objects.create(session_key="k", session_data="d", expire_date=now)
print(made(1), made(2))
Group.objects.filter(name="group 0").update(name="another")
print(made(3), made(4))
(backups.settings.MEDIA_ROOT / "picture.webp").write_bytes(b"picture")
print(made(5), made(6))
"""


@pytest.fixture
def site(tmp_path):
    """Never started: its commands are enough."""
    return started_before(tmp_path, {"WEB_WORKERS": "1"})


@pytest.mark.slow
def test_a_change_is_in_a_copy_within_a_quarter_of_an_hour_and_a_sign_of_life_is_no_change(site):
    told = site.shell(CHANGES).splitlines()
    # Every one of three hours, both ends included, and one each of two more.
    assert told == ["21 2026-12-07 2026-12-07 False", "False False", "True False", "True False"]
