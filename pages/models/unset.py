"""A text among the clinic's facts; null, and printed nowhere, until staff set it."""

from django.db import models


def unset(label: str, help_text: str, **options) -> models.TextField:
    return models.TextField(label, null=True, blank=True, help_text=help_text, **options)
