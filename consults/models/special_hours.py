"""Dates whose hours differ from the weekly ones: holidays, a half day, an extra evening."""

from django.core.exceptions import ValidationError
from django.db import models

from consults.dates import date_text, time_text
from content.models import PublicContent

from .posted_time import overlaps, validate_five_minutes


class SpecialHours(PublicContent):
    date = models.DateField(help_text="The rows for a date replace its weekly hours.")
    opens = models.TimeField(
        null=True,
        blank=True,
        validators=[validate_five_minutes],
        help_text="For example 8:00 AM or noon. Leave both times empty if the clinic is closed all day.",
    )
    closes = models.TimeField(null=True, blank=True, validators=[validate_five_minutes])
    note = models.CharField(max_length=80, blank=True, help_text="Printed beside the date, for example Christmas Day.")

    class Meta:
        verbose_name_plural = "special hours"
        ordering = ["date", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True) | models.Q(opens__isnull=False, closes__isnull=False),
                name="special_hours_have_both_times_or_none",
                violation_error_message="Give both times, or leave both empty for a closed day.",
            ),
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True) | models.Q(opens__lt=models.F("closes")),
                name="special_hours_open_before_they_close",
                violation_error_message="The closing time must be after the opening time.",
            ),
            models.UniqueConstraint(fields=["date", "opens"], name="one_special_row_per_opening"),
            models.UniqueConstraint(fields=["date"], condition=models.Q(opens__isnull=True), name="one_closed_row_per_date"),
        ]

    def __str__(self) -> str:
        return f"{date_text(self.date)}: {self.hours_text}"

    @property
    def hours_text(self) -> str:
        if self.opens is None or self.closes is None:
            return "closed"
        return f"{time_text(self.opens)} to {time_text(self.closes)}"

    def clean(self) -> None:
        if not self.date:
            return
        for other in SpecialHours.objects.filter(date=self.date).exclude(pk=self.pk):
            if (self.opens is None) != (other.opens is None):
                raise ValidationError(
                    "This date already has a row that says closed or open. Change that row instead.", code="closed_and_open"
                )
            if self.opens is None or self.closes is None or other.opens is None or other.closes is None:
                continue
            if overlaps(self.opens, self.closes, other.opens, other.closes):
                raise ValidationError(f"These hours overlap with {other}.", code="overlap")
