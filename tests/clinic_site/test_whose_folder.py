"""A start without CLINIC_DIR, or with that of another clinic, is refused before it changes a fact, and erases no request."""

import os
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from clinic_site.clinic_folder import clinic_folder, read_folder
from clinic_site.management.commands import load_content, serve
from clinic_site.starting_facts import load_facts
from consults import booking
from consults.erasure import due_for_erasure
from consults.models import ConsultPolicy, OutboxMessage
from content.sync import Report
from tests.builders import WEDNESDAY, submit
from tests.clinic_folders import FACTS, write_folder

pytestmark = pytest.mark.django_db
RENAMED = FACTS.replace("High Desert", "Tall Pines")
MOVED = FACTS.replace('"Bend"', '"Salem"')


@pytest.fixture
def loaded(monkeypatch, settings):
    """`loaded(folder, *options)`: whether load_content loads it, or how it refuses. The loading itself is left out."""

    def load(folder, *options: str) -> str:
        done: list[str] = []
        monkeypatch.setattr(load_content, "_load", lambda report: done.append("loaded"))
        settings.CLINIC_FOLDER = folder
        try:
            call_command("load_content", *options, verbosity=0)
        except CommandError as refused:
            assert done == []
            return str(refused)
        return done[0]

    return load


def test_the_clinic_that_ships_is_not_loaded_over_a_folder_of_its_own_unless_it_is_meant(loaded, settings, tmp_path):
    ours, shipped = read_folder(write_folder(tmp_path)), read_folder(settings.BASE_DIR / "clinic", is_own=False)
    assert [loaded(folder) for folder in (shipped, shipped, ours, ours)] == ["loaded"] * 4
    for _ in range(2):
        told = loaded(shipped)
        assert told.startswith("CLINIC_DIR is empty, and this site's clinic has a folder of its own")
        assert "would become Modern Therapeutics in Dundas. " in told
        assert "load_content --other-clinic` once" in told
        assert "\n" not in told
    assert [loaded(shipped, "--other-clinic"), loaded(shipped), loaded(ours)] == ["loaded"] * 3


def test_a_clinic_is_renamed_or_its_folder_moved_freely_and_another_clinics_is_refused(loaded, tmp_path):
    def folder(name: str, facts: str):
        return read_folder(write_folder(tmp_path / name, facts=facts))

    for name, facts, other in (
        ("one", FACTS, ""),
        ("two", FACTS, ""),
        ("two", RENAMED, ""),
        ("two", MOVED, ""),
        ("three", MOVED, ""),
        ("four", FACTS, "High Desert Example Clinic in Bend"),
        ("four", RENAMED, "Tall Pines Example Clinic in Bend"),
        ("three", FACTS, ""),
        ("four", FACTS, ""),
    ):
        told = loaded(folder(name, facts))
        if other:
            assert told.startswith(f"CLINIC_DIR names the folder of another clinic, {other}, and "), (name, told)
        else:
            assert told == "loaded", (name, told)
    assert loaded(folder("five", RENAMED), "--other-clinic") == "loaded"
    assert loaded(folder("five", RENAMED)) == "loaded"


@pytest.mark.usefixtures("clinic", "clock")
def test_a_folder_with_fewer_days_erases_nothing_that_was_to_be_kept(settings, tmp_path):
    def load(days: int, *, after: int) -> Report:
        facts = FACTS.replace("[policy]\n", f"[policy]\nerase_after_days = {days}\n")
        settings.CLINIC_FOLDER, report = read_folder(write_folder(tmp_path, facts=facts)), Report()
        load_facts(report, now=WEDNESDAY + timedelta(days=after))
        return report

    def kept() -> int:
        return ConsultPolicy.objects.get().erase_after_days

    booking.withdraw_request(submit(), now=WEDNESDAY)
    load(365, after=0)
    OutboxMessage.objects.update(state="done")
    ConsultPolicy.objects.update(capacity=3)
    for _ in range(2):
        report = load(90, after=150)
        assert report.told == [
            "erase_after_days stays 365: 90, as the clinic's folder has it, would erase 1 request for good."
            " An owner can lower it in Consult policy."
        ]
        assert (kept(), "consults.consultpolicy capacity" in report.kept) == (365, True), "the other numbers as ever"
        assert not due_for_erasure(now=WEDNESDAY + timedelta(days=150)).exists()
    assert (load(160, after=150).told, kept()) == ([], 160), "what erases nothing follows the folder"
    assert (load(365, after=150).told, kept()) == ([], 365)
    ConsultPolicy.objects.update(erase_after_days=300)
    report = load(90, after=150)
    assert (report.told, kept()) == ([], 300), "what staff edited stays, and is not the folder's to tell of"
    assert "consults.consultpolicy erase_after_days" in report.kept


def test_a_relative_clinic_dir_is_the_same_folder_for_the_site_that_runs(monkeypatch, settings, tmp_path):
    """gunicorn changes to the checkout, where `clinic` is the one that ships."""
    write_folder(tmp_path / "clinic")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLINIC_DIR", "clinic")
    for name in ("DATA_DIR", "PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    settings.DATA_DIR, settings.DEBUG = tmp_path / "data", True
    settings.DATA_DIR.mkdir()
    settings.CLINIC_FOLDER = clinic_folder("CLINIC_DIR", settings.BASE_DIR / "clinic")
    monkeypatch.setattr(serve, "call_command", lambda *names, **options: None)
    monkeypatch.setattr(serve.connections, "close_all", lambda: None)
    found: list[str] = []
    monkeypatch.setattr(os, "execv", lambda *args: found.append(os.environ["CLINIC_DIR"]))
    call_command("serve")
    assert found == [str(tmp_path / "clinic")]
