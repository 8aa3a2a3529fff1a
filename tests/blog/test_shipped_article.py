"""The article that ships: cited, dated and fair."""

import re
import tomllib
from pathlib import Path

import pytest

from blog.models import Article, Reference
from content.citations import cited_keys

FILES = Path(__file__).resolve().parents[2]


@pytest.fixture
def article(content):
    return Article.objects.get(slug="ketamine-benefits")


@pytest.mark.slow
def test_at_least_eighteen_studies_are_linked_by_doi_or_pmid(article, client):
    page = client.get("/blog/ketamine-benefits/").content.decode()
    cited = Reference.objects.filter(key__in=cited_keys(article.body))
    assert set(cited.values_list("key", flat=True)) == set(cited_keys(article.body))
    studies = {reference.link for reference in cited if reference.doi or reference.pmid}
    assert len(studies) >= 18
    assert all(f'href="{link}"' in page for link in studies)


def test_the_article_keeps_its_date_and_says_what_changed(article, client):
    page = client.get("/blog/ketamine-benefits/").content.decode()
    assert "December 11, 2024" in page
    assert article.change_note in page
    assert "Medical review: pending" in page
    assert '"datePublished":"2024-12-11"' in page
    assert "<article" in page


def test_every_citation_on_the_page_points_to_its_source_and_every_source_back(article, client):
    page = client.get("/blog/ketamine-benefits/").content.decode()
    sources, mentions = (re.findall(rf'href="#{kind}-([0-9]+)"', page) for kind in ("ref", "cited"))
    assert set(sources) == set(re.findall(r'id="ref-([0-9]+)"', page)) == set(mentions)
    assert sorted(mentions) == sorted(re.findall(r'id="cited-([0-9]+)"', page)), "each source leads back once"


def test_the_headings_are_those_of_the_first_version(article):
    assert re.findall(r"^## (.+)$", article.body, re.M) == [
        "Understanding Depression: A Brief Overview",
        "The Science Behind Ketamine Therapy",
        "The Benefits of Ketamine Therapy",
        "Potential Risks and Side Effects of Ketamine Therapy",
        "Who is a Good Candidate for Ketamine Therapy?",
        "In Conclusion",
    ]


def test_the_approval_status_stands_in_the_first_hundred_words(article):
    assert "off-label" in " ".join(re.sub(r"[^\w' -]", " ", article.body).split()[:100])


def test_every_reference_can_be_opened():
    references = tomllib.loads((FILES / "content/references.toml").read_text())["reference"]
    for reference in references:
        assert reference.get("doi") or reference.get("pmid") or reference.get("url", "").startswith("https://"), reference["key"]
    assert len({reference["key"] for reference in references}) == len(references)
