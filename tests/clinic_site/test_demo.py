"""`manage.py load_demo`: invented life for a site that is being tried out, and for no other."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from clinic_site import demo
from clinic_site.env import PublicURL
from clinic_site.prelaunch_checks import nobody_is_invented
from consults.models import ConsultRequest, Event, MonthlyCount, OutboxMessage, Reason, WorkerHeartbeat
from pages.models import Provider
from tests.builders import WEDNESDAY, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]


@pytest.fixture
def reasons(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    for use in ("decline", "cancel"):
        Reason.objects.create(code=f"{use}-demo", use=use, label=use, text="The clinic is closed then.")


# A Wednesday, the evening before the clocks change, and the last minutes of a year in UTC.
@pytest.mark.parametrize(
    "now", [WEDNESDAY, datetime(2027, 3, 14, 0, tzinfo=UTC), datetime(2026, 12, 31, 23, 40, tzinfo=UTC)], ids=str
)
def test_forty_requests_are_in_every_state_and_nothing_of_it_is_ahead_of_the_clock_or_leaves(reasons, now):
    assert list(nobody_is_invented(now=now)) == []
    assert demo.load(now=now) == 40
    assert [blocker.where for blocker in nobody_is_invented(now=now)] == ["DATA_DIR"]
    states = Counter(request.status for request in ConsultRequest.objects.all())
    assert set(states) == set(ConsultRequest.Status.values)
    assert any(request.is_moving for request in ConsultRequest.objects.all())
    assert ConsultRequest.objects.filter(offers__answer="").exists()
    assert not Event.objects.filter(at__gt=now).exists()
    due = OutboxMessage.objects.filter(state="waiting", not_before__lte=now)
    assert {message.channel for message in due} <= {"call"}
    assert all(request.email.endswith("@example.com") or not request.email for request in ConsultRequest.objects.all())
    assert WorkerHeartbeat.objects.last_beat() == now, "it would be taken for a copy that was put in place"
    people = Provider.objects.published()
    assert [person.bio.startswith("This person is invented") for person in people] == [True, True]
    assert all(person.portrait.url for person in people)


def test_it_is_refused_where_patients_may_come_or_requests_are(reasons, settings):
    settings.PUBLIC = PublicURL("https", "clinic.example", "https://clinic.example")
    with pytest.raises(CommandError, match="PUBLIC_URL is https"):
        call_command("load_demo")
    settings.PUBLIC = PublicURL("http", "127.0.0.1", "http://127.0.0.1:8000")
    submit()
    with pytest.raises(CommandError, match="There are requests already"):
        call_command("load_demo")
    assert (ConsultRequest.objects.count(), Provider.objects.count(), MonthlyCount.objects.count()) == (1, 0, 0)
