"""A digest of each row as the starting content last loaded it, which tells an edited row from an untouched one."""

from django.db import models


class LoadedContent(models.Model):
    kind = models.CharField(max_length=60, help_text="The model, for example pages.page.")
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "loaded content"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_record_per_loaded_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
