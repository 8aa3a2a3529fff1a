"""Whether a medical review still counts: by a published provider, for exactly the text that is shown now.

A review remembers a digest of the text it was given for, so any change to the text, however made, invalidates it.
"""

import hashlib
import json

from .models import ReviewedText, reviewed_kinds


def is_reviewed(row: ReviewedText) -> bool:
    provider = row.reviewed_by
    if not (provider and provider.is_published and row.reviewed_on and row.reviewed_digest):
        return False
    return row.reviewed_digest == _digest(row)


def stamp(row: ReviewedText) -> None:
    """Binds the review that the row names to the text as it is. Does not save."""
    row.reviewed_digest = _digest(row) if row.reviewed_by and row.reviewed_on else ""


def end_review(row: ReviewedText) -> None:
    """Takes the stamp off. Does not save."""
    row.reviewed_by = row.reviewed_on = None
    row.reviewed_digest = ""


def show_review(row: ReviewedText) -> None:
    """For a row about to be printed: a review that no longer counts is not shown."""
    if not is_reviewed(row):
        end_review(row)


def awaiting_review() -> list[ReviewedText]:
    """Medical texts on the site that no named, published provider has reviewed as they are now."""
    rows = (row for kind in reviewed_kinds() for row in kind.objects.select_related("reviewed_by"))
    return [row for row in rows if row.medical and row.is_published and not is_reviewed(row)]


def _digest(row: ReviewedText) -> str:
    """One fingerprint of all that its page says."""
    text = json.dumps([shown.texts() for shown in (row, *row.shown_with())], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
