"""What happened at the door: who signed in, how, and who failed to. Owners read it; rows are added and never changed.

No name as it was typed, since people type passwords into that field, and no IP address.
"""

from datetime import datetime

from django.conf import settings
from django.db import models

from guard.sealing import blind_index


class SignInQuerySet(models.QuerySet["SignIn"]):
    def write(self, kind: str, *, at: datetime, user=None, typed_name: str = "") -> None:
        self.create(kind=kind, at=at, user=user, name_index=blind_index("typed name", typed_name))


def kinds() -> list[tuple[str, str]]:
    """The choices as a function, so that a new kind needs no migration."""
    return SignIn.Kind.choices


class SignIn(models.Model):
    class Kind(models.TextChoices):
        PASSWORD = "password", "signed in with the password"
        FAILED = "failed", "failed: wrong name or password"
        CODE = "code", "entered the code of the phone"
        RECOVERY_CODE = "recovery", "entered a recovery code"
        CODE_REFUSED = "refused", "failed: wrong code"
        PASSKEY = "passkey", "used a passkey"
        PASSKEY_REFUSED = "no passkey", "failed: wrong passkey"
        SIGNED_OUT = "out", "signed out"

    TABLE = "staff_signin"

    kind = models.CharField(max_length=10, choices=kinds)
    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The account; empty for a name without one.",
    )
    name_index = models.CharField(
        max_length=40, blank=True, help_text="Keyed hash of a typed name that failed: equal names have equal hashes."
    )

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M} UTC"
