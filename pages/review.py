"""What is due to be checked again."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from blog.models import Reference

from .models import ReviewedText, kinds
from .models.text import DUE_AFTER


@dataclass(frozen=True)
class Stale:
    """A text or source whose day to be read again has come. `edit` is the path of its form in the admin."""

    what: str
    why: str
    due: date
    edit: str


def stale_content(*, today: date) -> list[Stale]:
    """Public texts and cited sources to read again, the longest overdue first. `today` is the clinic's date."""
    texts = (row for kind in kinds(ReviewedText) for row in kind.objects.defer("body", "body_html", "contents"))
    found = [
        Stale(f"{row._meta.verbose_name} “{row}”", "Read it again.", row.due_on, edit_path(row))
        for row in texts
        if row.is_published
    ]
    for reference in Reference.objects.exclude(last_checked=None):
        due = reference.last_checked + DUE_AFTER
        found.append(Stale(f"reference {reference.key}", "Open the source and compare.", due, edit_path(reference)))
    return sorted((row for row in found if row.due <= today), key=lambda row: (row.due, row.what))


def edit_path(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
