"""An article as schema.org nodes, which say only what the page shows."""

from django.conf import settings

from content.citations import NumberedReference
from pages.models import Clinic
from pages.share_tags import share_picture_url
from pages.structured_data import clinic_id, clinic_reference, medical_page_node, named

from .models import Article


def article_nodes(article: Article, clinic: Clinic, references: list[NumberedReference]) -> list[dict]:
    """The page (MedicalWebPage) and the article on it. The author is the clinic unless a person is named."""
    url = settings.PUBLIC_URL + article.get_absolute_url()
    posting = {
        "@type": "BlogPosting",
        "@id": f"{url}#article",
        "mainEntityOfPage": {"@id": url},
        "headline": article.title,
        "description": article.description,
        "image": share_picture_url(article),
        "datePublished": article.published_at.astimezone(clinic.zone).date().isoformat(),
        "dateModified": article.changed_on.isoformat(),
        "author": named(article.named_author) if article.named_author else {"@id": clinic_id()},
        "publisher": {"@id": clinic_id()},
        "citation": [numbered.reference.link for numbered in references if numbered.reference.link],
    }
    return [medical_page_node(article, changed_on=article.changed_on), posting, clinic_reference(clinic)]
