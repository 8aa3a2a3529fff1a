"""Somebody asked for a new password. The worker looks up whether there is such an account, and writes the letter."""

import uuid
from datetime import datetime

from django.db import models

from guard import sealing


class ForgottenPasswordQuerySet(models.QuerySet["ForgottenPassword"]):
    def remember(self, email: str, *, now: datetime) -> None:
        """Stores the typed email address for the worker, the same for every address."""
        asked = ForgottenPassword(asked_at=now)
        asked.sealed = sealing.seal({"email": email}, table=ForgottenPassword.TABLE, reference=str(asked.reference))
        asked.save(force_insert=True)


class ForgottenPassword(models.Model):
    TABLE = "staff_forgottenpassword"

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sealed = models.BinaryField(help_text="The email address, which may be a stranger's.")
    asked_at = models.DateTimeField()

    objects = ForgottenPasswordQuerySet.as_manager()

    def __str__(self) -> str:
        return f"asked at {self.asked_at:%Y-%m-%d %H:%M} UTC"

    @property
    def email(self) -> str:
        """Raises sealing.CannotOpen."""
        return sealing.unseal(self.sealed, table=self.TABLE, reference=str(self.reference))["email"]
