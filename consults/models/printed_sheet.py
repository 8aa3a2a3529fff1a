"""Printed sheets whose readers are counted: the short list of codes that may follow `?via=` in a printed URL."""

from django.db import models


class PrintedSheetQuerySet(models.QuerySet["PrintedSheet"]):
    def counted(self):
        """The sheets whose codes count now."""
        return self.filter(is_counted=True)


class PrintedSheet(models.Model):
    code = models.SlugField(
        max_length=40, unique=True, help_text="As printed at the end of the URL, for example clinicians in /cost/?via=clinicians."
    )
    label = models.CharField(max_length=80, help_text="As staff see it, for example Sheet for referring clinicians.")
    is_counted = models.BooleanField(default=True, help_text="Count pages that are opened with this code.")

    objects = PrintedSheetQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.label
