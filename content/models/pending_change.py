"""The one pending change that a text may have: the words that somebody proposed, which no visitor sees."""

import copy
import hashlib
import json
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from .text import Text


# The worker looks every few seconds.
_LATE = timedelta(minutes=1)


class PendingChangeQuerySet(models.QuerySet["PendingChange"]):
    def at(self, kind: type[models.Model], pk):
        """That of the row with this key, also where the row is gone."""
        return self.filter(content_type=ContentType.objects.get_for_model(kind), object_id=pk)

    def of(self, row: models.Model):
        return self.none() if row.pk is None else self.at(type(row), row.pk)

    def due(self, *, now: datetime, after: datetime | None = None):
        """Those to be published at the instant. One that could not be published waits for a person.

        With `after`, what was due at that instant waits, too.
        """
        due = self.filter(publish_at__lte=now, problem="").order_by("publish_at", "pk")
        return due if after is None else due.filter(publish_at__gt=after)


class PendingChange(models.Model):
    """Proposed values of the fields of one text, Markdown only. They are in no table that a public page reads.

    A change ends when it is published or dropped.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    text: Any = GenericForeignKey()
    values = models.JSONField(help_text="By the names of the form's fields.")
    base = models.CharField(max_length=64, help_text="The fingerprint of the live text that the words were written for.")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        "pages.Provider",
        verbose_name="read by",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"is_published": True},
        help_text="A provider who is shown on the site and has read exactly these words.",
    )
    reviewed_on = models.DateField("read on", null=True, blank=True)
    reviewed_digest = models.CharField(max_length=64, blank=True, default="")
    publish_at = models.DateTimeField(null=True, blank=True)
    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    problem = models.TextField(blank=True, default="", help_text="Why it was not published at its time.")

    objects = PendingChangeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id"], name="one_pending_change_of_a_text")]

    def __str__(self) -> str:
        who = self.proposed_by.get_username() if self.proposed_by else "a former colleague"
        day = timezone.localtime(self.proposed_at)
        return f"Pending change by {who} of {day:%B %-d, %Y}, which no visitor has seen: its words would be lost"

    @property
    def version(self) -> str:
        """Differs after every change of what would be published, or of the live text that it is meant for."""
        return hashlib.sha256(json.dumps([self.values, self.base], sort_keys=True).encode()).hexdigest()

    def is_late(self, now: datetime) -> bool:
        """Whether the worker should have published it by now: something holds it up."""
        return self.publish_at is not None and not self.problem and now - self.publish_at > _LATE

    def applied_to(self, row: "Text") -> "Text":
        """A copy of the row with the proposed values, to be shown and checked. Not rendered, and not to be saved unchecked."""
        proposed = copy.copy(row)
        for field in row._meta.concrete_fields:
            if field.name in self.values:
                with suppress(ValidationError):
                    setattr(proposed, field.attname, _read(field, self.values[field.name]))
        return proposed

    def unreadable(self, kind: type[models.Model]) -> list[str]:
        """The labels of fields for which something is kept that they cannot hold: `applied_to` leaves them as they are."""
        labels = []
        for field in kind._meta.concrete_fields:
            try:
                _read(field, self.values.get(field.name))
            except ValidationError:
                labels.append(str(field.verbose_name))
        return labels

    def asked(self, kind: type[models.Model]) -> dict[str, str]:
        """What the form of this kind of text asked beside its fields, and was answered."""
        fields = {field.name for field in kind._meta.concrete_fields}
        return {name: value for name, value in self.values.items() if name not in fields}

    def end_review(self) -> None:
        """Does not save."""
        self.reviewed_by = self.reviewed_on = None
        self.reviewed_digest = ""


def as_json(field: models.Field, row: models.Model):
    """The row's value of the field as JSON has it; `applied_to` reads it back."""
    value = field.value_from_object(row)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _read(field: models.Field, value):
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return None if value is None else target.to_python(value)
