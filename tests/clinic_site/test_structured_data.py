"""Structured data of every public page: only words of schema.org, the whole clinic where it is told, real reviews and people."""

import json
import re
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from blog.models import Article
from consults.models import SpecialHours
from content.medical_review import stamp
from content.models import reviewed_kinds
from pages.models import Clinic, Page, Provider, Question
from pages.structured_data import ABOUT_THE_CLINIC
from tests.pages.test_public_pages import ARTICLES, PUBLIC
from tests.schema_org import mistakes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock")]
ORIGIN = "http://127.0.0.1:8000"
EVERYWHERE = [*PUBLIC, "/book-a-consult/"]
ON_MAPS = {
    "latitude": "44.12345",
    "longitude": "-93.12345",
    "map_url": "https://maps.example/clinic",
    "profiles": "https://directory.example/clinic\n\nhttps://other.example/clinic\n",
    "areas_served": "Rice County\nDundas",
}
# Invitations to compare and to buy, which a clinic does not make.
NOT_SAID = ("FAQPage", "AggregateRating", "Review", "Offer", "priceRange", "ReserveAction", "potentialAction")


def nodes(client, path: str) -> list[dict]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).content.decode(), re.S)
    return [node for text in found for node in json.loads(text)["@graph"]]


def node(client, path: str, kind: str) -> dict | None:
    return next((node for node in nodes(client, path) if node["@type"] == kind), None)


def fill_everything() -> Provider:
    """Every fact set, a special day, and one person who wrote and reviewed everything."""
    Clinic.objects.update(**ON_MAPS, phone="(507) 555-0100", fax="(507) 555-0101", email="a@clinic.example", legal_name="A LLC")
    SpecialHours.objects.create(date="2026-12-25")
    person = Provider.objects.create(name="Real Person", credentials="APRN", role="Medical director", is_published=True)
    Article.objects.update(author=person)
    for kind in reviewed_kinds():
        for row in kind.objects.all():
            row.reviewed_by, row.reviewed_on = person, date(2026, 12, 1)
            stamp(row)
            row.skip_history_when_saving = True
            row.save()
    return person


@pytest.mark.parametrize("is_filled", [False, True], ids=["as it ships", "everything set"])
@pytest.mark.slow
def test_every_node_uses_only_types_and_properties_of_schema_org(client, is_filled):
    if is_filled:
        fill_everything()
    for path in EVERYWHERE:
        found = nodes(client, path)
        assert [mistake for each in found for mistake in mistakes(each)] == [], path
        assert not [word for word in NOT_SAID if f'"{word}"' in json.dumps(found)], path
        # A node that is referred to is on the same page.
        ids = {each["@id"] for each in found if "@id" in each}
        assert set(re.findall(r'\{"@id": "([^"]*)"\}', json.dumps(found))) <= ids, path


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        ({"@type": "MedicalClinique"}, "MedicalClinique: no such type"),
        ({"@type": "WebSite", "telephone": "1"}, "WebSite.telephone: no such property"),
        ({"@type": "MedicalClinic", "geo": {"@type": "Person"}}, "MedicalClinic.geo: {'@type': 'Person'} is none of "),
        ({"@type": "MedicalWebPage", "lastReviewed": "Monday"}, "MedicalWebPage.lastReviewed: 'Monday' is none of Date"),
        ({"@type": "OpeningHoursSpecification", "dayOfWeek": ["Montag"]}, "OpeningHoursSpecification.dayOfWeek: 'Montag' is"),
    ],
)
def test_the_vocabulary_refuses_what_it_does_not_know(wrong, mistake):
    (found,) = mistakes(wrong)
    assert found.startswith(mistake)


