"""The people of the clinic: on their list, on a page of their own, and wherever a text names them."""

import json
import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import Article
from content.editing.paths import edit_path
from content.links import Links
from content.medical_review import stamp
from content.models import kinds
from content.publishing import broken_links
from content.search import find
from pages.licenses import LicenseType
from pages.models import Page, Picture, Provider
from pages.npi import validate_npi
from tests.builders import WEDNESDAY
from tests.content.test_editing import address, opened, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
PEOPLE = "/meet-our-providers/"
# Nobody's: the words only tell the fields apart.
TOLD = {
    "credentials": "APRN, CNP",
    "role": "Role of this person",
    "license_type": LicenseType.ADVANCED_PRACTICE_NURSE,
    "license_number": "R 000-0",
    "npi": "1234567893",
    "training": "A school, 2001.\nA course, 2002.",
    "emergency_training": "A course in emergencies, 2003.",
    "languages": "English, Spanish",
    "available": "On Mondays.",
    "bio": "Words of *their* own.",
    "bio_html": "<p>Words of <em>their</em> own.</p>",
    "interests": "A share in nothing.",
}


def publish(**fields) -> Provider:
    return Provider.objects.create(**{"name": "Real Person", "is_published": True} | fields)


def read(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def nodes(page: str) -> dict[str, dict]:
    graph = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])["@graph"]
    return {node["@type"]: node for node in graph}


@pytest.mark.parametrize("people", [0, 1])
def test_what_to_ask_and_how_to_check_stays_with_and_without_people(client, people):
    for _ in range(people):
        publish()
    page = read(client, PEOPLE)
    assert ("being prepared" in page) == (people == 0)
    anchors = set(re.findall(r'\bid="([^"]*)"', page))
    assert Page.objects.get(key=Page.MEET_OUR_PROVIDERS).anchors() <= anchors
    linked = {
        href.partition("#")[2]
        for kind in kinds()
        for row in kind.objects.all()
        for href in re.findall(rf'href="{PEOPLE}(#[^"]+)"', row.html)
    }
    assert {"how-to-check-a-minnesota-license"} <= linked <= anchors


def test_a_person_has_a_page_that_tells_what_is_set_and_nothing_else(client):
    publish()
    bare = read(client, f"{PEOPLE}real-person/")
    assert "<h1>Real Person</h1>" in bare
    assert re.search(r'<dl class="told">\s*</dl>', bare)
    assert "None" not in re.sub(r"<[^>]+>", " ", bare)
    Provider.objects.update(**TOLD, **dict.fromkeys(Provider.PARTS, True))
    page = read(client, f"{PEOPLE}real-person/")
    parts = ("Evaluates patients", "Prescribes", "Gives treatment and watches", "in charge of medical care", "calls afterward")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    plain = {"role", "license_number", "npi", "emergency_training", "languages", "available", "interests"}
    for words in (*parts, *(TOLD[name] for name in plain), "A school, 2001.", "A course, 2002.", "Words of their own."):
        assert words in text
    assert "Advanced practice registered nurse, Minnesota license R 000-0" in text
    assert 'href="https://mn.gov/boards/nursing/"' in page


def test_every_license_has_the_board_that_gives_it():
    nurses = {LicenseType.ADVANCED_PRACTICE_NURSE, LicenseType.REGISTERED_NURSE, LicenseType.PRACTICAL_NURSE}
    medical = {LicenseType.PHYSICIAN, LicenseType.PHYSICIAN_ASSISTANT}
    boards = {kind: Provider(license_type=kind).board for kind in LicenseType}
    assert all(board.url.startswith("https://mn.gov/boards/") for board in boards.values())
    assert {kind for kind, board in boards.items() if "Nursing" in board.name} == nurses
    assert {kind for kind, board in boards.items() if "Medical Practice" in board.name} == medical
    assert Provider().board is None


def test_a_draft_is_nowhere(client):
    draft = publish(name="Zenobia Draft", is_published=False)
    article = Article.objects.get(slug="ketamine-benefits")
    article.author = article.reviewed_by = draft
    article.reviewed_on = date(2026, 11, 1)
    stamp(article)
    article.save()
    assert client.get(f"{PEOPLE}zenobia-draft/").status_code == 404
    for path in (PEOPLE, "/blog/ketamine-benefits/", "/blog/feed/", "/sitemap.xml", "/search/?q=Zenobia"):
        told = read(client, path)
        assert "zenobia-draft" not in told
        assert "Zenobia" not in told or path.startswith("/search/")
    assert find("Zenobia", at=WEDNESDAY) == []
    Provider.objects.update(is_published=True)
    assert client.get(f"{PEOPLE}zenobia-draft/").status_code == 200
    for path in (PEOPLE, "/blog/ketamine-benefits/", "/sitemap.xml", "/search/?q=Zenobia"):
        assert f"{PEOPLE}zenobia-draft/" in read(client, path), path
    assert "Zenobia Draft" in read(client, "/blog/feed/")


def test_bylines_and_reviews_lead_to_the_page(client):
    someone = publish(credentials="APRN, CNP")
    article = Article.objects.get(slug="ketamine-benefits")
    article.author = article.reviewed_by = someone
    article.reviewed_on = date(2026, 11, 1)
    stamp(article)
    article.save()
    page = read(client, "/blog/ketamine-benefits/")
    link = f'<a href="{PEOPLE}real-person/">'
    assert re.search(rf"By\s+{link}Real Person, APRN, CNP</a>", page)
    assert f"{link}Medically reviewed by Real Person, APRN, CNP</a>" in page
    identity = nodes(read(client, f"{PEOPLE}real-person/"))["Person"]["@id"]
    assert nodes(page)["BlogPosting"]["author"]["@id"] == nodes(page)["MedicalWebPage"]["reviewedBy"]["@id"] == identity


