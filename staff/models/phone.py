"""The phone of an account, whose app shows the codes of the second step (TOTP, RFC 6238)."""

import uuid
from datetime import datetime

from django.db import models
from django_otp.models import Device

from guard import sealing
from staff import totp


class Phone(Device):
    """A phone counts from its first row on: what is being set up has none (`staff.new_phone`).

    django-otp's own device keeps the key in clear. Here it is sealed, so that a copy of the database opens nothing.
    """

    TABLE = "staff_phone"

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sealed = models.BinaryField(help_text="The key that the phone shares with the site.")
    last_step = models.PositiveBigIntegerField(
        default=0, help_text="Time step of the last code; it and earlier ones are used up."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], name="an_account_has_one_phone"),
            models.CheckConstraint(condition=models.Q(confirmed=True), name="a_phone_was_confirmed"),
        ]

    def seal_key(self, key: bytes) -> None:
        self.sealed = sealing.seal({"key": key.hex()}, table=self.TABLE, reference=str(self.reference))

    @property
    def key(self) -> bytes:
        """Raises sealing.CannotOpen."""
        return bytes.fromhex(sealing.unseal(self.sealed, table=self.TABLE, reference=str(self.reference))["key"])

    def use(self, code: str, *, now: datetime) -> bool:
        """Uses up a code of six digits. Returns whether it was valid; one UPDATE decides, even between two attempts at once.

        Raises sealing.CannotOpen.
        """
        step = totp.step_of(code, self.key, now=now)
        return step is not None and bool(Phone.objects.filter(pk=self.pk, last_step__lt=step).update(last_step=step))
