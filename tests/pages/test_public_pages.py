"""Every public page: complete, cookieless, cheap, honest."""

import json
import re
from datetime import UTC, datetime

import pytest

from blog.models import Article
from consults.models import OpeningHours, SpecialHours
from pages.models import Clinic, Page, Provider, Question

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
ARTICLES = ["/blog/ketamine-benefits/", "/blog/ketamine-words/", "/blog/questions-for-a-ketamine-clinic/"]
PUBLIC = [
    "/",
    "/meet-our-providers/",
    "/what-is-ketamine/",
    "/deciding/",
    "/faqs/",
    "/treatment-day/",
    "/medicines-and-conditions/",
    "/how-we-write/",
    "/for-clinicians/",
    "/for-family/",
    "/cost/",
    "/blog/",
    *ARTICLES,
    "/disclaimer/",
    "/privacy-policy/",
    "/terms-of-service/",
    "/acceptable-use/",
    "/accessibility/",
    "/good-faith-estimate/",
    "/notice-of-privacy-practices/",
    "/visit/",
]
OFF_LABEL = [
    "/",
    "/what-is-ketamine/",
    "/deciding/",
    "/faqs/",
    "/treatment-day/",
    "/medicines-and-conditions/",
    "/for-clinicians/",
    "/for-family/",
    "/cost/",
    *ARTICLES,
    "/disclaimer/",
]


def read(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_is_complete(client, path):
    page = read(client, path)
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert 20 <= len(re.search(r"<title>(.*?)</title>", page)[1]) <= 75
    assert 70 <= len(re.search(r'<meta name="description" content="(.*?)">', page)[1]) <= 170
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in page
    assert 'href="tel:988"' in page
    assert 'href="tel:911"' in page
    assert "4:00 PM to 8:00 PM" in page
    assert "8:00 AM to noon" in page
    assert "200 Schilling Dr S." in page
    assert "style=" not in page
    assert not re.search(r"<script(?! type=\"application/ld\+json\"| src=)", page)
    assert not re.findall(r'(?:src|href)="https?://(?!127\.0\.0\.1)[^"]*\.(?:css|js|png|svg|woff2)', page)
    for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page):
        json.loads(text)


def test_titles_and_descriptions_are_all_different(client):
    pages = [read(client, path) for path in [*PUBLIC, "/book-a-consult/"]]
    for pattern in (r"<title>(.*?)</title>", r'<meta name="description" content="(.*?)">'):
        found = [re.search(pattern, page)[1] for page in pages]
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_sets_and_varies_on_no_cookie(client, path):
    client.cookies["csrf"] = client.cookies["session"] = "x"
    response = client.get(path)
    assert not response.cookies
    assert not response.has_header("Vary")
    assert "public" in response["Cache-Control"]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_takes_at_most_six_queries(client, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        client.get(path)


@pytest.mark.parametrize("path", OFF_LABEL)
def test_off_label_stands_where_treatment_is_spoken_of(client, path):
    page = read(client, path)
    assert "off-label" in re.sub(r"<script.*?</script>", "", page, flags=re.S)


@pytest.mark.parametrize("path", ["/", "/what-is-ketamine/", "/faqs/", "/disclaimer/"])
def test_medical_pages_say_when_they_changed_and_that_review_is_pending(client, clock, path):
    page = read(client, path)
    row = Page.objects.get(key=path.strip("/") or "home")
    if row.medical:
        assert f"{row.updated_on:%B} {row.updated_on.day}, {row.updated_on.year}" in page
        assert "Medical review: pending" in page


@pytest.mark.parametrize("path", [path.rstrip("/") for path in [*PUBLIC[1:], "/book-a-consult/"]])
def test_without_the_slash_one_permanent_redirect(client, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (301, path + "/")


@pytest.mark.parametrize("path", ["/nope/", "/nope", "/blog/nope/", "/consults/abc/", "/index.php", "/faqs/x/"])
def test_unknown_addresses_get_the_sites_own_404(client, path, django_assert_max_num_queries):
    # Whether a page of prose is there, and whether the address is an old one.
    with django_assert_max_num_queries(2):
        response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 404
    assert 'href="tel:988"' in page
    assert 'href="/book-a-consult/"' in page


@pytest.mark.parametrize("path", ["/", "/book-a-consult/", "/disclaimer/"])
def test_more_ways_to_reach_help_are_told(client, path):
    page = read(client, path)
    ways = ("videophone", "711", "presione 2", "AYUDA", "press 1", "838255", "1-800-222-1222")
    assert [way for way in ways if way not in page] == []


def test_every_page_leads_to_more_ways_to_reach_help(client):
    assert 'href="/disclaimer/#more-help"' in read(client, "/faqs/")
    assert read(client, "/disclaimer/").count('id="more-help"') == 1


def test_a_foreign_host_is_a_400_with_the_crisis_line(client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert 'href="tel:988"' in response.content.decode()


def specifications(page: str) -> dict:
    graph = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])["@graph"]
    return next(node for node in graph if node["@type"] == "MedicalClinic")


def test_printed_and_marked_up_hours_are_the_posted_ones(client):
    page = read(client, "/")
    assert specifications(page)["openingHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
            "opens": "16:00",
            "closes": "20:00",
        },
        {"@type": "OpeningHoursSpecification", "dayOfWeek": ["Saturday"], "opens": "08:00", "closes": "12:00"},
    ]
    assert "specialOpeningHoursSpecification" not in specifications(page)


