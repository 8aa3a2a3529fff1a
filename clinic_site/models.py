"""A hold: nothing leaves the house until an owner has looked."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Max

from consults.models import Event, OutboxMessage

EVERYTHING = datetime.max.replace(tzinfo=UTC)
# The report of a backup that was put in place without the site's own command.
BY_HAND = (
    "The backup was put in place by hand, so nobody knows which accounts changed since. Look through all of them: colleagues who "
    "left, passwords, phones, roles."
)


def _newest(model: type[models.Model]) -> int:
    """The highest id so far; 0 if there is none."""
    return model._default_manager.aggregate(pk=Max("pk"))["pk"] or 0


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self):
        return self.filter(ended_at=None)

    def put(self, reason: str, *, now: datetime, report: str = "") -> "Hold":
        """A new one. After a restore it takes the place of the one that came with the backup (see `database_copy`), or that
        nobody has ended yet, and keeps what that says about accounts.
        """
        if reason == Hold.Reason.RESTORED:
            earlier = self.open().filter(reason=reason)
            lines = [line for hold in earlier for line in hold.report.splitlines() if line != BY_HAND]
            report = "\n".join(dict.fromkeys([*lines, *report.splitlines()]))
            earlier.delete()
        return self.create(
            reason=reason, began_at=now, report=report, last_event=_newest(Event), last_message=_newest(OutboxMessage)
        )

    def date_again(self, *, now: datetime) -> None:
        """Gives what a clock that was ahead has dated the date of one that is right."""
        for column in ("began_at", "ended_at"):
            self.filter(**{f"{column}__gt": now}).update(**{column: now})

    def waits_until(self) -> datetime | None:
        """What fell due up to this instant (UTC) waits for a person: None is nothing, EVERYTHING is also what is yet to come."""
        waits = [hold.waits_until for hold in self.open()]
        return max(waits, default=None)


class Hold(models.Model):
    """One reason to wait. Several may be open; a person ends those they have seen.

    What was there before it is told by its number: `began_at` is what a clock said that may have been wrong.
    """

    class Reason(models.TextChoices):
        RESTORED = "restored", "a backup was restored"
        CLOCK = "clock", "the server's clock jumped"
        DOWNTIME = "downtime", "the site was down for more than a day"

    reason = models.CharField(max_length=8, choices=Reason.choices)
    began_at = models.DateTimeField()
    last_event = models.BigIntegerField(help_text="The id of the newest event at that moment.")
    last_message = models.BigIntegerField(help_text="The same of the newest message.")
    report = models.TextField(blank=True, help_text="What the restore did about accounts, a line each; or which clocks differ.")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    without_letters = models.BooleanField(default=False, help_text="The letters that waited were not sent.")

    objects = HoldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("end_hold", "Can let the site go on after a restore or a jump of the clock")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None) | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_person_ends_a_hold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.began_at:%Y-%m-%d %H:%M} UTC"

    @property
    def waits_until(self) -> datetime:
        return self.began_at if self.reason == self.Reason.DOWNTIME else EVERYTHING
