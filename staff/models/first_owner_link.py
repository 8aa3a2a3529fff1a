"""Links that make the first owner of a site that has none. Only hashes are stored, so no copy of the database holds a link."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import models

LASTS = timedelta(hours=24)
# Clocks of two machines may differ by less. Beyond it a link is of a clock that was ahead, and would last as long as that.
_MOST_AHEAD = timedelta(minutes=5)


class FirstOwnerLinkQuerySet(models.QuerySet["FirstOwnerLink"]):
    def make(self, *, now: datetime) -> str:
        """A new token. Earlier ones stay good for their day: two machines that start at once each print their own."""
        self.exclude(pk__in=self.usable(now=now)).delete()
        token = secrets.token_urlsafe(32)
        self.create(token_hash=_hash(token), made_at=now)
        return token

    def usable(self, *, now: datetime):
        return self.filter(made_at__gt=now - LASTS, made_at__lte=now + _MOST_AHEAD)

    def knows(self, token: str, *, now: datetime) -> bool:
        return self.usable(now=now).filter(token_hash=_hash(token)).exists()

    def use_up(self, token: str, *, now: datetime) -> bool:
        """Whether the token was usable. Deletes every link: of two people with two links one goes on. Needs a transaction.

        Each waits for the rows that another one locks, and then no longer finds its own.
        """
        # In one order, so that neither waits for a row that the other holds.
        locked = list(self.usable(now=now).order_by("pk").select_for_update().values_list("token_hash", flat=True))
        self.all().delete()
        return _hash(token) in locked


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class FirstOwnerLink(models.Model):
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    objects = FirstOwnerLinkQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"a link of {self.made_at:%Y-%m-%d %H:%M} UTC"