def test_the_whole_clinic_is_on_the_pages_that_tell_who_and_where_it_is(client):
    before = node(client, "/visit/", "MedicalClinic")
    assert not before.keys() & {"geo", "hasMap", "sameAs", "areaServed", "telephone"}
    assert before["image"] == f"{ORIGIN}/static/img/share.png"
    fill_everything()
    whole = node(client, "/", "MedicalClinic")
    assert whole["geo"] == {"@type": "GeoCoordinates", "latitude": 44.12345, "longitude": -93.12345}
    assert whole["hasMap"] == "https://maps.example/clinic"
    assert '<a href="https://maps.example/clinic" rel="noreferrer">' in client.get("/visit/").content.decode()
    assert whole["sameAs"] == ["https://directory.example/clinic", "https://other.example/clinic"]
    assert whole["areaServed"] == ["Rice County", "Dundas"]
    assert whole["specialOpeningHoursSpecification"][0]["validFrom"] == "2026-12-25"
    told = [Page.objects.get(key=key).get_absolute_url() for key in ABOUT_THE_CLINIC]
    assert told == ["/", "/visit/", "/book-a-consult/", "/meet-our-providers/"]
    assert [node(client, path, "MedicalClinic") for path in told] == [whole] * 4
    assert node(client, "/what-is-ketamine/", "MedicalClinic").keys() == {"@type", "@id", "name", "url"}
    assert node(client, "/book-a-consult/", "BreadcrumbList")["itemListElement"][1]["item"] == f"{ORIGIN}/book-a-consult/"


def test_a_medical_page_tells_its_review_only_when_there_is_one(client):
    medical = [page.get_absolute_url() for page in Page.objects.filter(medical=True)]
    assert {"/", "/what-is-ketamine/", "/faqs/"} <= {*medical}
    for path in [*medical, *ARTICLES]:
        page = node(client, path, "MedicalWebPage")
        assert page.keys() >= {"dateModified", "about"}, path
        assert not page.keys() & {"lastReviewed", "reviewedBy"}, path
    assert node(client, "/disclaimer/", "MedicalWebPage") is None or Page.objects.get(key="disclaimer").medical
    person = fill_everything()
    url = f"{ORIGIN}/meet-our-providers/real-person/"
    told = {"@type": "Person", "@id": f"{url}#person", "name": "Real Person", "url": url, "honorificSuffix": "APRN"}
    for path in [*medical, *ARTICLES]:
        page = node(client, path, "MedicalWebPage")
        assert (page["lastReviewed"], page["reviewedBy"]) == ("2026-12-01", told), path
    posting = node(client, ARTICLES[0], "BlogPosting")
    assert posting["author"] == told
    assert re.fullmatch(rf"{ORIGIN}/share/[0-9a-f]{{24}}\.png", posting["image"])
    # A person who is taken off the site has reviewed nothing that is on it.
    person.is_published = False
    person.save()
    assert "reviewedBy" not in node(client, "/faqs/", "MedicalWebPage")


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, set()),
        (ON_MAPS, set()),
        ({"latitude": "44.1"}, {"half_a_place"}),
        ({"longitude": "-93.1"}, {"half_a_place"}),
        ({"latitude": "90.1", "longitude": "0"}, {"max_value", "half_a_place"}),
        ({"latitude": "0", "longitude": "-180.1"}, {"min_value", "half_a_place"}),
        ({"map_url": "http://maps.example/"}, {"https"}),
        ({"profiles": "https://a.example/\njavascript:alert(1)"}, {"https"}),
        ({"profiles": "https://a.example/ https://b.example/"}, {"https"}),
    ],
)
def test_what_maps_read_is_checked(fields, codes):
    clinic = Clinic.objects.get()
    for name, value in fields.items():
        setattr(clinic, name, value)
    try:
        clinic.full_clean()
        found = set()
    except ValidationError as error:
        found = {one.code for errors in error.error_dict.values() for one in errors}
    assert found - {"half_a_place"} == codes - {"half_a_place"}
    assert ("half_a_place" in found) == (codes == {"half_a_place"})
    if "half_a_place" in codes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Clinic.objects.update(**fields)


