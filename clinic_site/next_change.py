"""When a public page next changes without an edit: what a cache of finished pages has to know."""

from datetime import datetime

from blog.models import Article
from pages.models import Clinic


def next_change(clinic: Clinic, *, after: datetime) -> datetime | None:
    """The first instant after `after` at which an article appears or the announcement ends; None when nothing waits.

    Add anything else that starts or ends at a set time here. Special days do not: every page changes with the date.
    """
    waiting = [Article.objects.next_publication(after=after)]
    if clinic.announcement_at(after):
        waiting.append(clinic.announcement_until)
    return min((instant for instant in waiting if instant), default=None)
