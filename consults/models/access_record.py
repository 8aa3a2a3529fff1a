"""Who viewed a request, exported a list or erased a person's data. Codes, times and staff only; owners read it."""

from django.conf import settings
from django.db import models

from .consult_request import ConsultRequest


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    def write(self, kind: str, *, by, at, request: ConsultRequest | None = None, rows: int = 1) -> "AccessRecord":
        """Records that `by` did this at the instant `at`: to one request, or to this many `rows` of a list."""
        return self.create(kind=kind, by=by, at=at, request=request, rows=rows)


class AccessRecord(models.Model):
    class Kind(models.TextChoices):
        OPENED = "opened", "opened a request"
        READ_MESSAGE = "read", "read a message"
        EXPORTED = "exported", "exported a list"
        PRINTED = "printed", "printed a copy for the person"
        ERASED = "erased", "erased the person's data"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(ConsultRequest, null=True, on_delete=models.PROTECT, related_name="access_records")
    rows = models.PositiveIntegerField(default=1, help_text="For an exported list, the number of requests in it.")

    objects = AccessRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "access record"
        verbose_name_plural = "access record"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M} UTC"
