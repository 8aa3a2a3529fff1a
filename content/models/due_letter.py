"""Records that this month's letter about what is due to be checked again was written, or that nothing was due."""

from django.db import models


class DueLetter(models.Model):
    month = models.DateField(unique=True, help_text="The first day of the month.")

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"
