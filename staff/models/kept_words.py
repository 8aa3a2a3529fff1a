"""A form that somebody posted when their session had ended, or their password was asked again. Sealed; one an account."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from guard import sealing

from .staff_session import REMEMBERED


class KeptWordsQuerySet(models.QuerySet["KeptWords"]):
    def keep(self, user, *, page: str, posted: dict[str, list[str]], has_files: bool, now: datetime) -> None:
        """Takes the place of what was kept for the user before."""
        row = KeptWords(user=user, page=page)
        values = {"posted": posted, "has_files": has_files}
        sealed = sealing.seal(values, table=KeptWords.TABLE, reference=row.reference)
        self.update_or_create(user=user, defaults={"page": page, "sealed": sealed, "kept_at": now})

    def fresh(self, *, now: datetime):
        return self.filter(_is_fresh(now))

    def over(self, *, now: datetime):
        return self.exclude(_is_fresh(now))

    def of(self, user):
        return self.filter(user=user)


def _is_fresh(now: datetime) -> Q:
    """For a day. What a clock that was ahead has dated is kept, too, but never for longer than another day."""
    return Q(kept_at__gt=now - REMEMBERED, kept_at__lt=now + REMEMBERED)


class KeptWords(models.Model):
    TABLE = "staff_keptwords"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200, help_text="Path of the page to whose form it comes back.")
    sealed = models.BinaryField(help_text="Names and values of the fields, without passwords.")
    kept_at = models.DateTimeField()

    objects = KeptWordsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "kept words"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user"], name="an_account_keeps_one_form")]

    def __str__(self) -> str:
        return f"kept for {self.user} at {self.kept_at:%Y-%m-%d %H:%M} UTC"

    @property
    def reference(self) -> str:
        """Whose it is, and where: what is sealed opens in no other row and at no other page."""
        return f"{self.user_id} {self.page}"

    def open(self) -> dict:
        """`posted`, as it was kept, and `has_files`. Raises sealing.CannotOpen."""
        return sealing.unseal(self.sealed, table=self.TABLE, reference=self.reference)
