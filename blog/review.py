"""Whether a medical review still counts: by a published provider, for exactly the words that are shown now.

A review remembers a fingerprint of the words it was given for, so that no way of changing them can keep it.
"""

from collections.abc import Iterable

from django.db import models

from pages.models import Reviewed

from .words import digest_of


def is_reviewed(row: Reviewed, shown_with: Iterable[models.Model] = ()) -> bool:
    """`shown_with`: other rows whose words stand on the same page, in their order there."""
    provider = row.reviewed_by
    if not (provider and provider.is_published and row.reviewed_on and row.reviewed_words):
        return False
    return row.reviewed_words == digest_of([row, *shown_with])


def stamp(row: Reviewed, shown_with: Iterable[models.Model] = ()) -> None:
    """Binds the review that the row names to the words as they are. Does not save."""
    row.reviewed_words = digest_of([row, *shown_with]) if row.reviewed_by and row.reviewed_on else ""


def end_review(row: Reviewed) -> None:
    """Takes the stamp off. Does not save."""
    row.reviewed_by = row.reviewed_on = None
    row.reviewed_words = ""


def show_review(row: Reviewed, shown_with: Iterable[models.Model] = ()) -> None:
    """For a row about to be printed: a review that no longer counts is not shown."""
    if not is_reviewed(row, shown_with):
        end_review(row)
