"""Texts and sources that are due to be checked again."""

from dataclasses import dataclass
from datetime import date

from .editing.paths import edit_path
from .models import Reference, reviewed_kinds


@dataclass(frozen=True)
class Due:
    """A text or source that is due. `edit` is the path of its form in the admin."""

    what: str
    why: str
    due: date
    edit: str


def find_due(*, today: date) -> list[Due]:
    """Published texts and sources that are due, longest overdue first. `today` is the clinic's date."""
    texts = (row for kind in reviewed_kinds() for row in kind.objects.defer("body", "body_html", "contents"))
    found = [
        Due(f"{row._meta.verbose_name} “{row}”", "Read it and check it.", row.due_on, edit_path(row))
        for row in texts
        if row.is_published
    ]
    for reference in Reference.objects.all():
        if due := reference.due_on:
            found.append(Due(f"reference {reference.key}", "Open the source and compare it.", due, edit_path(reference)))
    return sorted((row for row in found if row.due <= today), key=lambda row: (row.due, row.what))
