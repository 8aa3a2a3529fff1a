"""Public holidays on which staff said that the clinic is open as posted, so that nobody is asked again."""

from django.conf import settings
from django.db import models


class OpenHoliday(models.Model):
    # No special hours of the same times: they would keep later changes of the weekly hours from this date.
    date = models.DateField(unique=True)
    name = models.CharField(max_length=80, help_text="The holiday, for example Thanksgiving Day.")
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"
