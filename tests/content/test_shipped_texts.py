"""Every text that ships: cited to sources that can be opened, both sides told, a way to help in a crisis."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from blog.models import Article
from content.citations import cited_keys
from content.figures import FIGURES
from content.figures_in_texts import in_words
from content.files import ContentFile, read_content_files
from content.links import Links
from content.publishing import problems
from pages.models import Page, Question

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = read_content_files(ROOT / "blog/content/articles")
PAGES = read_content_files(ROOT / "pages/content/pages")
QUESTIONS = read_content_files(ROOT / "pages/content/questions")
REFERENCES = {
    reference["key"]: reference
    for reference in tomllib.loads((ROOT / "content/references.toml").read_text(encoding="utf-8"))["reference"]
}
# Agencies, registries, labels and their makers, guidelines and hospitals have no DOI; every study has one, or a PMID.
_WITHOUT_IDENTIFIER = {
    "www.fda.gov",
    "www.fmcsa.dot.gov",
    "dailymed.nlm.nih.gov",
    "www.govinfo.gov",
    "www.nimh.nih.gov",
    "www.ncbi.nlm.nih.gov",
    "www.who.int",
    "www.healthquality.va.gov",
    "www.mayoclinic.org",
    "www.ynhh.org",
    "www.mcleanhospital.org",
    "www.uclahealth.org",
    "commonspirit.org",
    "www.fairview.org",
    "asahq.org",
    "www.heart.org",
    # The journal's own page, where no identifier was seen.
    "www.cambridge.org",
    "www.cdc.gov",
    "www.ptsd.va.gov",
    "clinicaltrials.gov",
    "www.oxfordhealth.nhs.uk",
    "tavistockandportman.nhs.uk",
    "www.pdr.net",
    "www.spravatohcp.com",
    "www.ema.europa.eu",
    "ch.oddb.org",
    "www.safemedication.com",
    "means-matter.hsph.harvard.edu",
    # A medical school's summary of a review whose abstract was read without its identifiers.
    "med.uth.edu",
}

# A number that only a study can have found: a share, so many of so many, so many people, points of a scale.
_COUNT = r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)"
_STUDYS_NUMBER = re.compile(
    rf"\d[\d.]*(?:\s?%| percent\b)|\b{_COUNT} (?:in|of|out of) (?:every )?{_COUNT}\b|\bone in {_COUNT}\b"
    r"|\b(?:a|one|two|three) (?:third|quarter|fifth|tenth)s?\b"
    r"|\b\d[\d,]* (?:(?!(?:for|of|and|or|to|in)\b)\w+ )?(?:people|patients|adults|veterans|deaths|trials|studies|points)\b",
    re.I,
)
# What looks like one and is none.
_NO_STUDYS_NUMBER = (
    "zoom in to 400%",  # of a browser
    "each had fewer than 20 people",  # said of several trials at once
)
_MARK = re.compile(r"\{(?:number|figure): ([a-z0-9-]+)")

each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda file: file.name)


def text_of(file: ContentFile) -> str:
    return "\n".join([*(value for value in file.facts.values() if isinstance(value, str)), file.body])


def headings(article: ContentFile) -> list[str]:
    return re.findall(r"^## (.+)$", article.body, re.M)


def test_three_articles_ship():
    assert [article.name for article in ARTICLES] == ["ketamine-benefits", "ketamine-words", "questions-for-a-ketamine-clinic"]


def test_a_source_has_a_doi_or_pmid_or_is_an_official_page():
    for reference in REFERENCES.values():
        is_found = reference["doi"] or reference["pmid"] or urlsplit(reference["url"]).netloc in _WITHOUT_IDENTIFIER
        assert is_found, reference
        assert reference["verified"], reference
        assert reference["last_checked"], reference


def test_every_cited_source_exists_and_every_source_is_cited():
    texts = [in_words(text_of(file)) for file in (*ARTICLES, *PAGES, *QUESTIONS)]
    assert set(cited_keys(*texts)) == set(REFERENCES)


def typed_numbers(text: str) -> list[str]:
    """The numbers of studies that a text types itself, instead of referring to `figures.toml`."""
    text = re.sub(r"\{number: [^}]*\}|\[@[^]]*\]", "", text)
    for fair in _NO_STUDYS_NUMBER:
        text = text.replace(fair, "")
    return [match[0] for match in _STUDYS_NUMBER.finditer(text)]


def test_no_text_types_a_number_of_a_study_itself():
    typed = {file.name: typed_numbers(text_of(file)) for file in (*ARTICLES, *PAGES, *QUESTIONS)}
    assert {name: numbers for name, numbers in typed.items() if numbers} == {}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("About 55.4% responded, or 41 percent.", ["55.4%", "41 percent"], id="percentages"),
        pytest.param("Of them 17 of 24, 9 out of 10, one in three.", ["17 of 24", "9 out of 10", "one in three"], id="shares"),
        pytest.param("More than seven in ten, or a quarter.", ["seven in ten", "a quarter"], id="shares in words"),
        pytest.param("In 403 people, 62 hospital patients.", ["403 people", "62 hospital patients"], id="people"),
        pytest.param("It was 13 points better in 27 studies.", ["13 points", "27 studies"], id="points and studies"),
        pytest.param("Of {number: a.b} in {number: a.people}, half were well. [@one-2020]", [], id="references"),
        pytest.param("Approved in 2019 for adults of 18 or older; one of two uses. Call 988.", [], id="years, ages, a phone"),
        pytest.param("Do not drive for 24 hours. Pills take 4 to 8 weeks, 5 days a week.", [], id="times"),
        pytest.param("A dose of 0.5 mg over 40 minutes, at 4:00 PM, within 2 hours.", [], id="doses"),
    ],
)
def test_a_typed_number_would_be_noticed_and_a_fair_one_passes(text, numbers):
    assert typed_numbers(text) == numbers


def test_every_number_that_is_kept_is_used_and_its_study_cited_beside_it():
    used = set()
    for file in (*ARTICLES, *PAGES, *QUESTIONS):
        text = text_of(file)
        keys = set(_MARK.findall(text))
        used |= keys
        # The home page has no list of sources; it links to the page that has.
        uncited = {key for key in keys if FIGURES[key].source not in cited_keys(in_words(text))}
        assert not uncited or file.name == "home", f"{file.name} does not cite {uncited}"
    assert used == set(FIGURES)


@each_article
def test_an_article_says_first_what_is_approved_and_where_help_is(article):
    opening = article.body.partition("\n:::\n")[0]
    for words in ("**off-label**", "tel:988", "988lifeline.org", "tel:911", "not emergency care"):
        assert words in opening


@each_article
def test_an_article_has_key_points_contents_and_its_risks_before_the_end(article):
    parts = headings(article)
    assert "::: note Key points" in article.body.partition("\n## ")[0]
    assert len(parts) >= 3
    assert any("risk" in part.lower() for part in parts[:-1])
    assert not any("risk" in part.lower() for part in parts[-1:])


@each_article
def test_every_key_point_about_medicine_names_its_source(article):
    points = re.search(r"::: note Key points\n(.+?)\n:::", article.body, re.S)[1].splitlines()
    uncited = [point for point in points if not cited_keys(point)]
    assert len(points) >= 5
    assert all(point.startswith("- You may ") for point in uncited)


def test_every_word_that_the_glossary_explains_can_be_linked_to_and_is():
    glossary = next(article for article in ARTICLES if article.name == "ketamine-words")
    explained = re.findall(r"^(?:- )?\*\*[^*]+\*\*(.{2})", glossary.body.partition("\n## ")[2], re.M)
    assert len(explained) > 20
    assert set(explained) == {"{#"}
    linked = [file.name for file in PAGES if "(/blog/ketamine-words/#" in file.body]
    assert {"faqs", "how-we-write", "medicines-and-conditions", "treatment-day"} <= set(linked)


def test_the_main_article_keeps_its_length():
    main = next(article for article in ARTICLES if article.name == "ketamine-benefits")
    assert len(re.sub(r"\[@[^]]+\]", "", main.body).split()) >= 2000


def test_a_text_has_no_dash_where_a_period_would_do():
    for file in (*ARTICLES, *PAGES, *QUESTIONS):
        assert "—" not in text_of(file), file.name
        assert " – " not in text_of(file), file.name


@pytest.mark.django_db
def test_nothing_keeps_a_shipped_text_from_being_published(content):
    links = Links(at=timezone.now())
    rows = [row for model in (Page, Question, Article) for row in model.objects.all()]
    found = {str(row): problems(row, at=links.at, links=links) for row in rows}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert len(rows) > 60
