"""Where staff edit a row."""

from django.db import models
from django.urls import reverse


def edit_path(row: models.Model) -> str:
    """The path of the row's form in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
