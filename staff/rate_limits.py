"""Rate limits of sign-in: of each IP address, and of each account whatever the address.

No IP address and no name is stored, only their keyed hashes, for a day at most.

The limits of an account slow guessing down and never close it. A stranger can use up its tries, but can lock nobody out:
the link to a new password, which only the rightful person gets, signs in directly (`staff.urls`), and a new password,
however it was set, fills every limit of the account again. The right password and code fill them too.
"""

import ipaddress
from datetime import datetime

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.shortcuts import render
from django.utils import timezone

from guard import rate_limit
from guard.client_address import client_key
from guard.sealing import blind_index

from . import letters, security_log

_PURPOSE = "staff sign-in"
_PASSWORD, _DIGITS, _RECOVERY = "password", "six digits", "recovery code"
_A_DAY = 86_400
_LONGEST_NAME = 150


def take_sign_in_try(request, *, now: datetime, purpose: str = _PURPOSE) -> int:
    """Takes one try of the request's IP address, for this purpose. Returns 0, or the seconds until the next."""
    rate = settings.SIGN_IN_RATE
    if rate is None:
        return 0
    return rate_limit.take(client_key(request, purpose=purpose), limit=rate.limit, seconds=rate.seconds, now=now)


def take_password_try(request, name: str, *, now: datetime) -> int:
    """Takes one of the tries that the account of this name has, from all IP addresses together.

    Returns 0, or the seconds until the next. A name without an account is counted alike, so the answer tells nothing. What
    django-axes refuses takes none: one IP address alone, which gets five an hour, cannot use up an account's tries.
    """
    if len(name := name.strip()) > _LONGEST_NAME or "\0" in name:
        return 0  # the form refuses it
    # As the sign-in form reads it: spellings of one name share its tries.
    name = User.normalize_username(name)
    if not name or not AxesProxyHandler.is_allowed(request, {"username": name}):
        return 0
    rate = settings.STAFF_ACCOUNT_RATE
    wait = rate_limit.take(_key(_PASSWORD, name), limit=rate.limit, seconds=rate.seconds, now=now)
    if wait and (user := get_user_model().objects.filter(username=name).first()):
        _tell_once(letters.MANY_PASSWORDS, user, now)
    return wait


def take_code_try(user, *, digits: bool, now: datetime) -> int:
    """Takes one guess at the user's six-digit code or recovery code. Returns 0, or the seconds until the next.

    Each kind has its own tries: when somebody who knows the password used up those of the phone, a recovery code still lets
    the rightful person in. The tries of a day bound what an hour would allow for ever: 20 guesses at three valid codes of a
    million are a chance of 1 in 16,000 a day.
    """
    kind, name = _DIGITS if digits else _RECOVERY, user.get_username()
    hourly, daily = settings.STAFF_CODE_RATE, settings.STAFF_CODE_DAILY_RATE
    wait = rate_limit.take(_key(kind, name), limit=hourly.limit, seconds=hourly.seconds, now=now)
    if not wait and (wait := rate_limit.take(_key(f"{kind} a day", name), limit=daily.limit, seconds=daily.seconds, now=now)):
        _tell_once(letters.MANY_CODES, user, now)
    return wait


def forget_password_tries(user) -> None:
    """The right password ends the row of wrong ones."""
    rate_limit.forget(_key(_PASSWORD, user.get_username()))


def forget_code_tries(user) -> None:
    """A right code ends the row of wrong ones."""
    for kind in (_DIGITS, _RECOVERY):
        rate_limit.forget(_key(kind, user.get_username()))
        rate_limit.forget(_key(f"{kind} a day", user.get_username()))


def _key(kind: str, name: str) -> str:
    return blind_index(f"staff account, {kind}", name)


def _tell_once(letter: letters.Letter, user, now: datetime) -> None:
    """Writes the letter at most once a day, however long the guessing goes on."""
    if not rate_limit.take(_key(f"told: {letter.code}", user.get_username()), limit=1, seconds=_A_DAY, now=now):
        letters.write(letter, user, now=now)


def address_pseudonym(request) -> str:
    """A pseudonym for django-axes, which stores an IP address: the keyed hash as an address in the private range fd00::/8."""
    return str(ipaddress.IPv6Address(bytes([0xFD]) + bytes.fromhex(client_key(request, purpose=_PURPOSE))[:15]))


def too_many(request, wait: int):
    """The page for too many attempts. `wait`: seconds until the next."""
    security_log.write("too_many", view=request.resolver_match.view_name)
    context = {"title": "Too many attempts", "retry_text": rate_limit.wait_text(wait)}
    response = render(request, "registration/too_many.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response


def locked_out(request, original_response=None, credentials=None, *args, **kwargs):
    """The page that django-axes shows when a name was tried too often from one IP address."""
    return too_many(request, int(settings.AXES_COOLOFF_TIME.total_seconds()))


def limited(view, *, purpose: str = _PURPOSE):
    """Decorates a view whose POSTs count against the IP address, each purpose apart."""

    def limited_view(request, *args, **kwargs):
        if request.method == "POST" and (wait := take_sign_in_try(request, now=timezone.now(), purpose=purpose)):
            return too_many(request, wait)
        return view(request, *args, **kwargs)

    return limited_view


def checks_password(view, name_of):
    """Decorates a view whose POSTs enter a password, which counts against the IP address and the account.

    `name_of(request)`: the account's name, as typed.
    """

    def checking_view(request, *args, **kwargs):
        if request.method == "POST" and (wait := take_password_try(request, name_of(request), now=timezone.now())):
            return too_many(request, wait)
        return view(request, *args, **kwargs)

    return limited(checking_view)
