"""A clinic is a folder: CLINIC_DIR, whose facts, hours and policy are loaded as starting content is."""

import re
from datetime import time

import pytest
from django.core.management import CommandError, call_command
from django.core.validators import MaxValueValidator, MinValueValidator

from clinic_site import clinic_keys
from clinic_site.clinic_folder import ClinicFolder, clinic_folder, line_of, read_folder
from clinic_site.env import WrongSetting
from clinic_site.starting_facts import load_facts, load_hours
from consults import booking
from consults.models import ConsultPolicy, OpeningHours
from content.sync import Report
from pages.models import Clinic
from tests.builders import WEDNESDAY, submit
from tests.clinic_folders import FACTS, write_folder

HEAD = 'name = "A"\ntime_zone = "America/New_York"\n'
HOURS = HEAD + "[[hours]]\nweekdays = [0]\nopens = 09:00:00\ncloses = 10:00:00\n"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        pytest.param("name = \n", r"clinic\.toml: .*at line 1, column", id="no TOML"),
        pytest.param('time_zone = "America/New_York"\n', r"line 1: name is missing", id="no name"),
        pytest.param(HEAD + 'phnoe = "1"\n', r"line 3: phnoe is not a key here: did you mean phone\?", id="an unknown key"),
        pytest.param(
            HEAD + "[plicy]\ncapacity = 1\n", r"line 3: plicy is not a key here: did you mean policy\?", id="an unknown table"
        ),
        pytest.param(HEAD + "city = 1\n", r"line 3: city must be text", id="a number for a text"),
        pytest.param(HEAD + 'fees = """\nA\nB"""\nages = 3\n', r"line 6: ages must be text", id="below a text of lines"),
        pytest.param(HEAD + 'city = "A\\nB"\n', r"line 3: city must be one line", id="two lines for one"),
        pytest.param(HEAD + 'federal_funds = "no"\n', r"line 3: federal_funds must be true", id="neither yes nor no"),
        pytest.param(HEAD + "latitude = nan\n", r"line 3: latitude must be degrees", id="no place on earth"),
        pytest.param('name = "A"\ntime_zone = "Oregon"\n', r"line 2: time_zone must be a time zone", id="no zone"),
        pytest.param(
            HEAD + "confirmed_answer_days = 2\n",
            r"line 3: confirmed_answer_days is not a key here: it takes name, ",
            id="what staff confirm",
        ),
        pytest.param(HEAD + "hours = 3\n", r"line 3: hours must be rows", id="hours that are no rows"),
        pytest.param(HOURS.replace("09:00", "09:03"), r"line 5: opens must be on a five-minute mark", id="off the grid"),
        pytest.param(HOURS.replace("09:00:00", "9"), r"line 5: opens must be a time", id="a number for a time"),
        pytest.param(HOURS.replace("[0]", "[0, 7]"), r"line 4: weekdays must be a list", id="an eighth day"),
        pytest.param(HOURS.replace("10:00", "08:00"), r"line 6: closes must be later", id="closes before it opens"),
        pytest.param(HOURS.replace("closes = 10:00:00\n", ""), r"line 3: closes is missing", id="half of the hours"),
        pytest.param(HOURS + HOURS.removeprefix(HEAD), r"line 8: these hours overlap", id="the same hours twice"),
        pytest.param(HEAD + "[policy]\nlength_minutes = 33\n", r"line 4: length_minutes must be", id="no multiple of five"),
        pytest.param(HEAD + "[policy]\ncapacity = true\n", r"line 4: capacity must be a whole", id="a yes for a number"),
        pytest.param(HEAD + "policy = 3\n", r"line 3: policy must be a table", id="a table that is none"),
        pytest.param(HEAD + '[words]\nheadline = ""\n', r"line 4: headline must not be empty", id="a headline of nothing"),
        pytest.param(HEAD + '[look]\nprimary = "navy"\n', r"line 4: primary must be a color", id="no color"),
        pytest.param(HEAD + '[look]\nscene = "moon"\n', r"line 4: scene must be river, city, coast", id="no scene"),
    ],
)
def test_a_mistake_stops_the_start_with_its_line(monkeypatch, tmp_path, facts, told):
    monkeypatch.setenv("CLINIC_DIR", str(write_folder(tmp_path, facts=facts)))
    with pytest.raises(WrongSetting, match=rf"^CLINIC_DIR: .*{told}") as stop:
        clinic_folder("CLINIC_DIR", tmp_path)
    assert "\n" not in str(stop.value)


