"""That staff were told, in a month, what has to be read again."""

from django.db import models


class StaleMail(models.Model):
    month = models.DateField(unique=True, help_text="The first day of the month.")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(help_text="The next attempt; moved forward as a lease while one runs.")
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"
