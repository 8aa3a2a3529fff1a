"""Accounts after a restore: nobody gets back what was taken from them since the backup.

An old password opens an account again whose password was changed because somebody had seen it; a lost phone or passkey counts
again; a colleague who left may come in; a link for a forgotten password goes to a mailbox that is somebody else's now. What was
given since is not given again: an owner does that, who is told here.
"""

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import DatabaseError, OperationalError
from django.db.models import Manager

from clinic_site.database_copy import BackupFailed
from staff import factors
from staff.models import Phone, RecoveryCode
from staff.roles import ROLES

# The same person, also under another name: an id alone may be somebody else's in another database.
Key = str
# Permissions by their label, "consults.export_consultrequest".
Permissions = frozenset[str]


@dataclass(frozen=True)
class Account:
    """What decides who gets in, where, and what they may do there."""

    name: str
    email: str
    flags: frozenset[str]
    roles: frozenset[str]
    permissions: Permissions
    password: str
    phone: str
    passkeys: frozenset[str]
    recovery_codes: frozenset[str]


@dataclass(frozen=True)
class Before:
    """Every account of a database, and what its groups may do, but for the roles: each update restores those."""

    accounts: dict[Key, Account]
    groups: dict[str, Permissions]

    def to_values(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "accounts": {key: _with(frozenset, sorted, vars(account)) for key, account in self.accounts.items()},
            "groups": _with(frozenset, sorted, self.groups),
        }

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> "Before":
        return cls(
            accounts={key: Account(**_with(list, frozenset, account)) for key, account in values["accounts"].items()},
            groups=_with(list, frozenset, values["groups"]),
        )


_NOBODY_KNOWS = (
    "The database before the restore could not be read, or was another one, so nobody knows which accounts changed since the "
    "backup. Look through all of them: colleagues who left, passwords, phones, roles, permissions, email addresses."
)
_FLAGS = {"is_active": "active", "is_staff": "staff", "is_superuser": "superuser"}


def read_accounts() -> Before | None:
    """The accounts of the database as it is now; None when it is ruined, or has no accounts.

    Raises BackupFailed when it may well be read another time: a restore that went on would give back what was taken.
    """
    try:
        return Before(
            accounts={_key(user): _account(user) for user in User.objects.order_by("username")},
            groups={group.name: _labels(group.permissions) for group in _other_groups()},
        )
    except OperationalError as error:
        # SQLite says of a missing table what PostgreSQL says with another error.
        if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            raise BackupFailed(f"the accounts of the present database could not be read: {error}") from error
    except DatabaseError:
        pass
    return None


def keep_what_was_taken(before: Before | None) -> list[str]:
    """Compares the restored accounts with those of `before` and takes back what they had lost. Returns a line for each change."""
    lines, restored = [], {_key(user): user for user in User.objects.order_by("username")}
    # On a new machine, where the site was started first, the database before has none of these accounts: it knows nothing.
    if before is None or (restored and before.accounts.keys().isdisjoint(restored)):
        return [_NOBODY_KNOWS]
    for group in _other_groups():
        changes = _take_permissions(group.permissions, was=before.groups.get(group.name, frozenset()))
        lines += [f"the group {group.name}: {line}" for line in changes]
    for key, user in restored.items():
        changes = _take(user, was=before.accounts[key]) if key in before.accounts else _close(user)
        lines += [f"{user.username}: {line}" for line in changes]
    gone = before.accounts.keys() - restored.keys()
    lines += [f"{before.accounts[key].name}: was made since the backup, and is gone" for key in gone]
    return sorted(lines)


def _with(kind: type, make: Callable[[Any], Any], values: dict[str, Any]) -> dict[str, Any]:
    """The same, with what `make` makes of values of this kind."""
    return {name: make(value) if isinstance(value, kind) else value for name, value in values.items()}


def _key(user: User) -> Key:
    return f"{user.pk} {user.date_joined.isoformat()}"


