"""Records that this month's reminder of what is due to be checked again was sent."""

from django.db import models


class DueMail(models.Model):
    month = models.DateField(unique=True, help_text="The first day of the month.")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(help_text="The next attempt; moved forward as a lease while one runs.")
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"
