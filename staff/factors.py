"""Which second factors an account has: a phone, passkeys, or both. Recovery codes take the place of any that is lost."""

from django.conf import settings
from django.contrib.auth.models import User
from django_otp.models import Device
from django_otp_webauthn.models import WebAuthnCredential

from .models import Phone


def phone_of(user) -> Phone | None:
    """The user's phone; None before one is set up."""
    return Phone.objects.filter(user=user).first()


def passkeys_of(user):
    """The user's passkeys, in the order in which they were added."""
    return WebAuthnCredential.objects.filter(user=user).order_by("pk")


def any_of(user) -> Device | None:
    """One of the user's factors, the phone first; None for who has set up none."""
    return phone_of(user) or passkeys_of(user).first()


def lock(user) -> None:
    """Within a transaction: until its end nobody else sets up or removes a factor of this account."""
    User.objects.select_for_update().get(pk=user.pk)


def is_asked_of(user) -> bool:
    """Whether this account needs the second step: on a public site each does, at `localhost` one that has set it up."""
    return settings.STAFF_SECOND_FACTOR or (settings.STAFF_PASSKEYS and any_of(user) is not None)
