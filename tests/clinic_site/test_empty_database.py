"""An empty database where a site already was stops the start, and a new site's does not."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from clinic_site import gone_back, second_place_mark
from clinic_site.empty_database import refuse_to_start
from clinic_site.env import PublicURL
from clinic_site.management.commands import serve
from clinic_site.models import Hold
from consults.models import WorkerHeartbeat
from tests.builders import WEDNESDAY, submit

pytestmark = pytest.mark.django_db
BACKUP = "2020-01-01T090000Z.tar.gz"


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    """An empty DATA_DIR, and a BACKUP_DIR that is not there yet."""
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path / "data", tmp_path / "share" / "clinic"
    settings.DATA_DIR.mkdir()
    settings.PUBLIC = PublicURL("https", "clinic.example", "https://clinic.example")
    return settings.DATA_DIR, settings.BACKUP_DIR


def leave_backup(place) -> None:
    place.mkdir(parents=True)
    (place / BACKUP).write_bytes(os.urandom(100))


@pytest.mark.parametrize("is_migrated", [True, False])
def test_an_empty_database_where_a_site_was_stops_the_start_before_anything_is_prepared(places, monkeypatch, is_migrated):
    data, share = places
    if not is_migrated:
        monkeypatch.setattr(connection.introspection, "table_names", list)
    traces = {
        "BACKUP_DIR": lambda: leave_backup(share),
        "data/backups holds": lambda: leave_backup(data / "backups"),
        "this DATA_DIR": lambda: gone_back.remember(7),
    }
    for told, leave in traces.items():
        leave()
        before = sorted(data.rglob("*"))
        says = f"although [^.]*{told}.*mounted.* restore FILE --yes.* serve --new-site"
        with pytest.raises(CommandError, match=says) as stopped:
            call_command("serve")
        assert (sorted(data.rglob("*")), "\n" in str(stopped.value)) == (before, False)


def test_a_new_site_starts_without_a_question_and_one_may_be_meant(places, monkeypatch):
    class Started(Exception):
        pass

    def start(path):
        raise Started

    monkeypatch.setattr(serve, "make_private", start)
    with pytest.raises(Started):
        call_command("serve")
    leave_backup(places[0] / "backups")
    leave_backup(places[1])
    with pytest.raises(Started):
        call_command("serve", new_site=True)


def test_a_site_without_requests_starts_again_where_its_own_worker_was(places):
    WorkerHeartbeat.objects.beat(now=WEDNESDAY)
    leave_backup(places[0] / "backups")
    gone_back.remember(7)
    second_place_mark.accept(places[1])
    (places[1] / BACKUP).touch()
    refuse_to_start()
    # A site that somebody tried out where later another disk is mounted.
    (places[0] / "second-places.txt").unlink()
    with pytest.raises(CommandError):
        refuse_to_start()


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("answer", ["requests", "a restore"])
def test_a_database_with_requests_or_restored_starts_on_another_machine(places, answer):
    leave_backup(places[1])
    if answer == "requests":
        submit()
    else:
        Hold.objects.put(Hold.Reason.RESTORED, now=WEDNESDAY)
    refuse_to_start()


def test_a_share_that_cannot_be_read_stops_no_start(places):
    places[1].parent.mkdir()
    places[1].write_text("not a folder")
    refuse_to_start()


def test_who_tries_the_site_out_over_http_is_not_asked(places, settings):
    leave_backup(places[1])
    gone_back.remember(7)
    settings.PUBLIC = PublicURL("http", "127.0.0.1", "http://127.0.0.1:8000")
    refuse_to_start()
