"""Decides whether a medical review still counts: by a published provider, for exactly the text that is shown now.

A review stores a digest of the text it was given for, so any change to the text, however made, invalidates it.
"""

import hashlib
import json

from .models import PendingChange, ReviewedText, Text, reviewed_kinds


def is_reviewed(row: ReviewedText) -> bool:
    provider = row.reviewed_by
    if not (provider and provider.is_published and row.reviewed_on and row.reviewed_digest):
        return False
    return row.reviewed_digest == digest(row)


def stamp(row: ReviewedText) -> None:
    """Binds the row's review to its current text. Does not save."""
    row.reviewed_digest = digest(row) if row.reviewed_by and row.reviewed_on else ""


def end_review(row: ReviewedText) -> None:
    """Removes the review from the row. Does not save."""
    row.reviewed_by = row.reviewed_on = None
    row.reviewed_digest = ""


def show_review(row: ReviewedText) -> None:
    """Removes a review that no longer counts from a row that is about to be shown. Does not save."""
    if not is_reviewed(row):
        end_review(row)


def awaiting_review() -> list[ReviewedText]:
    """Medical texts on the site whose current version no named, published provider has reviewed."""
    rows = (row for kind in reviewed_kinds() for row in kind.objects.select_related("reviewed_by"))
    return [row for row in rows if row.medical and row.is_published and not is_reviewed(row)]


def is_pending_reviewed(change: PendingChange, proposed: Text) -> bool:
    """Whether the review of a pending change counts for these words: `proposed` is the text with them."""
    provider = change.reviewed_by
    if not (provider and provider.is_published and change.reviewed_on and change.reviewed_digest):
        return False
    return change.reviewed_digest == digest(proposed)


def digest(row: Text) -> str:
    """A digest of all the text that a review of it covers, as it is read: of a page, with the texts that share it."""
    around = row.shown_with() if isinstance(row, ReviewedText) else ()
    text = json.dumps([shown.spelled_out() for shown in (row, *around)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
