"""A warning does not go because the disk is full: that is when it counts."""

import resource
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta

import pytest

from clinic_site import backups, delivery_reports, gone_back, second_place
from clinic_site.delivery_reports import read_reports
from clinic_site.env_secrets import Mailbox
from clinic_site.whole_files import replace_if_there_is_room
from consults.messages.mailbox import MailboxReader
from tests.builders import WEDNESDAY


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path / "data", tmp_path / "share"
    backups.folder().mkdir(parents=True)
    settings.BACKUP_DIR.write_text("not a folder")
    return settings.DATA_DIR


@contextmanager
def no_room() -> Iterator[None]:
    """A file may be made or emptied, and no byte is written to it, as on a disk that is full."""
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)


def copy_fails() -> str:
    with pytest.raises(second_place.CopyFailed):
        second_place.copy_missing(now=WEDNESDAY, zone=UTC)
    return second_place.problem()


def test_on_a_full_disk_it_is_still_told_that_backups_do_not_reach_the_second_place():
    told = copy_fails()
    with no_room():
        assert (copy_fails(), bool(told)) == (told, True)


def test_on_a_full_disk_it_is_still_told_that_the_mailbox_is_not_read(settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.BOUNCES = Mailbox("127.0.0.1", port, "me", "secret", "INBOX")
    reader, later = MailboxReader(settings.BOUNCES, host="clinic.example"), WEDNESDAY + timedelta(hours=2)
    read_reports(reader, now=WEDNESDAY)
    told = delivery_reports.problem(now=later)
    with no_room():
        read_reports(reader, now=later)
        assert (delivery_reports.problem(now=later), bool(told)) == (told, True)


@pytest.mark.django_db
def test_on_a_full_disk_the_signs_of_life_are_remembered(data):
    gone_back.remember(7)
    with no_room():
        gone_back.remember(8)
    assert (data / "signs-of-life").read_text().split()[0] == "7"


def test_what_is_replaced_is_for_its_owner_alone_and_leaves_nothing_else(data):
    for text in ("a long text", "short"):
        replace_if_there_is_room(data / "told.txt", text)
    assert [path.name for path in data.iterdir() if path.is_file()] == ["told.txt"]
    assert ((data / "told.txt").read_text(), stat.S_IMODE((data / "told.txt").stat().st_mode)) == ("short", 0o600)
