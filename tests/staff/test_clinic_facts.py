"""The facts that lead patients' mail or move the hours are the owners'. A change takes the password."""

import pytest
from django.forms import model_to_dict

from consults import booking
from pages.models import Clinic
from tests.browsers import hidden_fields
from tests.builders import WEDNESDAY, colleague, local, submit
from tests.staff.signing_in import PASSWORD

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
PAGE = "/admin/pages/clinic/1/change/"


@pytest.fixture
def as_role(client):
    def sign_in_as(role: str, *, again: bool = False):
        client.user = colleague("rosa", role)
        client.force_login(client.user)
        if again:
            client.post("/admin/reauthenticate/", {"password": PASSWORD})
        return client

    return sign_in_as


def form(client, **changes) -> dict:
    """What the page would post, with changes."""
    shown = client.get(PAGE).context["adminform"].form
    stored = {name: value for name, value in model_to_dict(Clinic.objects.get()).items() if value is not None}
    return {
        **{name: value for name, value in stored.items() if name in shown.fields},
        "summary": "A clinic.",
        "seen": shown.initial["seen"],
        **changes,
    }


# The zone and its words change together.
EAST = {"time_zone": "America/New_York", "time_zone_label": "Eastern Time"}


EVIL = {"email": "attacker@evil.example", "phone": "507-555-0199", "name": "Other", **EAST}


def owners_facts() -> dict:
    """Unset ones are empty texts, as forms save them."""
    return {name: value or "" for name, value in Clinic.objects.values(*Clinic.OWNERS_FACTS).get().items()}


@pytest.mark.parametrize(
    "names",
    [Clinic.OWNERS_FACTS, *(pytest.param((name,), marks=pytest.mark.slow) for name in Clinic.OWNERS_FACTS)],
    ids=lambda names: " ".join(names) if len(names) == 1 else "all at once",
)
def test_editors_see_them_and_change_none(as_role, names):
    client, before = as_role("Editors"), owners_facts()
    page = client.get(PAGE)
    assert page.context["adminform"].form.fields.keys().isdisjoint(names)
    assert [name for name in names if f"field-{name}" not in page.content.decode()] == []
    changed = form(client, interpreter="Ask us.") | {name: EVIL.get(name, "Elsewhere") for name in names}
    assert client.post(PAGE, changed)["Location"] == "/admin/pages/clinic/"
    assert owners_facts() == before
    assert Clinic.objects.get().interpreter == "Ask us."


def test_editors_bring_none_back_from_an_older_version(as_role):
    clinic = Clinic.objects.get()
    clinic.email = "old@clinic.example"
    clinic.save()
    older = clinic.history.latest().pk
    Clinic.objects.update(email="desk@clinic.example")
    client = as_role("Editors")
    page = f"/admin/pages/clinic/1/history/{older}/"
    assert client.post(page, form(client)).status_code == 302
    assert Clinic.objects.get().email == "desk@clinic.example"


@pytest.mark.parametrize("page", [PAGE, "/admin/pages/clinic/1/history/{version}/"])
@pytest.mark.parametrize("names", [["email"], ["phone"], ["name"], [*EAST]], ids=" and ".join)
def test_an_owner_gives_the_password_again_when_one_changes(as_role, names, page):
    Clinic.objects.get().save()
    page = page.format(version=Clinic.objects.get().history.latest().pk)
    client, before = as_role("Owners"), owners_facts()
    evil = {name: EVIL[name] for name in names}
    changed = form(client) | evil
    assert client.post(page, changed)["Location"].startswith("/admin/reauthenticate/")
    assert owners_facts() == before
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    assert client.post(page, changed).status_code == 302
    assert owners_facts() == before | evil


def test_clearing_one_by_leaving_it_out_takes_the_password_too(as_role):
    Clinic.objects.update(email="desk@clinic.example")
    client = as_role("Owners")
    left_out = form(client)
    del left_out["email"]
    assert client.post(PAGE, left_out)["Location"].startswith("/admin/reauthenticate/")


def test_other_facts_take_no_password(as_role):
    Clinic.objects.update(preparation="Eat.\nDrink.")
    client = as_role("Owners")
    changed = form(client, interpreter="Ask us.", preparation="Eat.\r\nDrink.")
    assert client.post(PAGE, changed)["Location"] == "/admin/pages/clinic/"
    assert Clinic.objects.get().interpreter == "Ask us."


def test_a_kind_of_consult_that_letters_would_have_to_guess_is_refused_and_any_other_is_read_back(as_role):
    client = as_role("Owners", again=True)
    refused = client.post(PAGE, form(client, consult_kind="Face to face in Dundas. Call when you arrive."))
    assert refused.context["adminform"].form.errors.as_data()["consult_kind"][0].code == "unclear_kind"
    saved = client.post(PAGE, form(client, consult_kind="By phone."), follow=True)
    assert "Letters say: call, by phone." in saved.content.decode()


@pytest.mark.slow
def test_a_mistyped_time_zone_is_said_at_the_field_and_nothing_typed_is_lost(as_role):
    Clinic.objects.get().save()
    version = Clinic.objects.get().history.latest().pk
    client = as_role("Owners", again=True)
    for page in (PAGE, f"/admin/pages/clinic/1/history/{version}/"):
        for name in ("America/Chicgo", "Central Time", "/etc", "../etc/passwd", "x\0", "US"):
            answer = client.post(page, form(client, time_zone=name, interpreter="Ask us."))
            assert answer.status_code == 200, name
            assert "time_zone" in answer.context["adminform"].form.errors
            assert "Ask us." in answer.content.decode()
    assert Clinic.objects.get().time_zone == "America/Chicago"


