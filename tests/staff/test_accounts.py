"""Accounts, and the password once more before what reaches far."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staff.models import Phone
from tests.builders import WEDNESDAY
from tests.staff.signing_in import CODES, PASSWORD, sign_in

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]


AGAIN = [
    "/admin/auth/group/add/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{pk}/change/",
    "/admin/auth/user/{pk}/password/",
    CODES,
]


@pytest.mark.parametrize("path", AGAIN)
def test_the_password_is_asked_again_before_what_reaches_far(client, owner, clock, path):
    path = path.format(pk=owner.pk)
    sign_in(client)
    asked = client.get(path)
    assert asked["Location"] == f"/admin/reauthenticate/?next={path}"
    wrong = client.post(asked["Location"], {"password": "wrong", "next": path})
    assert "This password is not correct" in wrong.content.decode()
    assert client.get(path).status_code == 302
    assert client.post(asked["Location"], {"password": PASSWORD, "next": path})["Location"] == path
    assert client.get(path).status_code == 200
    clock(WEDNESDAY + timedelta(minutes=11))
    assert client.get(path).status_code == 302


def test_a_form_posted_without_the_password_changes_nothing_and_leads_back(client, owner):
    other = User.objects.create_user("berta", is_staff=True)
    Phone.objects.create(user=other)
    sign_in(client)
    page = f"http://testserver/admin/auth/user/{other.pk}/change/"
    answer = client.post(f"/admin/auth/user/{other.pk}/second-factor/", headers={"referer": page})
    assert answer["Location"].endswith(f"/admin/auth/user/{other.pk}/change/")
    assert Phone.objects.exists()
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    client.post(f"/admin/auth/user/{other.pk}/second-factor/")
    assert not Phone.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_going_on_leads_to_pages_of_this_site_only(client, owner, elsewhere):
    sign_in(client)
    assert client.post("/admin/reauthenticate/", {"password": PASSWORD, "next": elsewhere})["Location"] == "/admin/"


def test_wrong_passwords_asked_again_count_as_failed_sign_ins(client, owner):
    sign_in(client)
    answers = [client.post("/admin/reauthenticate/", {"password": "wrong"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]


def as_owner(client) -> User:
    """An owner by role, who is no superuser and has just given the password again."""
    user = User.objects.create_user("rosa", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Owners"))
    sign_in(client, "rosa")
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    return user


def account(user: User, **changes) -> dict:
    groups = list(user.groups.values_list("pk", flat=True))
    return {"username": user.username, "is_active": "on", "is_staff": "on", "groups": groups, **changes}


def test_an_owner_makes_nobody_a_superuser_and_takes_no_superusers_account(client, owner):
    rosa = as_owner(client)
    page = client.get(f"/admin/auth/user/{rosa.pk}/change/").content.decode()
    assert 'name="groups"' in page
    assert 'name="is_superuser"' not in page
    assert 'name="user_permissions"' not in page
    client.post(f"/admin/auth/user/{rosa.pk}/change/", account(rosa, is_superuser="on"))
    rosa.refresh_from_db()
    assert not rosa.is_superuser
    for path in (f"/admin/auth/user/{owner.pk}/password/", f"/admin/auth/user/{owner.pk}/second-factor/"):
        assert client.post(path, {"password1": "x", "password2": "x"}).status_code == 403


@pytest.mark.parametrize("change", [{"groups": []}, {"is_active": ""}, {"is_staff": ""}])
def test_the_last_owner_cannot_be_taken_away(client, change):
    rosa = as_owner(client)
    form = account(rosa) | change
    form = {name: value for name, value in form.items() if value != ""}
    page = client.post(f"/admin/auth/user/{rosa.pk}/change/", form)
    assert "This is the last owner" in page.content.decode()
    User.objects.create_superuser("second", password=PASSWORD)
    assert client.post(f"/admin/auth/user/{rosa.pk}/change/", form).status_code == 302


def test_who_cannot_sign_in_is_no_other_owner(client):
    rosa, other = as_owner(client), User.objects.create_user("berta", is_staff=True)
    other.groups.add(Group.objects.get(name="Owners"))
    page, form = f"/admin/auth/user/{rosa.pk}/change/", account(rosa, groups=[])
    assert "This is the last owner who can sign in" in client.post(page, form).content.decode()
    other.set_password(PASSWORD)
    other.save()
    assert client.post(page, form).status_code == 302


def test_no_account_loses_its_password_and_none_is_made_without_one(client, owner):
    """Nobody can sign in some other way: who has no password is shut out, and a forgotten one gets no letter."""
    sign_in(client)
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    disabled = {"usable_password": "false", "unset-password": "Disable password-based authentication"}
    for path in (f"/admin/auth/user/{owner.pk}/password/", "/admin/auth/user/add/"):
        page = client.get(path).content.decode()
        assert 'name="password1"' in page
        assert "usable_password" not in page.replace("unusable_password_field", "")
        assert "unset-password" not in page
        refused = client.post(path, {"username": "berta", **disabled, "password1": "", "password2": ""})
        assert refused.content.decode().count("This field is required") == 2
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert not User.objects.filter(username="berta").exists()
    both = {"password1": "seven-lamps-in-windows", "password2": "seven-lamps-in-windows"}
    made = client.post("/admin/auth/user/add/", {"username": "berta", **disabled, **both})
    assert made.status_code == 302
    assert User.objects.get(username="berta").check_password(both["password1"])
    assert client.post(f"/admin/auth/user/{owner.pk}/password/", {**disabled, **both}).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(both["password1"])


@pytest.mark.databases
def test_two_owners_who_deactivate_each_other_at_one_moment_wait_for_each_other(client):
    rosa, other = as_owner(client), User.objects.create_user("berta", password=PASSWORD, is_staff=True)
    other.groups.add(Group.objects.get(name="Owners"))
    changed = account(other)
    del changed["is_active"]
    with CaptureQueriesContext(connection) as made:
        assert client.post(f"/admin/auth/user/{other.pk}/change/", changed).status_code == 302
    other.refresh_from_db()
    assert not other.is_active
    statements = [query["sql"] for query in made]
    if connection.features.has_select_for_update:
        # Every account that may be an owner's is locked before it is asked which are.
        [lock] = [number for number, sql in enumerate(statements) if sql.endswith("ASC FOR UPDATE") and "auth_user" in sql]
        assert "Owners" in statements[lock + 1]
    page = client.post(f"/admin/auth/user/{rosa.pk}/change/", account(rosa) | {"groups": []}).content.decode()
    assert "This is the last owner" in page


def test_nobody_deletes_an_account(client, owner):
    sign_in(client)
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    assert client.post(f"/admin/auth/user/{owner.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_role_without_the_right_to_sign_in_is_asked_about(client):
    as_owner(client)
    new = User.objects.create_user("nia", password=PASSWORD)
    form = account(new) | {"groups": [Group.objects.get(name="Editors").pk]}
    del form["is_staff"]
    page = client.post(f"/admin/auth/user/{new.pk}/change/", form)
    assert "a person with a role cannot sign in without it" in page.content.decode()
    assert not new.groups.exists()
    assert client.post(f"/admin/auth/user/{new.pk}/change/", form | {"is_staff": "on"}).status_code == 302
