"""An article as schema.org nodes, which say only what the page shows."""

from content.citations import NumberedReference
from pages.models import Clinic
from pages.person_markup import named

from .models import Article


def article_nodes(article: Article, clinic: Clinic, references: list[NumberedReference], *, origin: str) -> list[dict]:
    """The page (MedicalWebPage) and the article on it. The author is the clinic unless a person is named."""
    url = origin + article.get_absolute_url()
    clinic_id = {"@id": f"{origin}/#clinic"}
    page: dict[str, str | dict] = {"@type": "MedicalWebPage", "@id": url, "url": url, "name": article.title}
    if article.reviewed_by and article.reviewed_on:
        page |= {
            "lastReviewed": article.reviewed_on.isoformat(),
            "reviewedBy": named(article.reviewed_by),
        }
    posting = {
        "@type": "BlogPosting",
        "@id": f"{url}#article",
        "mainEntityOfPage": {"@id": url},
        "headline": article.title,
        "description": article.description,
        "datePublished": article.published_at.astimezone(clinic.zone).date().isoformat(),
        "dateModified": article.updated_on.isoformat(),
        "author": named(article.named_author) if article.named_author else clinic_id,
        "publisher": clinic_id,
        "citation": [numbered.reference.link for numbered in references if numbered.reference.link],
    }
    organization = {"@type": "MedicalClinic", **clinic_id, "name": clinic.name, "url": f"{origin}/"}
    return [page, posting, organization]
