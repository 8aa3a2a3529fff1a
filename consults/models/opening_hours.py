"""The hours of a regular week."""

from django.core.exceptions import ValidationError
from django.db import models

from consults.dates import time_text
from content.models import PublicContent

from .posted_time import overlaps, validate_five_minutes


class OpeningHours(PublicContent):
    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    weekday = models.PositiveSmallIntegerField(
        choices=Weekday.choices, help_text="A day may have several rows. A day without one is closed."
    )
    opens = models.TimeField(validators=[validate_five_minutes], help_text="Clinic time, for example 4:00 PM or noon.")
    closes = models.TimeField(
        validators=[validate_five_minutes], help_text="The last consult ends at this time, for example 8:00 PM."
    )

    class Meta:
        verbose_name_plural = "opening hours"
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__gte=0, weekday__lte=6), name="a_week_has_seven_days"),
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")),
                name="weekly_hours_open_before_they_close",
                violation_error_message="The closing time must be after the opening time.",
            ),
            models.UniqueConstraint(fields=["weekday", "opens"], name="one_weekly_row_per_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {time_text(self.opens)} to {time_text(self.closes)}"

    def clean(self) -> None:
        if self.weekday is None or not self.opens or not self.closes:
            return
        for other in OpeningHours.objects.filter(weekday=self.weekday).exclude(pk=self.pk):
            if overlaps(self.opens, self.closes, other.opens, other.closes):
                raise ValidationError(f"These hours overlap with {other}.", code="overlap")
