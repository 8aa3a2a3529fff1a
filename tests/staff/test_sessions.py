"""Sessions are seen and ended, by the person, by an owner, and by every change of the account."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from staff import second_factor
from staff.models import StaffSession
from tests.builders import colleague
from tests.staff.signing_in import PASSWORD, set_up, sign_in

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
OWN = "/admin/sessions/"


def signed_in(name: str = "olga") -> Client:
    client = Client()
    assert sign_in(client, name).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_a_person_sees_their_own_sessions_and_ends_one(owner):
    colleague("berta")
    here, elsewhere, other = signed_in(), signed_in(), signed_in("berta")
    page = here.get(OWN).content.decode()
    numbers = re.findall(r'name="end" value="(\d+)"', page)
    assert page.count("this session") == 1
    assert len(numbers) == 1
    assert here.post(OWN, {"end": numbers[0]}).status_code == 302
    assert [is_in(client) for client in (here, elsewhere, other)] == [True, False, True]
    assert "Your session has ended" in elsewhere.get("/admin/login/").content.decode()


def test_a_person_ends_all_others(owner):
    here, *elsewhere = (signed_in() for _ in range(3))
    here.post(OWN, {"end": "others"})
    assert [is_in(client) for client in (here, *elsewhere)] == [True, False, False]


def test_nobody_ends_somebody_elses_session_on_their_own_page(owner):
    colleague("berta")
    here, other = signed_in(), signed_in("berta")
    here.post(OWN, {"end": StaffSession.objects.get(user__username="berta").pk})
    assert is_in(other)


def test_owners_see_and_end_the_sessions_of_any_account(owner):
    rosa = colleague("rosa", "Owners")
    target, desk = signed_in(), signed_in("rosa")
    page = f"/admin/auth/user/{owner.pk}/sessions/"
    assert "Sessions of olga" in desk.get(page).content.decode()
    desk.post(page, {"end": "others"})
    assert [is_in(target), is_in(desk)] == [False, True]
    rosa.groups.set([Group.objects.get(name="Editors")])
    assert signed_in("rosa").post(page, {"end": "others"}).status_code == 403


def test_the_list_holds_no_session_that_is_over(owner, clock):
    signed_in()
    clock(timezone.now() + timedelta(minutes=31))
    page = signed_in().get(OWN).content.decode()
    assert page.count("Signed in") == 1


def change(**fields):
    def change_fields(user: User) -> None:
        for name, value in fields.items():
            setattr(user, name, value)
        user.save()

    return change_fields


def new_password(user: User) -> None:
    user.set_password("windows-of-seven-lamps")
    user.save()


def hash_again(user: User) -> None:
    """As a sign-in does when the cost of the hash has risen."""
    user.set_password(PASSWORD)
    user._password = None
    user.save(update_fields=["password"])


@pytest.mark.parametrize(
    ("made", "goes_on"),
    [
        pytest.param(new_password, False, id="a new password"),
        pytest.param(change(is_active=False), False, id="deactivated"),
        pytest.param(change(is_superuser=False), False, id="no superuser any more"),
        pytest.param(lambda user: user.groups.add(Group.objects.get(name="Editors")), False, id="a role given"),
        pytest.param(lambda user: Group.objects.get(name="Editors").user_set.add(user), False, id="a role given from its side"),
        pytest.param(
            lambda user: second_factor.remove(user, by=user, message="Lost.", now=timezone.now()), False, id="no phone any more"
        ),
        pytest.param(change(first_name="Olga"), True, id="a name"),
        pytest.param(change(email="new@clinic.example"), True, id="an email address"),
    ],
)
def test_a_change_of_what_lets_in_ends_the_sessions_of_the_account(owner, made, goes_on):
    colleague("berta", "Owners")
    client, other = signed_in(), signed_in("berta")
    made(User.objects.get(pk=owner.pk))
    assert StaffSession.objects.filter(user=owner).exists() == goes_on
    assert is_in(client) == goes_on
    assert is_in(other)


def test_a_password_that_is_only_hashed_again_ends_nothing(owner):
    signed_in()
    hash_again(User.objects.get(pk=owner.pk))
    assert StaffSession.objects.filter(user=owner).exists()


def test_who_chooses_a_new_password_stays_and_nobody_else_does(owner):
    here, elsewhere = signed_in(), signed_in()
    fresh = {"old_password": PASSWORD, "new_password1": "windows-of-seven-lamps", "new_password2": "windows-of-seven-lamps"}
    assert here.post("/admin/password_change/", fresh).status_code == 302
    assert [is_in(here), is_in(elsewhere)] == [True, False]


def test_who_sets_up_a_phone_stays_and_nobody_else_does(owner, two_steps):
    here, elsewhere = signed_in(), signed_in()
    set_up(here)
    assert is_in(here)
    assert "Your session has ended" in elsewhere.get("/admin/", follow=True).content.decode()


def test_a_session_that_has_not_asked_for_a_page_yet_is_ended_too(owner):
    """It exists from the sign-in on, not from its first page on."""
    waiting = signed_in()
    call_command("reset_second_factor", "olga", verbosity=0)
    assert not is_in(waiting)


def test_signing_out_ends_the_session_and_signing_in_again_leaves_no_second_one(client, owner):
    sign_in(client)
    sign_in(client)
    assert StaffSession.objects.count() == 1
    client.post("/admin/logout/")
    assert not StaffSession.objects.exists()


def test_a_session_of_a_clock_that_was_ahead_ends_when_it_is_set_right(owner, clock):
    now = timezone.now()
    for ahead, stays in ((timedelta(minutes=4), True), (timedelta(days=365), False)):
        clock(now + ahead)
        client = signed_in()
        clock(now)
        assert is_in(client) == stays
