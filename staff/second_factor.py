"""The second factor: a code from a phone (TOTP), and recovery codes for a lost phone. Logic only, no views."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from .models import RecoveryCode

_DEVICE_NAME = "phone"


def phone_of(user) -> TOTPDevice | None:
    """The user's confirmed phone; None before one is set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def new_phone(user) -> TOTPDevice:
    """The user's unconfirmed phone, created if there is none. It does not count until one of its codes is entered."""
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()
    return waiting or TOTPDevice.objects.create(user=user, name=_DEVICE_NAME, confirmed=False)


def set_up_phone(user, code: str) -> tuple[TOTPDevice, list[str]] | None:
    """Confirms the new phone if `code` comes from it, and returns the phone with new recovery codes.

    Until then an earlier phone keeps counting, so nobody is locked out halfway.
    """
    with transaction.atomic():
        phone = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).order_by("pk").first()
        if phone is None or not phone.verify_token(_digits(code)):
            return None
        TOTPDevice.objects.filter(user=user).exclude(pk=phone.pk).delete()
        phone.confirmed = True
        phone.save()
        codes = RecoveryCode.objects.renew(user)
        keep_record(user, by=user, message="Set up a phone for the second step, with new recovery codes.")
    return phone, codes


def renew_codes(user) -> list[str]:
    with transaction.atomic():
        keep_record(user, by=user, message="Created new recovery codes.")
        return RecoveryCode.objects.renew(user)


def is_digits(code: str) -> bool:
    """Whether the code is six digits, as from a phone; anything else counts as a recovery code."""
    return len(_digits(code)) == 6 and _digits(code).isdecimal()


def check_code(user, code: str) -> TOTPDevice | None:
    """The user's phone if the code is its current one or an unused recovery code. Either counts once."""
    with transaction.atomic():
        phone = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        if phone is None:
            return None
        if is_digits(code):
            return phone if phone.verify_token(_digits(code)) else None
        if not RecoveryCode.objects.use(user, code):
            return None
        left = RecoveryCode.objects.filter(user=user).count()
        keep_record(user, by=user, message=f"Signed in with a recovery code; {left} left.")
        return phone


def remove(user, *, by, message: str) -> None:
    """Removes the phone, so that sessions signed in with it no longer count. The next sign-in sets up a new phone."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        keep_record(user, by=by, message=message)


def keep_record(user, *, by, message: str) -> None:
    """Records a message in the user's history in the admin."""
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, change_message=message, single_object=True)


def _digits(code: str) -> str:
    return "".join(code.split())
