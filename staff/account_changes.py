"""What follows a change of an account: letters, and the end of its sessions.

Django's own commands, `createsuperuser` and `changepassword`, and its admin all save the stock user, so the signals of the
model are the one place that sees every change. They carry no time, so it is read here. A change by `QuerySet.update` is not
seen; nothing of ours makes one.
"""

from django.contrib.auth.models import User
from django.utils import timezone

from . import kept_words, letters, security_log, sessions
from .rate_limits import forget_code_tries, forget_password_tries

_WATCHED = ("password", "email", "is_active", "is_staff", "is_superuser")
_BEFORE = "_account_before"


def remember(sender, instance: User, raw: bool, update_fields, **_) -> None:
    """Before an account is saved: keeps what is stored, to compare."""
    is_watched = update_fields is None or set(update_fields) & set(_WATCHED)
    stored = User.objects.filter(pk=instance.pk).values(*_WATCHED).first() if instance.pk and is_watched and not raw else None
    setattr(instance, _BEFORE, stored)


def follow(sender, instance: User, created: bool, raw: bool, update_fields, **_) -> None:
    """After an account was saved."""
    now, before = timezone.now(), getattr(instance, _BEFORE, None)
    if created and not raw and (instance.is_staff or instance.is_superuser):
        _tell(letters.MADE, instance, now)
    if before is None:
        return
    changed = {name for name in _WATCHED if before[name] != getattr(instance, name)}
    if "password" in changed and not _is_only_hashed_again(instance, update_fields):
        forget_password_tries(instance)
        forget_code_tries(instance)
        kept_words.drop(instance)
        _end_and_tell(letters.PASSWORD, instance, now)
    if "email" in changed:
        _tell(letters.EMAIL, instance, now, also_to=[before["email"]])
    if "is_active" in changed:
        kept_words.drop(instance)
        _end_and_tell(letters.ACTIVE if instance.is_active else letters.INACTIVE, instance, now)
    if changed & {"is_staff", "is_superuser"}:
        _end_and_tell(letters.ROLES, instance, now)


def follow_roles(sender, instance, action: str, reverse: bool, pk_set, **_) -> None:
    """After roles were given or taken, from either side of the relation."""
    if action in {"post_add", "post_remove", "post_clear"}:
        for user in User.objects.filter(pk__in=pk_set or ()) if reverse else [instance]:
            _end_and_tell(letters.ROLES, user, timezone.now())


def _is_only_hashed_again(user: User, update_fields) -> bool:
    """Whether a sign-in hashed the same password again, because the hasher's cost has risen."""
    return update_fields is not None and set(update_fields) == {"password"} and getattr(user, "_password", None) is None


def _end_and_tell(letter: letters.Letter, user: User, now) -> None:
    sessions.end_all(user)
    _tell(letter, user, now)


def _tell(letter: letters.Letter, user: User, now, **options) -> None:
    security_log.write(letter.code, user=user)
    letters.write(letter, user, now=now, **options)