def test_the_date_of_the_faqs_moves_with_an_answer_on_them_and_with_nothing_else(client):
    def told() -> set[str]:
        printed = re.search(r'Last changed\s*<time datetime="([^"]*)"', client.get("/faqs/").content.decode())[1]
        sitemap = client.get("/sitemap.xml").content.decode()
        listed = re.search(rf"<loc>{ORIGIN}/faqs/</loc><lastmod>([^<]*)", sitemap)[1]
        return {printed, listed, node(client, "/faqs/", "MedicalWebPage")["dateModified"]}

    Page.objects.update(updated_on="2026-01-01")
    Article.objects.update(updated_on="2026-11-30")
    Question.objects.create(slug="hidden", question="?", answer="", is_published=False, updated_on="2026-11-30")
    assert told() == {"2026-01-01"}
    Question.objects.filter(slug="wishing-to-be-dead").update(updated_on="2026-11-20")
    assert told() == {"2026-11-20"}
    Page.objects.filter(key="faqs").update(updated_on="2026-11-25")
    assert told() == {"2026-11-25"}


def test_the_date_of_the_home_page_is_that_of_the_answers_it_shows(client):
    Page.objects.update(updated_on="2026-01-01")
    shown = Question.objects.on_home().first()
    Question.objects.filter(pk=shown.pk).update(updated_on="2026-11-20", answer="{fees}", clinic_must_answer=True)
    assert Page.objects.get(key="home").changed_on == date(2026, 1, 1)
    Clinic.objects.update(fees="Two hundred dollars.")
    assert Page.objects.get(key="home").changed_on == date(2026, 11, 20)
    assert node(client, "/", "MedicalWebPage")["dateModified"] == "2026-11-20"


def test_a_shared_address_shows_the_name_a_sized_picture_and_its_words(client):
    def tags(path: str) -> dict[str, str]:
        return dict(re.findall(r'<meta property="(og:[a-z:_]+)" content="([^"]*)">', client.get(path).content.decode()))

    for path in EVERYWHERE:
        found = tags(path)
        assert (found["og:site_name"], found["og:locale"]) == ("Modern Therapeutics", "en_US"), path
        assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630"), path
        assert "Modern Therapeutics" in found["og:image:alt"], path
    found = tags("/faqs/")
    assert found["og:image:alt"] == f"{Page.objects.get(key='faqs').title} – Modern Therapeutics"
    picture = client.get(found["og:image"].removeprefix(ORIGIN))
    picture.close()
    assert picture["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/faqs/")["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("/static/img/share.png", {"Cross-Origin-Resource-Policy": "cross-origin"}),
        ("/static/img/share.0123456789ab.png", {"Cross-Origin-Resource-Policy": "cross-origin"}),
        ("/static/img/favicon.svg", {}),
        ("/static/css/site.css", {}),
    ],
)
def test_of_the_static_files_only_the_picture_for_shared_links_is_for_other_sites(url, headers):
    found: dict[str, str] = {}
    settings.WHITENOISE_ADD_HEADERS_FUNCTION(found, "", url)
    assert found == headers


def test_a_page_that_search_engines_should_not_list_says_so(client):
    noindex = '<meta name="robots" content="noindex">'
    assert noindex in client.get("/book-a-consult/sent/").content.decode()
    notice = "/notice-of-privacy-practices/"
    assert noindex in client.get(notice).content.decode()
    assert notice not in client.get("/sitemap.xml").content.decode()
    Clinic.objects.update(privacy_notice_url="https://clinic.example/notice.pdf")
    assert noindex not in client.get(notice).content.decode()
    assert notice in client.get("/sitemap.xml").content.decode()


def test_the_old_address_of_the_icon_leads_to_a_picture(client):
    response = client.get("/favicon.ico")
    assert (response.status_code, response["Location"]) == (302, "/static/img/apple-touch-icon.png")
    assert not response.cookies
