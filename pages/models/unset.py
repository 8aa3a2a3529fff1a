"""A fact of the clinic that staff type in whole sentences; null, and printed nowhere, until it is set."""

from django.db import models


def unset(label: str, help_text: str) -> models.TextField:
    return models.TextField(label, null=True, blank=True, help_text=help_text)
