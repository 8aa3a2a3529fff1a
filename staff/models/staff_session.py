"""A session of somebody who signed in: whose, since when, last seen when. No IP address, no browser.

The row is what keeps the session going: without it the next request signs out (`staff.session_limits`).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

# Clocks of two machines may differ by less. Beyond it a session is of a clock that was ahead, and would last as long as that.
_MOST_AHEAD = timedelta(minutes=5)


class StaffSessionQuerySet(models.QuerySet["StaffSession"]):
    def live(self, *, now: datetime):
        """Sessions that are neither idle for too long nor too old, nor of a time that is yet to come."""
        return self.exclude(_is_over(now))

    def over(self, *, now: datetime):
        return self.filter(_is_over(now))

    def of(self, user):
        return self.filter(user=user)


def _is_over(now: datetime) -> Q:
    began = now - timedelta(seconds=settings.STAFF_SESSION_SECONDS)
    idle = now - timedelta(seconds=settings.STAFF_IDLE_SECONDS)
    is_ahead = Q(began_at__gt=now + _MOST_AHEAD) | Q(seen_at__gt=now + _MOST_AHEAD)
    return Q(began_at__lte=began) | Q(seen_at__lte=idle) | is_ahead


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