def test_a_folder_that_is_not_there_stops_the_start(monkeypatch, tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        monkeypatch.setenv("CLINIC_DIR", str(path))
        with pytest.raises(WrongSetting, match=r"^CLINIC_DIR: "):
            clinic_folder("CLINIC_DIR", tmp_path)


def test_the_clinic_that_ships_is_such_a_folder(settings):
    assert (settings.CLINIC_FOLDER.is_own, settings.CLINIC_FOLDER.path) == (False, settings.BASE_DIR / "clinic")
    assert (settings.CLINIC_FOLDER.facts["city"], len(settings.CLINIC_FOLDER.hours)) == ("Dundas", 6)


def test_the_keys_are_the_fields_and_the_ranges_those_of_the_models():
    by_staff = re.compile(r"id|announcement.*|confirmed_.*|outside|entrance|room|medical_review_first")
    fields = {field.name for field in Clinic._meta.fields}
    assert {name for name in fields if not by_staff.fullmatch(name)} == set(clinic_keys.FACTS)
    one_line = {field.name for field in Clinic._meta.fields if field.get_internal_type() == "CharField"}
    assert {name for name in one_line if not by_staff.fullmatch(name)} <= set(clinic_keys.LINES)
    ranges = {}
    for field in ConsultPolicy._meta.fields:
        ends = {type(rule): rule.limit_value for rule in field.validators if hasattr(rule, "limit_value")}
        if field.name != "id":
            ranges[field.name] = (ends[MinValueValidator], ends[MaxValueValidator])
    assert ranges == clinic_keys.POLICY


def test_a_place_in_a_file_is_found_in_every_way_of_writing_it():
    source = '# A\n"a" = [\n 1,\n 2]\nb.c = 3\n[d]\ne = 4 # b\n[[f]]\n[[f]]\ng = """\n[h]\n"""\n'
    places = [("a",), ("a", 1), ("b", "c"), ("d",), ("d", "e"), ("f", 1), ("f", 1, "g")]
    assert [line_of(source, place) for place in places] == [2, 2, 5, 6, 7, 9, 10]


def load(folder: ClinicFolder, settings) -> Report:
    settings.CLINIC_FOLDER, report = folder, Report()
    load_facts(report, now=WEDNESDAY)
    load_hours(report)
    return report


def week() -> list[tuple[int, time, time]]:
    return sorted(OpeningHours.objects.values_list("weekday", "opens", "closes"))


@pytest.mark.django_db
def test_facts_hours_and_policy_are_loaded_and_follow_until_staff_edit_them(settings, tmp_path):
    """Each fact on its own: a phone that staff changed stays, and the street beside it follows."""
    report = load(read_folder(write_folder(tmp_path)), settings)
    assert (len(report.created), report.updated, report.kept) == (3, [], [])
    clinic, policy = Clinic.objects.get(), ConsultPolicy.objects.get()
    assert (clinic.name, clinic.phone, clinic.fees, clinic.federal_funds) == (
        "High Desert Example Clinic",
        "(541) 555-0100",
        None,
        False,
    )
    assert (policy.length_minutes, policy.notice_hours, policy.horizon_days) == (45, 0, 60)
    assert week() == [(1, time(9), time(12)), (1, time(13), time(17, 30)), (3, time(9), time(12))]
    assert load(read_folder(tmp_path), settings) == Report()

    Clinic.objects.update(phone="(541) 555-0199")
    ConsultPolicy.objects.update(capacity=2)
    changed = FACTS.replace("0100", "0111").replace("100 Example", "200 Example").replace("notice_hours = 0", "capacity = 3")
    changed = changed.replace("weekdays = [1]\n", "weekdays = [4]\n")
    report = load(read_folder(write_folder(tmp_path, facts=changed)), settings)
    assert report.kept == ["pages.clinic phone", "consults.consultpolicy capacity"]
    assert report.updated == ["pages.clinic street", "consults.consultpolicy notice_hours", "consults.openinghours"]
    clinic, policy = Clinic.objects.get(), ConsultPolicy.objects.get()
    assert (clinic.phone, clinic.street) == ("(541) 555-0199", "200 Example Avenue")
    assert (policy.capacity, policy.notice_hours) == (2, 24), "a key that was taken out is the default again"
    assert week()[-1] == (4, time(13), time(17, 30))

    OpeningHours.objects.filter(weekday=4).delete()
    kept = week()
    assert "consults.openinghours" in load(read_folder(write_folder(tmp_path)), settings).kept
    assert week() == kept


@pytest.mark.django_db
def test_a_name_for_the_zone_and_a_summary_are_made_where_none_is_given(settings, tmp_path):
    load(read_folder(write_folder(tmp_path, facts=HEAD + 'city = "Albany"\nstate = "NY"\n')), settings)
    clinic = Clinic.objects.get()
    assert clinic.time_zone_label == "Eastern Time"
    assert clinic.summary.startswith("Ketamine clinic in Albany, NY. ")
    assert "off-label" in clinic.summary
    assert week() == []


@pytest.mark.django_db
def test_a_value_that_a_model_refuses_is_named_with_its_line_and_nothing_is_loaded(settings, tmp_path):
    for line, told in (('phone = "ask us"', "phone: Enter a phone"), (f'city = "{"x" * 81}"', "city: Ensure this value has at")):
        settings.CLINIC_FOLDER = read_folder(write_folder(tmp_path, facts=f"{HEAD}{line}\n"))
        with pytest.raises(CommandError, match=rf"CLINIC_DIR: .*clinic\.toml, line 3: {told}"):
            call_command("load_content", verbosity=0)
        assert not Clinic.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("content", "clock")
def test_visits_that_the_folders_new_hours_leave_outside_are_named(settings, tmp_path, staff, capsys):
    request = submit()
    booking.confirm_request(request, by=staff, now=WEDNESDAY)
    facts = (settings.BASE_DIR / "clinic" / "clinic.toml").read_text()
    settings.CLINIC_FOLDER = read_folder(write_folder(tmp_path, facts=facts.replace("opens = 16", "opens = 17")), is_own=False)
    call_command("load_content", verbosity=0)
    assert capsys.readouterr().err.endswith(f"and the desk lists them: {request.reference}\n")
