"""What monitors read."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from consults.models import WorkerHeartbeat


def test_live_asks_nothing_but_the_process(client):
    response = client.get("/health/live", headers={"host": "anything.example"})
    assert (response.status_code, response.json()["status"]) == (200, "ok")


@pytest.mark.databases
@pytest.mark.django_db
@pytest.mark.parametrize(("age", "status"), [(0, 200), (29, 200), (31, 503), (None, 503)])
def test_ready_needs_a_worker_that_was_well_lately(client, age, status):
    if age is not None:
        WorkerHeartbeat.objects.create(beat_at=timezone.now() - timedelta(seconds=age))
    response = client.get("/health/ready")
    assert response.status_code == status
    assert response.json()["checks"] == {"database": True, "migrations": True, "worker": status == 200}


@pytest.mark.databases
@pytest.mark.django_db
def test_ready_sees_a_migration_that_was_not_run(client):
    WorkerHeartbeat.objects.create(beat_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'consults'")
    assert client.get("/health/ready").json()["checks"]["migrations"] is False


@pytest.mark.databases
@pytest.mark.django_db
def test_over_https_probes_inside_the_machine_are_not_redirected(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health/live").status_code == 200
    assert client.get("/faqs/").status_code == 301


@pytest.mark.databases
@pytest.mark.django_db
def test_not_being_ready_yet_is_no_error_in_the_log(client):
    """Read where Django's own logger sends it: a filter of that logger decides."""
    lines = []
    handler = logging.Handler()
    handler.emit = lines.append
    logging.getLogger("django").addHandler(handler)
    try:
        assert client.get("/health/ready").status_code == 503
    finally:
        logging.getLogger("django").removeHandler(handler)
    assert lines == []
