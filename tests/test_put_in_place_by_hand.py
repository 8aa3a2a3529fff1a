"""A backup that was put in place by hand, and not by the site's own command, holds as well."""

import pytest

from tests.postgresql import settings_on
from tests.server import started_before
from tests.test_after_a_restore import START

pytestmark = pytest.mark.server
on_each = pytest.mark.databases(postgresql=pytest.mark.slow)

# Two days ago somebody asked, and a backup was made. `backups.restore` does what tar or pg_restore do, and no more.
BY_HAND = f"""{START}
from pages.models import Clinic
from datetime import UTC, datetime
from consults.models import Event
zone, now = Clinic.objects.current().zone, datetime(2026, 12, 9, 18, 0, tzinfo=UTC)
old = now - timedelta(days=2)
person = Person("Anna", "anna@example.com", contact_by="email")
anna = booking.submit_request(submission_key="anna", starts_at=None, person=person, now=old)
made = backups.back_up(now=old)
"""
PUT_IN_PLACE = f"""{BY_HAND}
backups.restore(made)
work = BackgroundWork()
for days in range(5):
    work.turn(now=now + timedelta(hours=days), steady=3600.0 * days, read_clock=lambda: now)
(hold,) = Hold.objects.all()
print(hold.reason, hold.ended_at, "by hand" in hold.report, hold.began_at >= old)
print(ConsultRequest.objects.get().status, *OutboxMessage.objects.values_list("state", flat=True))
"""
UNCHANGED = f"""{BY_HAND}
def made_again(seconds):
    return backups.back_up_if_due(now=old + timedelta(seconds=seconds), zone=zone) is not None
print(Hold.objects.count(), made_again(1))
backups.restore(made)
print(Hold.objects.count(), made_again(2))
note = booking.note_request(ConsultRequest.objects.get(), text="Called.", by=user("bob"), now=old + timedelta(seconds=3))
print(made_again(4), made_again(5))
backups.restore(backups.existing(now=now)[-1][1])
hold, (event, message) = Hold.objects.get(), [model.objects.latest("pk").pk for model in (Event, OutboxMessage)]
print(event > message, (hold.last_event, hold.last_message) == (event, message))
"""


@pytest.fixture
def site(database, tmp_path):
    """Never started: its commands are enough."""
    return started_before(tmp_path, {"WEB_WORKERS": "1"} | settings_on(database))


@on_each
@pytest.mark.slow
def test_a_backup_that_was_put_in_place_by_hand_holds(site):
    told = site.shell(PUT_IN_PLACE).splitlines()
    assert told[-2:] == ["restored None True True", "requested waiting"]


@pytest.mark.slow
def test_the_hold_of_a_copy_is_no_change_and_as_new_as_what_the_copy_holds(tmp_path):
    """PostgreSQL's dumps hold none, and are not compared."""
    site = started_before(tmp_path)
    assert site.shell(UNCHANGED).splitlines() == ["0 False", "1 False", "True False", "True True"]


@pytest.mark.slow
@on_each
def test_a_backup_of_a_site_without_requests_asks_nobody(site):
    told = site.shell(
        f"{START}backups.restore(backups.back_up(now=now))\n"
        "BackgroundWork().turn(now=now, steady=0.0, read_clock=lambda: now)\nprint(Hold.objects.count())"
    )
    assert told.splitlines()[-1] == "0"
