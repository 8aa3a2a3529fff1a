"""What has to be read again, and which medical reviews still count."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from blog.models import Article, Reference
from blog.publishing import is_public
from blog.review import is_reviewed
from pages.models.reviewed import READ_AGAIN_AFTER

from .models import Page
from .views import shown_with


@dataclass(frozen=True)
class Stale:
    """A text or source whose day to be read again has come. `edit` is the path of its form in the admin."""

    what: str
    why: str
    due: date
    edit: str


def stale_content(*, today: date) -> list[Stale]:
    """Public texts and cited sources to read again, the longest overdue first. `today` is the clinic's date."""
    long_fields = ("body", "body_html", "contents")
    texts = [*Page.objects.defer(*long_fields), *Article.objects.filter(is_draft=False).defer(*long_fields)]
    found = [Stale(f"{row._meta.verbose_name} “{row}”", "Read it again.", row.read_again_on, edit_path(row)) for row in texts]
    for reference in Reference.objects.exclude(last_checked=None):
        due = reference.last_checked + READ_AGAIN_AFTER
        found.append(Stale(f"reference {reference.key}", "Open the source and compare.", due, edit_path(reference)))
    return sorted((row for row in found if row.due <= today), key=lambda row: (row.due, row.what))


def awaiting_review() -> list[Page | Article]:
    """Medical texts on the site that no named, published provider has reviewed as they are now."""
    pages = Page.objects.filter(medical=True).select_related("reviewed_by")
    articles = Article.objects.filter(is_draft=False).select_related("reviewed_by")
    waiting = [page for page in pages if not is_reviewed(page, shown_with(page))]
    return waiting + [article for article in articles if is_public(article) and not is_reviewed(article)]


def edit_path(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
