"""Rate limits of sign-in: of each IP address, and of each account whatever the address.

No IP address and no name is stored, only their keyed hashes, for a day at most.

The limit of an IP address is shared by a whole network, so it closes no account either: each name has spare tries there.

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
_PASSWORD, _DIGITS, _RECOVERY, _PASSKEY, _POSTS = "password", "six digits", "recovery code", "passkey", "posts"
_A_DAY = 86_400
_LONGEST_NAME = 150
# Tries an hour of one name, or of one email address, from an IP address whose own tries are used up: as many as django-axes
# allows a name. A stranger in the clinic's own network cannot use up those of a name that they do not know.
_SPARE, _AN_HOUR = 5, 3600


def take_sign_in_try(request, *, now: datetime, purpose: str = _PURPOSE) -> int:
    """Takes one try of the request's IP address, for this purpose. Returns 0, or the seconds until the next."""
    rate = settings.SIGN_IN_RATE
    if rate is None:
        return 0
    return rate_limit.take(client_key(request, purpose=purpose), limit=rate.limit, seconds=rate.seconds, now=now)


def give_back(request, name: str, *, was_spare: bool, purpose: str = _PURPOSE) -> None:
    """Who knew the password was no guesser: what colleagues share is not used up by signing in."""
    if was_spare:
        rate_limit.forget(_spare_key(request, name, purpose))
    elif rate := settings.SIGN_IN_RATE:
        rate_limit.give_back(client_key(request, purpose=purpose), limit=rate.limit)


def take_spare_try(request, name: str, *, now: datetime, purpose: str = _PURPOSE) -> int:
    """Takes one try of this name, or email address, from this IP address. Returns 0, or the seconds until the next.

    Whether there is such an account makes no difference, so the answer tells nothing.
    """
    return rate_limit.take(_spare_key(request, name, purpose), limit=_SPARE, seconds=_AN_HOUR, now=now)


def _spare_key(request, name: str, purpose: str) -> str:
    name = User.normalize_username(name[: 2 * _LONGEST_NAME].strip()).casefold()
    return blind_index(f"{purpose}, one name", f"{client_key(request, purpose=purpose)} {name}")


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
    return _take_second_step_try(_DIGITS if digits else _RECOVERY, user, now)


def take_passkey_try(user, *, now: datetime) -> int:
    """The same for a passkey. It cannot be guessed, so its tries bound the work and the records that wrong ones make."""
    return _take_second_step_try(_PASSKEY, user, now)


def _take_second_step_try(kind: str, user, now: datetime) -> int:
    name = user.get_username()
    hourly, daily = settings.STAFF_CODE_RATE, settings.STAFF_CODE_DAILY_RATE
    wait = rate_limit.take(_key(kind, name), limit=hourly.limit, seconds=hourly.seconds, now=now)
    if not wait and (wait := rate_limit.take(_key(f"{kind} a day", name), limit=daily.limit, seconds=daily.seconds, now=now)):
        _tell_once(letters.MANY_CODES, user, now)
    return wait


def forget_password_tries(user) -> None:
    """The right password ends the row of wrong ones."""
    rate_limit.forget(_key(_PASSWORD, user.get_username()))


def forget_code_tries(user) -> None:
    """A right code or passkey ends the row of wrong ones."""
    rate_limit.forget(_key(_POSTS, user.get_username()))
    for kind in (_DIGITS, _RECOVERY, _PASSKEY):
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


def limited(view, *, purpose: str, but_not):
    """Decorates a view whose POSTs count against the IP address, but for requests of which `but_not(request)`."""

    def limited_view(request, *args, **kwargs):
        counts = request.method == "POST" and not but_not(request)
        if counts and (wait := take_sign_in_try(request, now=timezone.now(), purpose=purpose)):
            return too_many(request, wait)
        return view(request, *args, **kwargs)

    return limited_view


def limited_by_account(view):
    """Decorates a view whose POSTs count against the account that is signed in, from whatever IP address: a stranger in the same
    network has none of its sessions. Without one there is nothing to try.
    """

    def limited_view(request, *args, **kwargs):
        rate, user = settings.SIGN_IN_RATE, request.user
        if request.method == "POST" and rate and user.is_authenticated:
            key = _key(_POSTS, user.get_username())
            if wait := rate_limit.take(key, limit=rate.limit, seconds=rate.seconds, now=timezone.now()):
                return too_many(request, wait)
        return view(request, *args, **kwargs)

    return limited_view


def checks_own_password(view):
    """Decorates a view whose POSTs enter the password of who is signed in, which counts against the account alone."""

    def checking_view(request, *args, **kwargs):
        name = request.user.get_username()
        if request.method == "POST" and (wait := take_password_try(request, name, now=timezone.now())):
            return too_many(request, wait)
        return view(request, *args, **kwargs)

    return checking_view


def signs_in(view):
    """Decorates the view that signs in, whose POSTs count against the IP address and the account.

    When the IP address has no try left, each name still has its spare ones: the right password signs in, and anything else is
    answered as if it had not been looked at, for a name with an account as for any other.
    """

    def checking_view(request, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        now, name = timezone.now(), request.POST.get("username", "")
        wait = take_sign_in_try(request, now=now)
        if wait and take_spare_try(request, name, now=now):
            return too_many(request, wait)
        if account_wait := take_password_try(request, name, now=now):
            return too_many(request, wait or account_wait)
        response = view(request, *args, **kwargs)
        if response.status_code == 302:
            give_back(request, name, was_spare=wait > 0)
        elif wait:
            return too_many(request, wait)
        return response

    return checking_view
