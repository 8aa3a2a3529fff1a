"""The second factor: a code from a phone (TOTP), and recovery codes for a lost phone. Logic only, no views."""

import logging
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction

from guard import sealing

from . import letters, security_log, sessions, totp
from .models import Phone, RecoveryCode, SignIn

logger = logging.getLogger("clinic.sign_in")

_DEVICE_NAME = "phone"


def phone_of(user) -> Phone | None:
    """The user's phone; None before one is set up."""
    return Phone.objects.filter(user=user).first()


def set_up_phone(user, code: str, *, key: bytes, may_replace: bool, now: datetime) -> tuple[Phone, list[str]] | None:
    """Makes the phone with this key the user's, if `code` comes from it, and returns it with new recovery codes.

    Every session of the account ends, also the one it was set up in, which the caller begins again. `may_replace`: whether it
    may take the place of a phone, which until then keeps counting. Without, the first phone that was set up stays, also when
    two sessions set up theirs at the same moment.
    """
    step = totp.step_of(_digits(code), key, now=now)
    if step is None:
        return None
    hashes, codes = RecoveryCode.objects.make(user)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if phone_of(user) is not None and not may_replace:
            return None
        Phone.objects.filter(user=user).delete()
        phone = Phone(user=user, name=_DEVICE_NAME, last_step=step)
        phone.seal_key(key)
        phone.save(force_insert=True)
        RecoveryCode.objects.replace(user, hashes)
        message = "Set up a phone for the second step, with new recovery codes."
        _follow(user, by=user, message=message, letter=letters.PHONE, now=now)
        sessions.end_all(user)
    return phone, codes


def renew_codes(user, *, now: datetime) -> list[str]:
    hashes, codes = RecoveryCode.objects.make(user)
    with transaction.atomic():
        RecoveryCode.objects.replace(user, hashes)
        _follow(user, by=user, message="Created new recovery codes.", letter=letters.NEW_CODES, now=now)
    return codes


def is_digits(code: str) -> bool:
    """Whether the code is six digits, as from a phone; anything else counts as a recovery code."""
    return len(_digits(code)) == totp.DIGITS and _digits(code).isdecimal()


def check_code(user, code: str, *, now: datetime) -> Phone | None:
    """The user's phone if the code is its current one or an unused recovery code. Either counts once."""
    phone = phone_of(user)
    is_right = phone is not None and (_use_digits(phone, code, now) if is_digits(code) else _use_recovery_code(user, code, now))
    if is_right:
        SignIn.objects.write(SignIn.Kind.CODE if is_digits(code) else SignIn.Kind.RECOVERY_CODE, at=now, user=user)
        security_log.write("code_accepted", user=user)
    else:
        SignIn.objects.write(SignIn.Kind.CODE_REFUSED, at=now, user=user)
        security_log.write("code_refused", user=user)
    return phone if is_right else None


def _use_recovery_code(user, code: str, now: datetime) -> bool:
    with transaction.atomic():
        if not RecoveryCode.objects.use(user, code):
            return False
        left = RecoveryCode.objects.filter(user=user).count()
        message = f"Signed in with a recovery code; {left} left."
        _follow(user, by=user, message=message, letter=letters.CODE_USED, now=now)
    return True


def _use_digits(phone: Phone, code: str, now: datetime) -> bool:
    try:
        return phone.use(_digits(code), now=now)
    except sealing.CannotOpen:
        # A recovery code still lets in, and a new phone is sealed with the key of today.
        logger.error("the phone of account %s cannot be opened: its key is not among FIELD_KEYS", phone.user_id)
        return False


def remove(user, *, by, message: str, now: datetime) -> None:
    """Removes the phone and ends all sessions. The next sign-in sets up a new phone."""
    with transaction.atomic():
        Phone.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        _follow(user, by=by, message=message, letter=letters.NO_PHONE, now=now)
        sessions.end_all(user)


def _follow(user, *, by, message: str, letter: letters.Letter, now: datetime) -> None:
    """Records a message in the user's history in the admin, logs it, and writes the letter."""
    security_log.write(letter.code, user=user, by=by)
    letters.write(letter, user, now=now)
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, change_message=message, single_object=True)


def _digits(code: str) -> str:
    return "".join(code.split())
