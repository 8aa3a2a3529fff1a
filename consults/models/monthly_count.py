"""Plain numbers by month. Nothing in a row leads to a person or to a request, so nothing in it needs erasing."""

from datetime import date

from django.db import models
from django.db.models import F


class MonthlyCountQuerySet(models.QuerySet["MonthlyCount"]):
    def add(self, subject: str, code: str, *, month: date, path: str = "", number: int = 1) -> None:
        """Adds `number` to the count of the month, whose first date is `month`. Safe in several processes at once."""
        row, _made = self.get_or_create(month=month, subject=subject, code=code, path=path)
        self.filter(pk=row.pk).update(number=F("number") + number)


class MonthlyCount(models.Model):
    class Subject(models.TextChoices):
        REFERRAL = "referral", "how people heard of the clinic"
        SHEET = "sheet", "pages opened from a printed sheet"
        NOT_FOUND = "not-found", "addresses that lead nowhere"

    # Different addresses of a month: strangers choose what they ask for.
    MOST_NOT_FOUND = 200

    month = models.DateField(help_text="The first date of the month.")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    code = models.CharField(max_length=40, blank=True, help_text="The code of the referral source or the printed sheet.")
    path = models.CharField(
        max_length=200, blank=True, help_text="The page that was opened, for example /cost/, or the address that leads nowhere."
    )
    number = models.PositiveIntegerField(default=0)

    objects = MonthlyCountQuerySet.as_manager()

    class Meta:
        verbose_name = "figure"
        verbose_name_plural = "figures"
        ordering = ["subject", "code", "path", "month"]
        constraints = [
            models.UniqueConstraint(fields=["month", "subject", "code", "path"], name="one_count_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.code} {self.path}".rstrip()
