"""The last sign of life of the background worker."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F

IS_WELL_FOR = timedelta(seconds=30)


class WorkerHeartbeatQuerySet(models.QuerySet["WorkerHeartbeat"]):
    def beat(self, *, now: datetime) -> int:
        """Gives a sign of life, and returns how many there have been."""
        self.get_or_create(id=1, defaults={"beat_at": now})
        self.update(beat_at=now, ended=False, beats=F("beats") + 1)
        return self.beats()

    def beats(self) -> int:
        """How many signs of life there have been; 0 in a backup, which holds none."""
        return self.values_list("beats", flat=True).first() or 0

    def of_another(self, *, after: int) -> datetime | None:
        """The last sign of life, if there was one after that many, which is then of another worker."""
        return self.filter(ended=False, beats__gt=after).values_list("beat_at", flat=True).first()

    def end(self) -> None:
        """The worker ended as it was told to. When it was last alive is still known: what fell due since is no surprise."""
        self.update(ended=True)

    def last_beat(self) -> datetime | None:
        return self.values_list("beat_at", flat=True).first()

    def settle(self, *, until: datetime) -> None:
        """A worker that starts before that instant waits until it for the clock to be set right."""
        self.update(settles_until=until)

    def settles_until(self) -> datetime | None:
        return self.values_list("settles_until", flat=True).first()

    def is_running(self, *, now: datetime) -> bool:
        """Whether a worker was well within the last half minute, and did not end.

        A sign of life that is yet to come is of a clock that was ahead. Clocks of two machines may differ by a little.
        """
        return self.filter(ended=False, beat_at__range=(now - IS_WELL_FOR, now + IS_WELL_FOR)).exists()


class WorkerHeartbeat(models.Model):
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    beat_at = models.DateTimeField()
    ended = models.BooleanField(default=False)
    beats = models.PositiveBigIntegerField(default=0, help_text="Only goes up: see `clinic_site.gone_back`.")
    settles_until = models.DateTimeField(null=True, help_text="Until when a worker leaves alone what fell due before its start.")

    objects = WorkerHeartbeatQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_heartbeat")]

    def __str__(self) -> str:
        return f"{self.beat_at:%Y-%m-%d %H:%M:%S} UTC"