def test_another_time_zone_that_strands_a_request_asks_first_and_saves_nothing(as_role, staff):
    request = submit(starts_at=local("2026-12-07 19:30"))
    booking.confirm_request(request, by=staff, now=WEDNESDAY)
    client = as_role("Owners", again=True)
    changed = form(client, **EAST)
    asked = client.post(PAGE, changed).content.decode()
    assert request.reference in asked
    assert Clinic.objects.get().time_zone == "America/Chicago"
    # Whoever has a visit was told its time in the old zone.
    asked = client.post(PAGE, hidden_fields(asked) | {"strand": "yes"}).content.decode()
    assert "Central Time (America/Chicago)" in asked
    assert "Eastern Time (America/New_York)" in asked
    assert "told the old time zone" in asked
    assert Clinic.objects.get().time_zone == "America/Chicago"
    listed = asked.partition('name="told" value="')[2].partition('"')[0]
    assert client.post(PAGE, hidden_fields(asked) | {"told": listed}).status_code == 302
    assert Clinic.objects.get().time_zone == "America/New_York"


@pytest.mark.slow
def test_the_words_for_the_time_zone_fit_the_zone_and_change_with_it(as_role):
    client = as_role("Owners", again=True)

    def refused(zone: str, label: str) -> list[str]:
        answer = client.post(PAGE, form(client, time_zone=zone, time_zone_label=label))
        if answer.status_code == 302:
            return []
        return [error.code for error in answer.context["adminform"].form.errors.as_data()["time_zone_label"]]

    for zone, label, code in (
        ("America/New_York", "Central Time", "another_zone"),
        ("America/Chicago", "Mountain Time", "another_zone"),
        ("America/Chicago", "ET", "another_zone"),
        ("Europe/Berlin", "Central Time", "another_zone"),
        ("America/Menominee", "Central Time", None),
        ("America/Phoenix", "Mountain Standard Time", None),
        ("America/Chicago", "Time in Dundas", None),
        ("America/Denver", "Time in Dundas", "same_words"),
        ("Europe/Berlin", "Central European Time", None),
        ("Europe/London", "Central European Time", "same_words"),
    ):
        stored = owners_facts()
        assert refused(zone, label) == ([code] if code else []), (zone, label)
        told = {} if code else {"time_zone": zone, "time_zone_label": label}
        assert owners_facts() == stored | told


def test_another_place_asks_first_while_people_know_the_old_one_and_asks_again_for_who_is_confirmed_meanwhile(as_role, staff):
    client = as_role("Owners", again=True)

    def confirmed(key: str, time: str):
        return booking.confirm_request(submit(key=key, starts_at=local(f"2026-12-07 {time}")), by=staff, now=WEDNESDAY)

    submit(key="waits", starts_at=local("2026-12-07 17:00"))
    assert client.post(PAGE, form(client, street="1 Main St.")).status_code == 302
    first = confirmed("first", "16:00")
    for changes in ({"street": "2 Main St."}, {"consult_kind": "By phone."}):
        before = owners_facts()
        asked = client.post(PAGE, form(client, **changes)).content.decode()
        assert first.reference in asked
        assert "No letter is sent automatically" in asked
        assert owners_facts() == before
        listed = asked.partition('name="told" value="')[2].partition('"')[0]
        if "street" in changes:
            second = confirmed("second", "16:30")
            asked = client.post(PAGE, hidden_fields(asked) | {"told": listed}).content.decode()
            assert "This list has changed" in asked
            assert second.reference in asked
            assert owners_facts() == before
            listed = asked.partition('name="told" value="')[2].partition('"')[0]
        saved = client.post(PAGE, hidden_fields(asked) | {"told": listed}, follow=True).content.decode()
        assert f">{first.reference}</a>" in saved
        assert owners_facts() == before | changes
    # It reads the same in letters.
    assert client.post(PAGE, form(client, consult_kind="By telephone.", street="3 Main St.")).status_code == 302


def test_another_way_to_join_asks_first_where_consults_are_by_video(as_role, staff):
    client = as_role("Owners", again=True)
    visit = booking.confirm_request(submit(starts_at=local("2026-12-07 16:00")), by=staff, now=WEDNESDAY)
    assert client.post(PAGE, form(client, video_link="Unused.")).status_code == 302
    Clinic.objects.update(consult_kind="By video.", video_link="https://a.example/1")
    asked = client.post(PAGE, form(client, video_link="https://b.example/2")).content.decode()
    assert "told the old video link" in asked
    assert visit.reference in asked
    assert "own page" not in asked, "no page prints it"
    assert Clinic.objects.get().video_link == "https://a.example/1"
    listed = asked.partition('name="told" value="')[2].partition('"')[0]
    saved = client.post(PAGE, hidden_fields(asked) | {"told": listed}, follow=True).content.decode()
    assert f">{visit.reference}</a>" in saved
    assert Clinic.objects.get().video_link == "https://b.example/2"
