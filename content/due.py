"""Texts and sources that are due to be checked again."""

from dataclasses import dataclass
from datetime import date

from .editing.paths import edit_path
from .models import Reference, reviewed_kinds
from .models.text import DUE_AFTER


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
    due_texts = (row for row in texts if row.is_published and row.due_on <= today)
    found = [Due(f"{row._meta.verbose_name} “{row}”", "Read it and check it.", row.due_on, edit_path(row)) for row in due_texts]
    for source in Reference.objects.filter(last_checked__lte=today - DUE_AFTER).only("key", "last_checked"):
        assert source.due_on, "it was checked"
        found.append(Due(f"reference {source.key}", "Open the source and compare it.", source.due_on, edit_path(source)))
    return sorted(found, key=lambda row: (row.due, row.what))
