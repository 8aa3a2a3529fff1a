"""The next time a public page changes without an edit, which the page cache needs to know."""

from datetime import datetime

from blog.models import Article
from pages.models import Clinic


def next_change(clinic: Clinic, *, after: datetime) -> datetime | None:
    """The first instant after `after` at which an article appears or the announcement ends; None if neither is scheduled.

    Add anything else that starts or ends at a set time here, except special days: every page changes with the date anyway.
    """
    waiting = [Article.objects.next_publication(after=after)]
    if clinic.announcement_at(after):
        waiting.append(clinic.announcement_until)
    return min((instant for instant in waiting if instant), default=None)
