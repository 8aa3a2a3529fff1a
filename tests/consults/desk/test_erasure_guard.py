"""Nobody erases by a slip of the finger: a lower number of days takes the password, tells what it erases, and waits for a yes."""

from datetime import timedelta

import pytest

from consults import booking, erasure
from consults.models import ConsultPolicy, ConsultRequest, OutboxMessage
from tests.browsers import hidden_fields
from tests.builders import PASSWORD, WEDNESDAY, colleague, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
POLICY = "/admin/consults/consultpolicy/1/change/"
FORM = {"length_minutes": 30, "capacity": 1, "notice_hours": 24, "horizon_days": 60, "answer_open_days": 2}
DAY = timedelta(days=1)


def days() -> int:
    return ConsultPolicy.objects.get().erase_after_days


def end(key: str, **person) -> ConsultRequest:
    return booking.withdraw_request(submit(key=key, **person), now=WEDNESDAY)


def test_a_mistyped_number_of_days_erases_nothing_unasked(client, clock):
    end("one")
    OutboxMessage.objects.update(state="done")
    clock(now := WEDNESDAY + 12 * DAY)
    client.force_login(colleague("oscar", "Owners"))
    for typed in ("9", "9.0"):
        assert "/reauthenticate/" in client.post(POLICY, FORM | {"erase_after_days": typed})["Location"]
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    page = client.post(POLICY, FORM | {"erase_after_days": "9"}).content.decode()
    assert "1 request would be erased within minutes, for good." in page
    assert (days(), erasure.erase_due(now=now)) == (90, 0)
    carried = hidden_fields(page)
    assert {name: carried[name] for name in FORM} == {name: str(value) for name, value in FORM.items()}
    page = client.post(POLICY, carried | {"erases": "0"}).content.decode()
    assert "There are more requests than when you were asked" in page
    assert days() == 90
    assert client.post(POLICY, carried | {"erases": "1"}).status_code == 302
    assert (days(), erasure.erase_due(now=now)) == (9, 1)
    assert client.post(POLICY, FORM | {"erase_after_days": "90"}).status_code == 302, "more days ask nothing"


def test_a_call_that_is_owed_is_made_before_its_request_is_erased_but_not_waited_for_for_good():
    ConsultPolicy.objects.update(erase_after_days=9)
    end("call", contact_by="phone")
    end("other", contact_by="phone", starts_at=local("2026-12-08 16:00"))
    first, second = OutboxMessage.objects.calls_to_make(now=WEDNESDAY).order_by("pk")
    assert erasure.erase_due(now=WEDNESDAY + 9 * DAY) == 0
    OutboxMessage.objects.filter(pk=first.pk).update(state="done")
    assert erasure.erase_due(now=WEDNESDAY + 9 * DAY) == 1
    assert erasure.erase_due(now=WEDNESDAY + 30 * DAY - timedelta(seconds=1)) == 0
    assert erasure.erase_due(now=WEDNESDAY + 30 * DAY) == 1
    second.refresh_from_db()
    assert second.state == "dropped"