def test_changed_hours_and_special_days_show_everywhere_at_once(client, clock):
    OpeningHours.objects.filter(weekday=4).delete()
    OpeningHours.objects.create(weekday=5, opens="13:00", closes="17:00")
    SpecialHours.objects.create(date="2026-12-24", opens="08:00", closes="12:00", note="Christmas Eve")
    SpecialHours.objects.create(date="2026-12-25")
    SpecialHours.objects.create(date="2026-11-26")
    page = read(client, "/")
    for words in ("Monday to Thursday", "8:00 AM to noon and 1:00 PM to 5:00 PM", "Thursday, December 24, 2026", "Christmas Eve"):
        assert words in page
    assert "November 26" not in page
    clinic = specifications(page)
    assert ["Saturday"] in [row["dayOfWeek"] for row in clinic["openingHoursSpecification"]]
    assert [(row["validFrom"], row["opens"], row["closes"]) for row in clinic["specialOpeningHoursSpecification"]] == [
        ("2026-12-24", "08:00", "12:00"),
        ("2026-12-25", "00:00", "00:00"),
    ]


def test_unset_facts_are_not_rendered(client):
    page = read(client, "/")
    assert 'href="tel:5' not in page
    assert "mailto:" not in page
    assert "None" not in re.sub(r"<[^>]+>", " ", page)
    assert "telephone" not in specifications(page)
    Clinic.objects.update(phone="(507) 555-0100", email="hello@clinic.example")
    page = read(client, "/")
    assert "(507) 555-0100" in page
    assert "hello@clinic.example" in page
    assert specifications(page)["telephone"] == "(507) 555-0100"


def test_no_provider_is_invented(client):
    page = read(client, "/meet-our-providers/")
    assert "being prepared" in page
    Provider.objects.create(name="Draft Person", is_published=False)
    assert "Draft Person" not in read(client, "/meet-our-providers/")
    Provider.objects.create(name="Real Person", credentials="APRN", bio_html="<p>Bio.</p>", is_published=True)
    page = read(client, "/meet-our-providers/")
    assert "Real Person" in page
    assert "being prepared" not in page


def test_questions_open_by_themselves_and_link_deep(client):
    page = read(client, "/faqs/")
    questions = Question.objects.published()
    assert page.count("<details") == questions.count() >= 40
    assert all(f'id="{question.slug}"' in page for question in questions)


def test_the_faqs_open_with_five_questions_to_start_with(client):
    """Each a link in the words of the question, to its answer on the same page."""
    opening = read(client, "/faqs/").partition("Five to start with")[2].partition("<section")[0]
    found = re.findall(r'<li><a href="#([a-z-]+)">(.*?)</a></li>', opening)
    asked = dict(Question.objects.published().values_list("slug", "question"))
    assert len(found) == 5
    assert found == [(slug, asked.get(slug)) for slug, _ in found]


def test_a_treatment_day_is_drawn_told_in_words_and_numbered_alike(client):
    page = read(client, "/treatment-day/")
    (drawing,) = re.findall(r'<figure class="day">.*?</figure>', page, re.S)
    assert re.search(r'<svg [^>]*role="img" aria-labelledby="day-title">\s*<title id="day-title">[^<]{100,}</title>', drawing)
    assert not re.search(r'(?:fill|stroke|stop-color)="#(?!fff")', drawing)
    caption = re.findall(r"(\d) ([A-Z][^.]+)\.", drawing.partition("<figcaption>")[2])
    assert caption == re.findall(r"<h2 [^>]*>(\d)\. (.*?)</h2>", page)
    assert [number for number, _ in caption] == re.findall(r"<text [^>]*>(\d)</text>", drawing)


def test_a_wide_table_tells_each_cell_its_column_for_a_phone(client):
    page = read(client, "/medicines-and-conditions/")
    assert page.count('<div class="stacked">') == 2
    assert "<td>" not in page
    rows = re.findall(r"<tr>\s*<th scope=.row.*?</tr>", page, re.S)
    assert len(rows) >= 20
    assert [row for row in rows if 'href="#ref-' not in row] == []


def test_one_and_forty_articles_look_after_themselves(client, django_assert_max_num_queries):
    from datetime import UTC, datetime

    from blog.models import Article

    Article.objects.bulk_create(
        Article(
            slug=f"a{n}",
            title=f"Article {n}",
            browser_title="A",
            description="D",
            summary="S",
            updated_on="2026-01-01",
            published_at=datetime(2026, 1, 1, tzinfo=UTC),
            is_draft=n == 7,
        )
        for n in range(40)
    )
    with django_assert_max_num_queries(6):
        page = read(client, "/blog/")
    assert "Article 8" in page
    assert "Article 7<" not in page
    Article.objects.all().delete()
    assert "<h1" in read(client, "/blog/")


def test_no_date_of_a_change_is_later_than_the_clinics_day(client, content, clock):
    """Seven in the evening in Dundas is the next day in UTC, by which a file may be dated."""
    Page.objects.filter(key="what-is-ketamine").update(updated_on="2026-12-02")
    Article.objects.update(updated_on="2026-12-02")
    clock(datetime(2026, 12, 2, 1, tzinfo=UTC))
    for path in ("/what-is-ketamine/", "/blog/ketamine-benefits/", "/blog/"):
        page = client.get(path).content.decode()
        assert "December 1, 2026" in page
        assert "December 2, 2026" not in page
    clock(datetime(2026, 12, 2, 7, tzinfo=UTC))
    assert "December 2, 2026" in client.get("/what-is-ketamine/").content.decode()
