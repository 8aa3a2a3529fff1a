"""Accounts after a restore: nobody gets back what was taken from them since the backup.

The database of the test is the one that was restored; `before` is what the one before it said of the same accounts.
"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django_otp_webauthn.models import WebAuthnCredential

from clinic_site.restored_accounts import Before, keep_what_was_taken, read_accounts
from staff.models import RecoveryCode
from staff.roles import EDITORS, make_roles
from tests.builders import WEDNESDAY

pytestmark = pytest.mark.django_db
NOBODY_KNOWS = "nobody knows which accounts changed"


def account(name: str) -> User:
    return User.objects.create_user(name, f"{name}@old.example", "as it was", is_staff=True, date_joined=WEDNESDAY)


def key(user: User, joined=WEDNESDAY) -> str:
    return f"{user.pk} {joined.isoformat()}"


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="consults")


def state(user: User) -> tuple[bool, str]:
    user.refresh_from_db()
    return user.is_active, user.email


def test_who_was_renamed_and_deactivated_since_is_not_active_again():
    left, stays = account("left"), account("stays")
    before = read_accounts()
    before.accounts[key(left)] = replace(before.accounts[key(left)], name="left-2026", flags=frozenset({"is_staff"}))
    lines = keep_what_was_taken(before)
    assert lines == ["left: was called left-2026 since", "left: was not active any more, and is not now"]
    assert (state(left)[0], state(stays)[0]) == (False, True)


def test_an_account_that_the_database_before_did_not_have_is_not_active():
    planted, stays = account("planted"), account("stays")
    before = read_accounts()
    del before.accounts[key(planted)]
    (line,) = keep_what_was_taken(before)
    assert line.startswith("planted: was no account of the database before the restore, and is not active now")
    assert (state(planted)[0], state(stays)[0]) == (False, True)


@pytest.mark.parametrize("newer", ["new@clinic.example", ""])
def test_a_changed_email_address_does_not_come_back(newer):
    user = account("anna")
    before = read_accounts()
    before.accounts[key(user)] = replace(before.accounts[key(user)], email=newer)
    (line,) = keep_what_was_taken(before)
    assert line == f"anna: the email address was changed since, and is {newer or 'empty'} as before the restore"
    assert state(user) == (True, newer)


def test_a_database_with_none_of_these_accounts_knows_nothing():
    user = account("anna")
    other = {key(user, WEDNESDAY + timedelta(days=9)): read_accounts().accounts[key(user)]}
    for before in (None, Before({}, {}), Before(other, {})):
        (line,) = keep_what_was_taken(before)
        assert NOBODY_KNOWS in line
        assert state(user)[0]


def test_where_nothing_changed_nothing_is_said():
    account("anna")
    assert keep_what_was_taken(read_accounts()) == []
    User.objects.all().delete()
    assert keep_what_was_taken(Before({}, {})) == []


def test_a_permission_that_was_taken_does_not_come_back():
    user, taken, kept = account("anna"), permission("export_consultrequest"), permission("view_consultrequest")
    user.user_permissions.set([taken, kept])
    before = read_accounts()
    now = frozenset({"consults.view_consultrequest", "consults.erase_consultrequest"})
    before.accounts[key(user)] = replace(before.accounts[key(user)], permissions=now)
    assert keep_what_was_taken(before) == [
        "anna: did not have the permission consults.export_consultrequest any more, and does not now",
        "anna: was given the permission consults.erase_consultrequest since, and does not have it now",
    ]
    assert list(user.user_permissions.all()) == [kept]


@pytest.mark.parametrize("was_there", [True, False], ids=["a group that lost it", "a group that was deleted"])
def test_a_permission_that_a_group_lost_does_not_come_back(was_there):
    user, group = account("anna"), Group.objects.create(name="Billing")
    user.groups.add(group)
    group.permissions.add(permission("export_consultrequest"))
    before = read_accounts()
    if was_there:
        before.groups["Billing"] = frozenset()
    else:
        del before.groups["Billing"]
        before.accounts[key(user)] = replace(before.accounts[key(user)], roles=frozenset())
    line = "the group Billing: did not have the permission consults.export_consultrequest any more, and does not now"
    assert line in keep_what_was_taken(before)
    assert (group.permissions.count(), user.groups.count()) == (0, int(was_there))


def test_what_an_update_gave_the_roles_is_not_taken_from_them():
    make_roles()
    account("anna")
    before = read_accounts()
    assert (keep_what_was_taken(before), before.groups) == ([], {})
    assert Group.objects.get(name=EDITORS).permissions.exists()


def passkeys(user: User, *names: str) -> None:
    rows = (
        WebAuthnCredential(user=user, name=name, credential_id=b"", public_key=b"", credential_id_sha256=name) for name in names
    )
    WebAuthnCredential.objects.bulk_create(rows)


REMOVED = "anna: a passkey of the backup was removed since, and does not count now"
ADDED = "anna: a passkey was added since, and is gone: it has to be added again"
LOCKED = "anna: the passkey of the second step was changed since. No password opens this account until somebody sets a new one"


@pytest.mark.parametrize(
    ("in_backup", "before", "told", "left"),
    [
        pytest.param({"lost", "kept"}, {"kept"}, [REMOVED], {"kept"}, id="one of two was lost"),
        pytest.param({"kept"}, {"kept", "new"}, [ADDED], {"kept"}, id="another was added"),
        pytest.param({"lost"}, {"new"}, [REMOVED, ADDED, LOCKED], set(), id="the only one was replaced"),
        pytest.param({"lost"}, set(), [REMOVED, LOCKED], set(), id="the second step was removed"),
        pytest.param(set(), {"new"}, [ADDED, LOCKED], set(), id="the first one was added"),
        pytest.param({"kept"}, {"kept"}, [], {"kept"}, id="nothing changed"),
    ],
)
def test_a_passkey_that_was_removed_does_not_count_again_and_no_account_is_left_to_its_password(in_backup, before, told, left):
    user = account("anna")
    passkeys(user, *in_backup)
    RecoveryCode.objects.create(user=user, code_hash="used never")
    then = read_accounts()
    then.accounts[key(user)] = replace(then.accounts[key(user)], passkeys=frozenset(before))
    assert keep_what_was_taken(then) == sorted(told)
    assert set(WebAuthnCredential.objects.values_list("name", flat=True)) == left
    user.refresh_from_db()
    assert user.check_password("as it was") == (LOCKED not in told)
    assert RecoveryCode.objects.exists() == (LOCKED not in told)
    assert Before.from_values(json.loads(json.dumps(then.to_values()))) == then
