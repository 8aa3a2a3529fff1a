"""The first hour of a site that nobody owns: the link that `serve` prints, and the one page behind it."""

import base64
import re
from datetime import time, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consults.models import OpeningHours
from pages.models import Clinic
from staff import first_owner
from staff.models import FirstOwnerLink, Phone, StaffSession
from tests.builders import post_clinic_hours, submit
from tests.staff.signing_in import PASSWORD, RECOVERY_CODE, digits_of
from tests.staff.software_key import SITE, SoftwareKey

pytestmark = pytest.mark.django_db

PAGE = "/admin/first-owner/"


def path_of(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def link(settings, two_steps) -> str:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    return path_of(first_owner.make_url(now=timezone.now()))


def answers(client, link: str, **changes: str) -> dict[str, str]:
    page = client.get(link).content.decode()
    typed = re.search(r'class="key">.*?</span>([A-Z2-7 ]+)<', page)[1]
    filled = dict(re.findall(r'name="((?:opens|closes)_\d|clinic_name)" value="([^"]*)"', page))
    return {
        **filled,
        "username": "olga",
        "email": "olga@clinic.example",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "code": digits_of(base64.b32decode(typed.replace(" ", ""))),
        **changes,
    }


def test_the_link_makes_an_owner_with_a_second_step_names_the_clinic_and_sets_hours(client, link):
    OpeningHours.objects.all().delete()
    OpeningHours.objects.create(weekday=0, opens=time(16), closes=time(20))
    OpeningHours.objects.create(weekday=1, opens=time(16), closes=time(20))
    changes = {
        "clinic_name": "Elm Clinic",
        "closes_0": "7 PM",
        "opens_1": "",
        "closes_1": "",
        "opens_5": "8 am",
        "closes_5": "noon",
    }
    answer = client.post(link, answers(client, link, **changes))
    assert len(re.findall(RECOVERY_CODE, answer.content.decode())) == 10
    assert 'href="/admin/pages/clinic/missing/"' in answer.content.decode()
    olga = User.objects.get()
    assert (olga.is_staff, olga.is_superuser, [group.name for group in olga.groups.all()]) == (True, False, ["Owners"])
    assert Phone.objects.filter(user=olga).exists()
    assert StaffSession.objects.of(olga).count() == 1
    assert client.get("/admin/pages/clinic/missing/").status_code == 200
    assert Clinic.objects.current().name == "Elm Clinic"
    assert Clinic.objects.current().history.first().history_user == olga
    rows = OpeningHours.objects.values_list("weekday", "opens", "closes")
    assert list(rows) == [(0, time(16), time(19)), (5, time(8), time(12))]


def test_a_link_works_once_and_for_a_day_and_only_while_nobody_owns_the_site(client, link, django_user_model):
    used, other = answers(client, link), path_of(first_owner.make_url(now=timezone.now()))
    assert client.get(other).status_code == 200
    assert client.post(link, used).status_code == 200
    for dead in (link, other, f"{PAGE}made-up/"):
        answer = client.get(dead)
        assert (answer.status_code, "This link does not work any more" in answer.content.decode()) == (404, True)
        assert client.post(dead, used | {"username": "mallory"}).status_code == 404
    assert User.objects.count() == 1
    assert first_owner.make_url(now=timezone.now()) is None


@pytest.mark.parametrize("age", [timedelta(hours=24), timedelta(minutes=-6)], ids=["a day old", "of a clock that was ahead"])
def test_an_old_link_and_one_of_a_wrong_clock_open_nothing(client, settings, age):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    assert client.get(path_of(first_owner.make_url(now=timezone.now() - age))).status_code == 404


def test_an_account_that_cannot_sign_in_or_owns_nothing_leaves_the_link_open(client, link, django_user_model):
    django_user_model.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    django_user_model.objects.create_superuser("left", password=PASSWORD, is_active=False)
    assert client.get(link).status_code == 200
    django_user_model.objects.create_superuser("made", password=PASSWORD)
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "000000"}, "code"),
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"email": ""}, "email"),
        ({"username": ""}, "username"),
        ({"clinic_name": " "}, "clinic_name"),
        ({"opens_6": "9 AM"}, "closes_6"),
        ({"opens_6": "9 AM", "closes_6": "8 AM"}, "closes_6"),
        ({"opens_6": "9:03 AM", "closes_6": "10 AM"}, "opens_6"),
        ({"opens_6": "nine"}, "opens_6"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_wrong_answer_is_named_and_saves_nothing(client, link, changes, field):
    before = list(OpeningHours.objects.values_list("weekday", "opens", "closes"))
    answer = client.post(link, answers(client, link, **{"clinic_name": "Elm Clinic"} | changes))
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    assert "olga" in answer.content.decode() or field == "username"
    assert not User.objects.exists()
    assert Clinic.objects.current().name != "Elm Clinic"
    assert list(OpeningHours.objects.values_list("weekday", "opens", "closes")) == before
    assert client.get(link).status_code == 200


def test_a_day_with_two_openings_is_shown_and_kept(client, link):
    OpeningHours.objects.filter(weekday=2).delete()
    OpeningHours.objects.create(weekday=2, opens=time(8), closes=time(12))
    OpeningHours.objects.create(weekday=2, opens=time(16), closes=time(20))
    assert "Wednesday: 8:00 AM to noon, 4:00 PM to 8:00 PM." in client.get(link).content.decode()
    client.post(link, answers(client, link, opens_2="9 AM", closes_2="10 AM"))
    assert User.objects.exists()
    assert OpeningHours.objects.filter(weekday=2).count() == 2


def test_hours_that_requests_rest_on_are_left_to_the_page_that_asks(client, link):
    post_clinic_hours()
    submit()
    page = client.get(link).content.decode()
    assert "Requests for these hours exist" in page
    assert 'name="opens_0"' not in page
    before = list(OpeningHours.objects.values_list())
    client.post(link, answers(client, link, opens_0="", closes_0=""))
    assert User.objects.exists()
    assert list(OpeningHours.objects.values_list()) == before


def both_people_go_on() -> list[bool]:
    """Two people with a link each, who both looked before either was made an owner."""
    links = FirstOwnerLink.objects
    tokens = [links.make(now=timezone.now()) for _ in range(2)]
    with transaction.atomic():
        return [links.use_up(token, now=timezone.now()) for token in tokens]


def test_of_two_people_with_two_links_one_goes_on():
    assert both_people_go_on() == [True, False]


def test_if_only_the_own_link_were_used_up_both_would_go_on(monkeypatch):
    def of_its_own(self, token, *, now):
        return self.knows(token, now=now)

    monkeypatch.setattr(type(FirstOwnerLink.objects.all()), "use_up", of_its_own)
    monkeypatch.setattr(type(FirstOwnerLink.objects), "use_up", of_its_own)
    assert both_people_go_on() == [True, True]


def test_who_takes_a_passkey_makes_it_on_the_next_page_and_is_let_in_only_then(client, link, settings):
    settings.STAFF_PASSKEYS, settings.OTP_WEBAUTHN_RP_ID, settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = True, "clinic.example", [SITE]
    neither = client.post(link, answers(client, link, code=""))
    assert neither.context["form"].errors["code"] == ["Enter the digits, or choose a passkey below."]
    assert not User.objects.exists()
    made = client.post(link, answers(client, link, code="", takes_passkey="on"))
    assert made["Location"] == "/admin/second-factor/passkeys/?next=/admin/pages/clinic/missing/"
    assert client.get("/admin/").status_code == 302
    options = client.get(made["Location"]).context["options"]
    next_page = {"name": "Blue key", "passkey": SoftwareKey().make(options), "next": "/admin/pages/clinic/missing/"}
    page = client.post("/admin/second-factor/passkeys/", next_page)
    assert len(re.findall(RECOVERY_CODE, page.content.decode())) == 10
    assert 'href="/admin/pages/clinic/missing/"' in page.content.decode()
    assert client.get("/admin/").status_code == 200


def test_where_a_password_is_enough_no_phone_is_asked_for(client, link, settings):
    settings.STAFF_SECOND_FACTOR = False
    assert "The second step" not in client.get(link).content.decode()
    typed = {"username": "olga", "email": "o@clinic.example", "password1": PASSWORD, "password2": PASSWORD, "clinic_name": "Elm"}
    assert client.post(link, typed)["Location"] == "/admin/pages/clinic/missing/"
    assert client.get("/admin/pages/clinic/missing/").status_code == 200
    assert not OpeningHours.objects.exists()
    assert not Phone.objects.exists()


def test_no_copy_of_the_database_holds_a_link(link):
    token = link.removeprefix(PAGE).strip("/")
    assert token not in str(list(FirstOwnerLink.objects.values_list()))
