"""Accounts after a restore: nobody gets back what was taken from them since the backup.

The database of the test is the one that was restored; `before` is what the one before it said of the same accounts.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clinic_site.restored_accounts import keep_what_was_taken, read_accounts
from tests.builders import WEDNESDAY

pytestmark = pytest.mark.django_db
NOBODY_KNOWS = "nobody knows which accounts changed"


def account(name: str) -> User:
    return User.objects.create_user(name, f"{name}@old.example", "as it was", is_staff=True, date_joined=WEDNESDAY)


def key(user: User):
    return user.pk, user.date_joined


def state(user: User) -> tuple[bool, str]:
    user.refresh_from_db()
    return user.is_active, user.email


def test_who_was_renamed_and_deactivated_since_is_not_active_again():
    left, stays = account("left"), account("stays")
    before = read_accounts()
    before[key(left)] = replace(before[key(left)], name="left-2026", flags=frozenset({"is_staff"}))
    lines = keep_what_was_taken(before)
    assert lines == ["left: was called left-2026 since", "left: was not active any more, and is not now"]
    assert (state(left)[0], state(stays)[0]) == (False, True)


def test_an_account_that_the_database_before_did_not_have_is_not_active():
    planted, stays = account("planted"), account("stays")
    before = read_accounts()
    del before[key(planted)]
    (line,) = keep_what_was_taken(before)
    assert line.startswith("planted: was no account of the database before the restore, and is not active now")
    assert (state(planted)[0], state(stays)[0]) == (False, True)


@pytest.mark.parametrize("newer", ["new@clinic.example", ""])
def test_a_changed_email_address_does_not_come_back(newer):
    user = account("anna")
    before = read_accounts()
    before[key(user)] = replace(before[key(user)], email=newer)
    (line,) = keep_what_was_taken(before)
    assert line == f"anna: the email address was changed since, and is {newer or 'empty'} as before the restore"
    assert state(user) == (True, newer)


def test_a_database_with_none_of_these_accounts_knows_nothing():
    user = account("anna")
    other = {(user.pk, WEDNESDAY + timedelta(days=9)): read_accounts()[key(user)]}
    for before in (None, {}, other):
        (line,) = keep_what_was_taken(before)
        assert NOBODY_KNOWS in line
        assert state(user)[0]


def test_where_nothing_changed_nothing_is_said():
    account("anna")
    assert keep_what_was_taken(read_accounts()) == []
    User.objects.all().delete()
    assert keep_what_was_taken({}) == []
