"""A session of somebody who signed in: whose, since when, last seen when. No IP address, no browser.

The row is what keeps the session going: without it the next request signs out (`staff.session_limits`). Ending a session deletes
it. When a session runs out, its row stays for a day.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

# Clocks of two machines may differ by less. Beyond it a session is of a clock that was ahead, and would last as long as that.
_MOST_AHEAD = timedelta(minutes=5)
# For how long a session that ran out is remembered, for what is posted from a page of then (`staff.ended_sessions`).
REMEMBERED = timedelta(days=1)


class StaffSessionQuerySet(models.QuerySet["StaffSession"]):
    def live(self, *, now: datetime):
        """Sessions that are neither idle for too long nor too old, nor of a time that is yet to come."""
        return self.exclude(_is_over(now))

    def ran_out_lately(self, *, now: datetime):
        """Sessions that have run out within a day. One that somebody ended has no row any more."""
        return self.filter(_ran_out(now)).exclude(_ran_out(now - REMEMBERED)).exclude(_is_ahead(now))

    def forgettable(self, *, now: datetime):
        return self.filter(_ran_out(now - REMEMBERED) | _is_ahead(now))

    def of(self, user):
        return self.filter(user=user)


def _is_over(now: datetime) -> Q:
    return _ran_out(now) | _is_ahead(now)


def _ran_out(now: datetime) -> Q:
    began = now - timedelta(seconds=settings.STAFF_SESSION_SECONDS)
    idle = now - timedelta(seconds=settings.STAFF_IDLE_SECONDS)
    return Q(began_at__lte=began) | Q(seen_at__lte=idle)


def _is_ahead(now: datetime) -> Q:
    return Q(began_at__gt=now + _MOST_AHEAD) | Q(seen_at__gt=now + _MOST_AHEAD)


class StaffSession(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_sessions")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="Written at most once a minute.")

    objects = StaffSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user}, since {self.began_at:%Y-%m-%d %H:%M} UTC"