@pytest.mark.parametrize("kind", [LicenseType.PHYSICIAN, LicenseType.REGISTERED_NURSE])
def test_the_markup_is_of_a_person_whatever_the_license(client, kind):
    publish(**TOLD | {"license_type": kind})
    page = read(client, f"{PEOPLE}real-person/")
    found = nodes(page)
    assert set(found) == {"ProfilePage", "Person", "MedicalClinic", "BreadcrumbList"}
    assert found["ProfilePage"]["mainEntity"]["@id"] == found["Person"]["@id"]
    assert found["Person"]["worksFor"]["@id"] == found["MedicalClinic"]["@id"]
    someone = found["Person"]
    assert (someone["name"], someone["jobTitle"], someone["knowsLanguage"]) == (
        "Real Person",
        TOLD["role"],
        ["English", "Spanish"],
    )
    assert someone["hasCredential"] == {
        "@type": "EducationalOccupationalCredential",
        "credentialCategory": "license",
        "name": kind.label,
        "identifier": "R 000-0",
        "recognizedBy": {"@type": "Organization", **Provider(license_type=kind).board._asdict()},
    }
    Provider.objects.update(role="", license_type="", license_number=None, npi="", languages="")
    bare = nodes(read(client, f"{PEOPLE}real-person/"))["Person"]
    assert set(bare) == {"@type", "@id", "name", "url", "honorificSuffix", "worksFor"}


def test_an_address_is_made_once_and_a_former_one_leads_on(superuser, client):
    first, second = publish(), publish()
    assert [first.slug, second.slug] == ["real-person", "real-person-2"]
    assert save(superuser, first, name="Another Name") is None
    assert "<h1>Another Name</h1>" in read(client, f"{PEOPLE}real-person/")
    assert save(superuser, first, slug="another-name") is None
    former, current = f"{PEOPLE}real-person/", f"{PEOPLE}another-name/"
    moved = client.get(former)
    assert (moved.status_code, moved["Location"]) == (301, current)
    assert moved["Cache-Control"] == "public, max-age=0, must-revalidate"
    page = Page.objects.get(key="how-we-write")
    page.body_html = f'<a href="{former}">x</a><a href="{current}">x</a><a href="{PEOPLE}nobody/">x</a>'
    assert [problem.message for problem in broken_links(page, at=WEDNESDAY, links=Links(at=WEDNESDAY))] == [
        f"The link {PEOPLE}nobody/ is broken."
    ]
    assert publish().slug == "real-person-3"
    assert save(superuser, second, slug="") is None
    second.refresh_from_db()
    assert second.slug == "real-person-2"
    assert save(superuser, second, slug="real-person") == {"anothers"}
    assert save(superuser, first, slug="real-person") is None, "their own"
    assert save(superuser, first, slug="another-name") is None
    Provider.objects.filter(pk=first.pk).update(is_published=False)
    assert client.get(former).status_code == client.get(current).status_code == 404


def test_an_address_that_was_never_public_leads_nowhere(superuser, client):
    draft = publish(name="Draft Person", is_published=False)
    assert save(superuser, draft, slug="real-person", is_published="on") is None
    assert client.get(f"{PEOPLE}draft-person/").status_code == 404


def test_staff_see_a_draft_in_the_preview(superuser):
    draft = publish(name="Draft Person", is_published=False)
    form = opened(superuser, edit_path(draft))
    page = superuser.post(address(draft, "preview"), form | {"training": "A school.", "prescribes": "on"}).content.decode()
    assert "<h1>Draft Person</h1>" in page
    assert "A school." in page
    assert "<dd>Prescribes</dd>" in page
    draft.refresh_from_db()
    assert not draft.training


def test_what_a_profile_says_is_checked_like_any_text(superuser):
    someone = publish()
    assert save(superuser, someone, training="A miracle, 2001.") == {"claim_miracle", "justify"}
    assert save(superuser, someone, npi="1234567890") == {"npi_check_digit"}


@pytest.mark.parametrize(
    ("npi", "code"),
    [
        pytest.param("1234567893", None, id="the example of the rule itself"),
        pytest.param("1234567890", "npi_check_digit", id="another last digit"),
        pytest.param("2134567893", "npi_check_digit", id="two digits swapped"),
        pytest.param("123456789", "npi_digits", id="nine digits"),
        pytest.param("123-456-789", "npi_digits", id="with hyphens"),
        pytest.param("１２３４５６７８９３", "npi_digits", id="digits of another script"),
    ],
)
def test_an_npi_proves_itself(npi, code):
    try:
        validate_npi(npi)
        found = None
    except ValidationError as error:
        found = error.code
    assert found == code


@pytest.mark.parametrize("people", [1, 30])
def test_the_list_costs_the_same_whatever_its_length(client, people):
    picture = Picture.objects.create(name="P", alt="A lamp.", digest="0" * 64, width=320, height=400, widths=[320])
    for number in range(people):
        publish(**TOLD | {"name": f"Person {number}"}, portrait=picture)
    with CaptureQueriesContext(connection) as asked:
        page = read(client, PEOPLE)
    assert page.count('alt="A lamp."') == people
    lists = ('FROM "pages_provider"', 'FROM "pages_picture"')
    assert len([query for query in asked.captured_queries if any(table in query["sql"] for table in lists)]) == 1
