"""Entries of the clinic in maps and directories, each with what it was checked against, when and by whom."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ListingQuerySet(models.QuerySet["Listing"]):
    def used(self):
        """The listings that staff are reminded of."""
        return self.filter(is_used=True)


class Listing(models.Model):
    name = models.CharField(max_length=80, unique=True, help_text="For example Google Business Profile.")
    position = models.PositiveSmallIntegerField(default=500, help_text="Lower numbers come first.")
    is_used = models.BooleanField("in use", default=True, help_text="Remind us of it when the hours or the address change.")
    told = models.JSONField(editable=False, default=dict, help_text="The facts when it was last checked (see consults.listings).")
    checked_at = models.DateTimeField(null=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None) | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="a_person_checks_a_listing",
            )
        ]

    def __str__(self) -> str:
        return self.name
