"""The decision aid: what it has to hold, in plain words, and that nobody but the reader learns what was checked."""

import re
from html import unescape

import pytest

from content.readability import measure
from pages.models import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock")]
DOMAINS = ["Effect", "FDA", "How it is given", "Side effects", "Work and driving", "Onset and upkeep", "Cost"]
# Neither is a statement about medicine: what a plan pays, and what to ask.
UNCITED = {"Cost"}


@pytest.fixture
def page(client) -> str:
    return client.get("/deciding/").content.decode()


def cells(html: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, re.S)


def test_five_options_over_seven_domains_each_statement_with_its_source(page):
    head, body = re.search(r'<div class="stacked">.*?<thead>(.*?)</thead>(.*?)</table>', page, re.S).groups()
    options = [unescape(option) for option in cells(head, "th")]
    assert [option.partition(" ")[0].strip(",") for option in options] == ["Ketamine", "Esketamine", "TMS", "ECT", "Another"]
    rows = cells(body, "tr")
    assert [cells(row, "th") for row in rows] == [[domain] for domain in DOMAINS]
    for domain, row in zip(DOMAINS, rows, strict=True):
        assert re.findall(r'<td data-column="([^"]*)"', row) == options
        uncited = [cell for cell in cells(row, "td") if "#ref-" not in cell and not cell.startswith("Ask ")]
        assert domain in UNCITED or uncited == []


def test_benefit_and_harm_are_drawn_for_treatment_and_comparison(page):
    figures = re.findall(r'<figure class="crowd">.*?</figure>', page, re.S)
    assert len(figures) >= 3
    assert all(figure.count("<svg") == 2 and "#ref-" in figure for figure in figures)
    assert any("detached" in figure for figure in figures)


def test_what_is_checked_stays_with_the_reader(page):
    main = page[page.index('<main id="main">') : page.index("</main>")]
    boxes = re.findall(r"<input[^>]*>", main)
    assert len(boxes) >= 8
    assert set(boxes) == {'<input type="checkbox">'}
    assert "<form" not in main
    assert "<script" not in main


def test_it_is_short_and_plain():
    page = Page.objects.get(key="deciding")
    body, in_short = measure(page.body_html), measure(page.in_short_html)
    assert body.words + in_short.words <= 900
    assert 50 <= in_short.words <= 70
    assert body.grade <= 8
    assert in_short.grade <= 8


def test_it_is_found(client):
    assert "/deciding/</loc>" in client.get("/sitemap.xml").content.decode()
    assert 'href="/deciding/"' in client.get("/search/?q=esketamine+side").content.decode()
    assert 'href="/deciding/"' in client.get("/what-is-ketamine/").content.decode()
