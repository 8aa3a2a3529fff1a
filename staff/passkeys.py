"""Passkeys as a second factor (WebAuthn). The private key stays with its device, which uses it at this site alone.

django-otp-webauthn makes the challenges, checks what browsers answer, and keeps the public keys. Its views are not used: a page
holds the challenge, and the answer comes with the page's form, so every rule for forms of staff holds here too.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django_otp_webauthn import exceptions
from django_otp_webauthn.models import WebAuthnCredential

from . import factors, letters, second_factor, security_log, sessions
from .models import RecoveryCode, SignIn

# Far more than anybody carries; a list has an end.
MOST = 20
# Real answers have at most a few thousand characters.
_LONGEST = 20_000
# Each challenge is in the session until it is answered once.
_ADDING, _USING = "staff_passkey_adding", "staff_passkey_using"
_SENTENCES = {
    "none": "No passkey came from your browser. A passkey needs JavaScript.",
    "too_late": "This page was answered already, or opened again in another tab. Nothing was changed: try again.",
    "wrong": "This passkey is of another site or address, or the page was open for too long. Nothing was changed: try again.",
    "unknown": "This account has no such passkey: it is of another site, of somebody else, or removed. Nothing was changed.",
    "known": "This passkey is in use here already. Nothing was changed: choose another device.",
    "too_many": f"You have {MOST} passkeys. Remove one first.",
    "not_first": "Your second step was set up in another session. Sign in with it, and add the passkey then.",
}


class Refused(Exception):
    """`code` is for tests and the log; as a string it is a sentence for the person."""

    def __init__(self, code: str) -> None:
        super().__init__(_SENTENCES[code])
        self.code = code


def options_to_add(request) -> str:
    """JSON for the browser, which makes a passkey."""
    options, state = _helper(request).register_begin(user=request.user)
    request.session[_ADDING] = state
    return json.dumps(options)


def options_to_use(request) -> str:
    """JSON for the browser, which proves that it has one of the user's passkeys."""
    options, state = _helper(request).authenticate_begin(user=request.user, require_user_verification=False)
    request.session[_USING] = state
    return json.dumps(options)


def add(request, answer: str, *, name: str, is_first: bool, now: datetime) -> tuple[WebAuthnCredential, list[str]]:
    """Makes the passkey the user's. Returns it, with new recovery codes if it is the first factor. Raises Refused.

    Every session of the account ends, also the one it was added in, which the caller begins again. `is_first`: whether the
    account had no factor when the form was let through; of two sessions that set up their first one, the first one stays.
    """
    user, state = request.user, _taken(request, _ADDING)
    hashes, codes = RecoveryCode.objects.make(user) if is_first else ([], [])
    with transaction.atomic():
        factors.lock(user)
        if is_first and factors.any_of(user) is not None:
            raise Refused("not_first")
        if factors.passkeys_of(user).count() >= MOST:
            raise Refused("too_many")
        passkey = _checked(_helper(request).register_complete, user=user, state=state, data=_read(answer))
        passkey.name = name
        passkey.save(update_fields=["name"])
        if is_first:
            RecoveryCode.objects.replace(user, hashes)
        letter = letters.FIRST_PASSKEY if is_first else letters.PASSKEY
        message = f"Added the passkey “{name}” to the second step{', with new recovery codes' if is_first else ''}."
        second_factor.follow(user, by=user, message=message, letter=letter, now=now)
        sessions.end_all(user)
    return passkey, codes


def check(request, answer: str, *, now: datetime) -> WebAuthnCredential:
    """The passkey of the user with which the browser answered. Raises Refused."""
    user = request.user
    try:
        state = _taken(request, _USING)
        passkey = _checked(_helper(request).authenticate_complete, user=user, state=state, data=_read(answer))
    except Refused as refused:
        SignIn.objects.write(SignIn.Kind.PASSKEY_REFUSED, at=now, user=user)
        security_log.write("passkey_refused", user=user, reason=refused.code)
        raise
    SignIn.objects.write(SignIn.Kind.PASSKEY, at=now, user=user)
    security_log.write("passkey_accepted", user=user)
    return passkey


def rename(passkey: WebAuthnCredential, name: str) -> None:
    factors.passkeys_of(passkey.user).filter(pk=passkey.pk).update(name=name)


def _helper(request):
    return WebAuthnCredential.get_webauthn_helper(request=request)


def _taken(request, challenge: str) -> dict[str, Any]:
    """What the answer is checked against. Raises Refused when there is no challenge, or it was answered."""
    state = request.session.pop(challenge, None)
    if state is None:
        raise Refused("too_late")
    return state


def _read(answer: str) -> dict[str, Any]:
    if not answer:
        raise Refused("none")
    try:
        found = json.loads(answer) if len(answer) <= _LONGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused("wrong")
    # What no authenticator signed says nothing here.
    found.pop("clientExtensionResults", None)
    return found


def _checked(complete: Callable[..., WebAuthnCredential], **what: Any) -> WebAuthnCredential:
    try:
        with transaction.atomic():
            return complete(**what)
    except IntegrityError:
        raise Refused("known") from None
    except DatabaseError:
        raise
    except (exceptions.CredentialNotFound, exceptions.CredentialUserMismatch):
        raise Refused("unknown") from None
    except Exception as error:
        # Beside its own exceptions the library lets out those of CBOR, base64, keys and certificates.
        raise Refused("wrong") from error