def _account(user: User) -> Account:
    phone = factors.phone_of(user)
    return Account(
        name=user.username,
        email=user.email,
        flags=frozenset(name for name in _FLAGS if getattr(user, name)),
        roles=frozenset(user.groups.values_list("name", flat=True)),
        permissions=_labels(user.user_permissions),
        password=user.password,
        phone=str(phone.reference) if phone else "",
        passkeys=frozenset(factors.passkeys_of(user).values_list("credential_id_sha256", flat=True)),
        recovery_codes=frozenset(RecoveryCode.objects.filter(user=user).values_list("code_hash", flat=True)),
    )


def _other_groups() -> list[Group]:
    return list(Group.objects.exclude(name__in=ROLES).order_by("name"))


def _labels(held: Manager[Permission]) -> Permissions:
    return frozenset(f"{app}.{codename}" for app, codename in held.values_list("content_type__app_label", "codename"))


def _take_permissions(held: Any, *, was: Permissions) -> list[str]:
    """`held`: those of a user or a group."""
    are_now = _labels(held)
    for label in are_now - was:
        app, _, codename = label.partition(".")
        held.remove(*held.filter(content_type__app_label=app, codename=codename))
    lines = [f"did not have the permission {label} any more, and does not now" for label in sorted(are_now - was)]
    return lines + [f"was given the permission {label} since, and does not have it now" for label in sorted(was - are_now)]


def _close(user: User) -> list[str]:
    """No account is ever deleted, so one that was not in the database before is of another one, or was taken out on purpose."""
    if not user.is_active:
        return []
    user.is_active = False
    user.save()
    return ["was no account of the database before the restore, and is not active now. Is this somebody you know?"]


def _take(user: User, *, was: Account) -> list[str]:
    is_now = _account(user)
    lines = []
    if was.name != is_now.name:
        lines.append(f"was called {was.name} since")
    if was.email != is_now.email:
        user.email = was.email
        lines.append(f"the email address was changed since, and is {was.email or 'empty'} as before the restore")
    for name in sorted(is_now.flags - was.flags):
        setattr(user, name, False)
        lines.append(f"was not {_FLAGS[name]} any more, and is not now")
    lines += [f"was made {_FLAGS[name]} since, and is not now" for name in sorted(was.flags - is_now.flags)]
    for role in sorted(is_now.roles - was.roles):
        user.groups.remove(Group.objects.get(name=role))
        lines.append(f"was not in {role} any more, and is not now")
    lines += [f"was put into {role} since, and is not in it now" for role in sorted(was.roles - is_now.roles)]
    lines += _take_permissions(user.user_permissions, was=was.permissions)
    lost = _lost_second_step(is_now, was)
    if is_now.password != was.password or lost:
        # Not unusable: the link for a forgotten password has to work.
        user.set_password(secrets.token_urlsafe(32))
        lines.append(f"the {lost or 'password'} was changed since. No password opens this account until somebody sets a new one")
    user.save()
    lines += _take_factors(user, is_now, was)
    # Used since, or replaced by new ones.
    gone = is_now.recovery_codes if lost else is_now.recovery_codes - was.recovery_codes
    RecoveryCode.objects.filter(user=user, code_hash__in=gone).delete()
    return lines


def _lost_second_step(is_now: Account, was: Account) -> str:
    """What of the second step guarded the account, before or in the backup, and does not any more; empty while it is guarded.

    Unguarded, anybody who knows the password could set up a second step of their own.
    """
    if is_now.phone != was.phone:
        return "phone of the second step"
    is_unguarded = not is_now.phone and not is_now.passkeys & was.passkeys
    return "passkey of the second step" if is_unguarded and is_now.passkeys | was.passkeys else ""


def _take_factors(user: User, is_now: Account, was: Account) -> list[str]:
    lines = []
    if is_now.phone != was.phone and is_now.phone:
        Phone.objects.filter(user=user).delete()
        lines.append("the phone of the backup does not count any more. A new one has to be set up")
    if removed := is_now.passkeys - was.passkeys:
        factors.passkeys_of(user).filter(credential_id_sha256__in=removed).delete()
        lines.append("a passkey of the backup was removed since, and does not count now")
    if was.passkeys - is_now.passkeys:
        lines.append("a passkey was added since, and is gone: it has to be added again")
    return lines
