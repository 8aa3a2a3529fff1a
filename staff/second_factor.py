"""The second factor: a code from a phone (TOTP), recovery codes for what is lost, and the removal of any. Logic only, no views.

`passkeys` has the other kind.
"""

import logging
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django_otp.models import Device

from guard import sealing

from . import factors, letters, security_log, sessions, totp
from .models import Phone, RecoveryCode, SignIn

logger = logging.getLogger("clinic.sign_in")

_DEVICE_NAME = "phone"


def set_up_phone(user, code: str, *, key: bytes, may_replace: bool, now: datetime) -> tuple[Phone, list[str]] | None:
    """Makes the phone with this key the user's, if `code` comes from it, and returns it with new recovery codes.

    Every session of the account ends, also the one it was set up in, which the caller begins again. `may_replace`: whether it
    may take the place of a phone, which until then keeps counting, or be one more beside passkeys. Without, the first factor that
    was set up stays, also when two sessions set up theirs at the same moment.
    """
    step = totp.step_of(_digits(code), key, now=now)
    if step is None:
        return None
    hashes, codes = RecoveryCode.objects.make(user)
    with transaction.atomic():
        factors.lock(user)
        if factors.any_of(user) is not None and not may_replace:
            return None
        Phone.objects.filter(user=user).delete()
        phone = Phone(user=user, name=_DEVICE_NAME, last_step=step)
        phone.seal_key(key)
        phone.save(force_insert=True)
        RecoveryCode.objects.replace(user, hashes)
        message = "Set up a phone for the second step, with new recovery codes."
        follow(user, by=user, message=message, letter=letters.PHONE, now=now)
        sessions.end_all(user)
    return phone, codes


def renew_codes(user, *, now: datetime) -> list[str]:
    hashes, codes = RecoveryCode.objects.make(user)
    with transaction.atomic():
        RecoveryCode.objects.replace(user, hashes)
        follow(user, by=user, message="Created new recovery codes.", letter=letters.NEW_CODES, now=now)
    return codes


def is_digits(code: str) -> bool:
    """Whether the code is six digits, as from a phone; anything else counts as a recovery code."""
    return len(_digits(code)) == totp.DIGITS and _digits(code).isdecimal()


def check_code(user, code: str, *, now: datetime) -> Device | None:
    """One of the user's factors if the code is the current one of the phone, or an unused recovery code. Either counts once."""
    phone = factors.phone_of(user)
    factor = phone or factors.any_of(user)
    if is_digits(code):
        is_right = phone is not None and _use_digits(phone, code, now)
    else:
        is_right = factor is not None and _use_recovery_code(user, code, now)
    if is_right:
        SignIn.objects.write(SignIn.Kind.CODE if is_digits(code) else SignIn.Kind.RECOVERY_CODE, at=now, user=user)
        security_log.write("code_accepted", user=user)
    else:
        SignIn.objects.write(SignIn.Kind.CODE_REFUSED, at=now, user=user)
        security_log.write("code_refused", user=user)
    return factor if is_right else None


def _use_recovery_code(user, code: str, now: datetime) -> bool:
    with transaction.atomic():
        if not RecoveryCode.objects.use(user, code):
            return False
        left = RecoveryCode.objects.filter(user=user).count()
        message = f"Signed in with a recovery code; {left} left."
        follow(user, by=user, message=message, letter=letters.CODE_USED, now=now)
    return True


def _use_digits(phone: Phone, code: str, now: datetime) -> bool:
    try:
        return phone.use(_digits(code), now=now)
    except sealing.CannotOpen:
        # A recovery code still lets in, and a new phone is sealed with the key of today.
        logger.error("the phone of account %s cannot be opened: its key is not among FIELD_KEYS", phone.user_id)
        return False


def remove(user, *, by, message: str, now: datetime) -> None:
    """Removes the phone, passkeys and recovery codes, and ends all sessions. The next sign-in sets up a new second step."""
    with transaction.atomic():
        Phone.objects.filter(user=user).delete()
        factors.passkeys_of(user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        follow(user, by=by, message=message, letter=letters.NO_SECOND_STEP, now=now)
        sessions.end_all(user)


def remove_one(user, factor: Device, *, now: datetime) -> Device | None:
    """Removes a phone or a passkey, and with the last one the whole second step. Returns a factor that is left.

    Every session of the account ends; while a factor is left, the caller begins its own again.
    """
    is_phone = isinstance(factor, Phone)
    with transaction.atomic():
        factors.lock(user)
        factor.delete()
        what = "the phone" if is_phone else f"the passkey “{factor.name}”"
        left = factors.any_of(user)
        if left is None:
            remove(user, by=user, message=f"Removed {what}, and with it the second step.", now=now)
        else:
            letter = letters.NO_PHONE if is_phone else letters.NO_PASSKEY
            follow(user, by=user, message=f"Removed {what} from the second step.", letter=letter, now=now)
            sessions.end_all(user)
    return left


def follow(user, *, by, message: str, letter: letters.Letter, now: datetime) -> None:
    """Records a message in the user's history in the admin, logs it, and writes the letter."""
    security_log.write(letter.code, user=user, by=by)
    letters.write(letter, user, now=now)
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, change_message=message, single_object=True)


def _digits(code: str) -> str:
    return "".join(code.split())
