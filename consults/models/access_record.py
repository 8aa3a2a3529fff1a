"""Who saw, searched, exported or erased whose data. Codes, times and staff only; owners read it.

The database refuses to change or delete a row; see `event_guard`.
"""

from django.conf import settings
from django.db import models

from guard.sealing import blind_index

from .consult_request import ConsultRequest


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    def write(self, kind: str, *, by, at, request: ConsultRequest | None = None, rows: int = 1, term: str = "") -> "AccessRecord":
        """Records that `by` did this at the instant `at`: to one request, or to this many `rows` of a list.

        Of the `term` of a search only a keyed hash is kept, which tells whether two searches of one day (UTC) were for the same.
        """
        index = blind_index(f"search term of {at:%Y-%m-%d}", " ".join(term.casefold().split()))
        return self.create(kind=kind, by=by, at=at, request=request, rows=rows, term_index=index)


def kinds() -> list[tuple[str, str]]:
    """The choices as a function, so that a new kind needs no migration."""
    return AccessRecord.Kind.choices


class AccessRecord(models.Model):
    class Kind(models.TextChoices):
        DASHBOARD = "dashboard", "opened the front page"
        LISTED = "listed", "opened a list"
        SEARCHED = "searched", "searched"
        DIARY = "diary", "opened the diary"
        OPENED = "opened", "opened a request"
        READ_MESSAGE = "read", "read a message"
        EXPORTED = "exported", "exported a list"
        PRINTED = "printed", "printed a copy for the person"
        ERASED = "erased", "erased the person's data"

    kind = models.CharField(max_length=10, choices=kinds)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(ConsultRequest, null=True, on_delete=models.PROTECT, related_name="access_records")
    rows = models.PositiveIntegerField(default=1, help_text="For a list, the number of requests in it.")
    term_index = models.CharField(max_length=40, blank=True, help_text="For a search, the keyed hash of what was typed.")

    objects = AccessRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "access record"
        verbose_name_plural = "access record"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M} UTC"
