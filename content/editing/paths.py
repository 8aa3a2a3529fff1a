"""Paths of the admin's forms."""

from django.db import models
from django.urls import reverse


def edit_path(row: models.Model) -> str:
    """The path at which staff edit the row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def pending_path(row: models.Model) -> str:
    """The path of the page of its pending change."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_pending", args=[row.pk])
