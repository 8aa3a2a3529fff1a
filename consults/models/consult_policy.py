"""The clinic's rules for consults: one row that staff edit."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connections, models

from consults.scheduling import Policy
from content.models import PublicContent


def validate_five_minute_length(value: int) -> None:
    if value % 5:
        raise ValidationError("Use a multiple of 5 minutes, like 30.", code="five_minutes")


class ConsultPolicyQuerySet(models.QuerySet["ConsultPolicy"]):
    def current(self) -> "ConsultPolicy":
        """The clinic's policy; an unsaved row with the defaults before one was saved."""
        return self.filter(pk=1).first() or ConsultPolicy()

    def lock(self) -> None:
        """Locks the row until the transaction ends: decisions and changes of hours queue for it.

        SQLite's IMMEDIATE transactions queue already, so nothing is asked of it. The row comes with the starting content; if it
        is missing, it is created, so that there is always one to lock.
        """
        if connections[self.db].features.has_select_for_update:
            self.select_for_update().get_or_create(pk=1)


def _between(lowest: int, highest: int) -> list:
    return [MinValueValidator(lowest), MaxValueValidator(highest)]


class ConsultPolicy(PublicContent):
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    length_minutes = models.PositiveSmallIntegerField(
        default=30,
        validators=[*_between(5, 480), validate_five_minute_length],
        help_text="How long a consult lasts, in minutes, for example 30.",
    )
    capacity = models.PositiveSmallIntegerField(
        default=1, validators=_between(1, 20), help_text="How many consults may run at the same time, for example 1."
    )
    notice_hours = models.PositiveSmallIntegerField(
        default=24,
        validators=_between(0, 720),
        help_text="The soonest a consult may begin after it is asked for, in hours, for example 24.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        default=60,
        validators=_between(1, 366),
        help_text="How many days ahead consults may be asked for, counted in dates, for example 60.",
    )
    answer_open_days = models.PositiveSmallIntegerField(
        default=2,
        validators=_between(1, 20),
        help_text="We answer by closing time of this many open days after the day of the request, for example 2.",
    )
    erase_after_days = models.PositiveSmallIntegerField(
        default=90,
        validators=_between(1, 3650),
        help_text="Personal data is erased this many days after the request ended, for example 90.",
    )

    objects = ConsultPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "consult policy"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_consult_policy"),
            models.CheckConstraint(condition=models.Q(length_minutes__gte=5), name="a_consult_lasts_five_minutes_or_more"),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="at_least_one_consult_at_a_time"),
            models.CheckConstraint(condition=models.Q(answer_open_days__gte=1), name="an_answer_takes_an_open_day_or_more"),
        ]

    def __str__(self) -> str:
        return "Consult policy"

    def as_value(self) -> Policy:
        return Policy(
            length=timedelta(minutes=self.length_minutes),
            capacity=self.capacity,
            notice=timedelta(hours=self.notice_hours),
            horizon_days=self.horizon_days,
            answer_open_days=self.answer_open_days,
        )
