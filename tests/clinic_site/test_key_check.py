"""A key that does not open what is sealed is told to monitors."""

import os
import sqlite3
from datetime import timedelta

import pytest

from clinic_site import key_check, sealed_before
from clinic_site.env import WrongSetting
from consults.models import ConsultRequest, OutboxMessage, WorkerHeartbeat
from guard import rotation
from tests.builders import WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.databases, pytest.mark.usefixtures("clinic")]


@pytest.fixture(autouse=True)
def _asked_each_time(monkeypatch):
    monkeypatch.setattr(key_check, "_remembered", None)


def test_a_wrong_key_is_told_within_a_minute_also_when_new_rows_are_sealed_with_it(settings):
    assert key_check.closed_rows(now=WEDNESDAY) == ""
    submit()
    settings.FIELD_KEYS = [os.urandom(32)]
    submit(key="new", starts_at=local("2026-12-08 16:00"))
    assert key_check.closed_rows(now=WEDNESDAY + timedelta(seconds=59)) == ""
    assert key_check.closed_rows(now=WEDNESDAY + timedelta(seconds=60)) == "consult requests, outbox messages"


def test_a_wrong_key_of_an_afternoon_is_told_for_as_long_as_a_row_stays_closed(settings):
    """Also once newer and older rows open: somebody would throw that key away."""
    right, wrong = settings.FIELD_KEYS, [os.urandom(32)]
    asked = iter(range(100))

    def closed() -> str:
        return key_check.closed_rows(now=WEDNESDAY + timedelta(minutes=next(asked)))

    submit(key="before")
    settings.FIELD_KEYS = wrong
    submit(key="meanwhile", starts_at=local("2026-12-07 17:00"), email="berta@example.com")
    settings.FIELD_KEYS = right
    submit(key="since", starts_at=local("2026-12-08 17:00"), email="cleo@example.com")
    assert closed() == "consult requests, outbox messages"
    settings.FIELD_KEYS = [*right, *wrong]
    assert closed() == ""
    rotation.rotate()
    settings.FIELD_KEYS = right
    assert closed() == ""


def test_what_no_key_has_sealed_is_closed_and_an_erased_row_is_not(settings):
    request = submit()
    OutboxMessage.objects.update(sealed=b"")
    assert key_check.closed_rows(now=WEDNESDAY) == ""
    ConsultRequest.objects.filter(pk=request.pk).update(sealed=b"no")
    assert key_check.closed_rows(now=WEDNESDAY + timedelta(minutes=1)) == "consult requests"


@pytest.mark.usefixtures("clock")
def test_monitors_read_it(client, settings):
    submit()
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    settings.FIELD_KEYS = [os.urandom(32)]
    warnings = client.get("/health/ready").json()["warnings"]
    assert [warning for warning in warnings if warning.startswith("keys: FIELD_KEYS do not open all consult requests")]


def test_every_table_with_sealed_rows_is_asked_before_a_key_is_made():
    assert sorted(sealed_before.TABLES) == sorted(kept.model._meta.db_table for kept in rotation.sealed_tables())


@pytest.mark.usefixtures("clock")
def test_a_patients_own_page_that_no_key_opens_is_a_503_that_says_when_to_come_back(client, settings):
    page = f"/consults/{submit().token}/"
    assert client.get(page).status_code == 200
    settings.FIELD_KEYS = [os.urandom(32)]
    response = client.get(page)
    assert (response.status_code, response["Retry-After"]) == (503, "60")


def test_a_database_that_does_not_answer_gets_no_new_key(tmp_path, monkeypatch):
    path = tmp_path / "clinic.sqlite3"
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    path.write_bytes(b"no database" * 1000)
    sealed_before.refuse_a_new_key(database)

    def fail(*_, **__):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(sqlite3, "connect", fail)
    with pytest.raises(WrongSetting, match="the database does not say: disk I/O error"):
        sealed_before.refuse_a_new_key(database)
