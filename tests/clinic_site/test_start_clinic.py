"""`start_clinic` writes a folder with every key, which loads as it is, and whose examples do not go live unseen."""

import re
import tomllib
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command

from clinic_site import clinic_keys
from clinic_site.clinic_folder import FOLDERS, read_folder
from clinic_site.prelaunch_checks import nothing_is_from_the_example
from clinic_site.starting_facts import load_facts, load_hours
from consults.models import OpeningHours
from content.sync import Report
from pages.models import Clinic
from tests.builders import WEDNESDAY


@pytest.mark.django_db
def test_a_folder_is_begun_with_every_key_and_a_comment_each_and_loads_as_it_is(tmp_path, settings, capsys):
    call_command("start_clinic", str(tmp_path / "ours"))
    assert f"CLINIC_DIR={tmp_path / 'ours'}" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "ours").iterdir()} == {"clinic.toml", *FOLDERS}
    source = (tmp_path / "ours" / "clinic.toml").read_text()
    read = tomllib.loads(source)
    assert set(read) == {*clinic_keys.FACTS, "hours", *clinic_keys.TABLES}
    assert set(read["hours"][0]) == set(clinic_keys.HOURS)
    assert {table: set(read[table]) for table in clinic_keys.TABLES} == {
        table: set(readers) for table, readers in clinic_keys.TABLES.items()
    }
    lines = source.splitlines()
    assert [line for above, line in pairwise(lines) if re.match(r"\w+ = ", line) and above[:2] != "# "] == []

    settings.CLINIC_FOLDER = read_folder(tmp_path / "ours")
    load_facts(Report(), now=WEDNESDAY)
    load_hours(Report())
    assert OpeningHours.objects.count() == 5
    clinic = Clinic.objects.get()
    assert (clinic.name, clinic.fees, clinic.monitoring) == ("Example Clinic", None, None), "no care and no price is invented"
    told = [blocker.what for blocker in nothing_is_from_the_example(now=WEDNESDAY)]
    assert {f"Still the example that start_clinic wrote: {label}." for label in ("name", "street", "phone")} <= set(told)
    Clinic.objects.update(phone="(541) 555-0100")
    assert len(list(nothing_is_from_the_example(now=WEDNESDAY))) == len(told) - 1


def test_a_folder_that_has_facts_is_left_alone(tmp_path):
    (tmp_path / "clinic.toml").write_text("ours")
    with pytest.raises(CommandError, match=r"clinic\.toml is there already, and nothing was changed"):
        call_command("start_clinic", str(tmp_path))
    assert (tmp_path / "clinic.toml").read_text() == "ours"
