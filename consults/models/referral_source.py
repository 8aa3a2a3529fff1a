"""How people heard of the clinic: a list that staff edit."""

from django.db import models


class ReferralSourceQuerySet(models.QuerySet["ReferralSource"]):
    def offered(self):
        """The sources staff may choose now."""
        return self.filter(is_offered=True)


class ReferralSource(models.Model):
    code = models.SlugField(max_length=40, unique=True, help_text="A short name that stays the same, for example doctor.")
    label = models.CharField(max_length=80, help_text="As staff see it, for example A doctor or therapist.")
    is_offered = models.BooleanField(default=True, help_text="Show it in the list.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")

    objects = ReferralSourceQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.label
