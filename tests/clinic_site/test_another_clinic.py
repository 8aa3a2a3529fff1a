"""A clinic of another state, with a folder of its own, has its own facts, hours, words, mark and texts, and no others."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from blog.models import Article
from clinic_site.clinic_folder import clinic_folder, read_folder
from clinic_site.prelaunch_checks import texts_are_about_the_clinics_state
from clinic_site.starting_facts import load_facts, load_hours
from consults import booking
from consults.models import OpeningHours, OutboxMessage
from content.share_picture import _ground_bytes, _ground_fingerprint
from content.sync import Report
from pages.models import Clinic, Page, Question
from tests.builders import WEDNESDAY, letter_of, submit
from tests.clinic_folders import FACTS, ITS_ARTICLE, ITS_PAGE, ITS_QUESTION, MARK, write_folder
from tests.shipped_content import KeptRows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("another_clinic", "clock")]
OF_THE_CLINIC_THAT_SHIPS = re.compile(
    r"Modern Therapeutics|Dundas|Schilling|55019|Central Time|America/Chicago|in the quiet of the evening|4:00 PM to 8:00 PM"
)
# Its state is named where the law of its state is; tell of any other place.
PATHS = [
    *(
        "/",
        "/visit/",
        "/book-a-consult/",
        "/faqs/",
        "/blog/",
        "/blog/feed/",
        "/sitemap.xml",
        "/manifest.webmanifest",
        "/robots.txt",
    ),
    *(
        "/meet-our-providers/",
        "/what-is-ketamine/",
        "/blog/ketamine-benefits/",
        "/cost/",
        "/terms-of-service/",
        "/privacy-policy/",
    ),
    *("/for-clinicians/", "/.well-known/security.txt", "/nope/", "/search/?q=hours", "/book-a-consult/sent/"),
]
NO_LAW = ("/", "/visit/", "/book-a-consult/", "/blog/", "/blog/feed/", "/sitemap.xml", "/manifest.webmanifest", "/nope/")


def _load() -> None:
    call_command("load_content", verbosity=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    files = {"questions__460_parking_access_interpreter": ITS_QUESTION, "articles__a_first_year": ITS_ARTICLE}
    facts = FACTS + '[look]\nprimary = "#14532d"\nlight = "#ffe0a3"\nscene = "coast"\n'
    path = write_folder(tmp_path_factory.mktemp("clinic"), facts=facts, pages__parking=ITS_PAGE, static__mark=MARK, **files)
    return read_folder(path)


@pytest.fixture
def another_clinic(db, settings, folder):
    settings.CLINIC_FOLDER = folder
    caches = (finders.get_finder, _ground_bytes, _ground_fingerprint)
    for cache in caches:
        cache.cache_clear()
    KeptRows.read_once(_load).write()
    yield
    for cache in caches:
        cache.cache_clear()


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def test_nothing_of_the_clinic_that_ships_is_found_on_its_site(superuser):
    client = superuser
    pages = {path: read(client, path) for path in PATHS}
    pages |= {path: read(client, path) for path in ("/admin/", "/admin/pages/clinic/1/change/", "/admin/pages/clinic/missing/")}
    assert {path: OF_THE_CLINIC_THAT_SHIPS.findall(page) for path, page in pages.items()} == {path: [] for path in pages}
    assert [path for path in NO_LAW if "Minnesota" in pages[path]] == []


def test_the_clinic_that_ships_would_be_noticed(client, settings):
    settings.CLINIC_FOLDER, report = clinic_folder("CLINIC_DIR", settings.BASE_DIR / "clinic"), Report()
    load_facts(report, now=WEDNESDAY)
    load_hours(report)
    for path in ("/", "/visit/", "/book-a-consult/"):
        assert len(set(OF_THE_CLINIC_THAT_SHIPS.findall(read(client, path)))) > 3, path


def test_its_own_facts_hours_and_words_are_where_those_of_the_clinic_that_ships_would_be(client):
    home, visit = read(client, "/"), read(client, "/visit/")
    for words in ("Care under a high sky", "A small clinic for adults.", "Ketamine in Bend", "9:00 AM to noon", "in Bend, OR"):
        assert words in home, words
    assert "100 Example Avenue" in visit
    assert "our clinic in Bend, Oregon" in read(client, "/book-a-consult/")
    assert "45 minutes" in read(client, "/book-a-consult/")
    graph = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', home)[1])["@graph"]
    clinic = next(node for node in graph if node["@type"] == "MedicalClinic")
    assert (clinic["name"], clinic["address"]["addressRegion"]) == ("High Desert Example Clinic", "OR")
    assert {row["opens"] for row in clinic["openingHoursSpecification"]} == {"09:00", "13:00"}
    assert OpeningHours.objects.count() == 3


def test_its_mark_scene_and_colors_are_on_every_page_and_in_every_icon(client):
    drawing = MARK.partition(">")[2]
    for path in ("/", "/nope/", "/admin/login/"):
        assert drawing in read(client, path), path
    home = read(client, "/")
    assert '<link rel="stylesheet" href="/static/css/look.css">' in home
    assert '<meta name="theme-color" content="#14532d"' in home
    assert 'href="/static/staff/look.css"' in read(client, "/admin/login/")
    assert json.loads(read(client, "/manifest.webmanifest"))["theme_color"] == "#14532d"
    assert "M0 212h1440v168H0z" in home, "the coast"
    for name in ("img/favicon.svg", "img/apple-touch-icon.png", "img/share.png", "css/look.css", "staff/look.css"):
        assert "clinic-static" in finders.find(name), name
    assert drawing in Path(finders.find("img/favicon.svg")).read_text()
    assert "clinic-static" not in finders.find("css/site.css")


def test_files_of_its_folder_replace_or_add_texts_by_their_names(client):
    page = read(client, "/parking/")
    assert "Two spaces at High Desert Example Clinic." in page
    assert "at 100 Example Avenue, Bend, OR 97701." in page
    faqs = read(client, "/faqs/")
    assert "Is there a bus to the high desert?" in faqs
    assert Question.objects.filter(slug="parking-access-interpreter").count() == 1
    assert "/blog/a-first-year/" in read(client, "/blog/feed/")
    assert Article.objects.count() == 4
    assert Page.objects.get(key="home").title == "Care under a high sky"


def test_a_search_for_its_name_or_place_finds_the_texts_that_say_them(client):
    for query in ("bend", "High Desert Example Clinic", "clinic in Bend, Oregon", "oregon", "legal terms bend"):
        found = re.findall(r'<h2><a href="([^"]+)"', client.get("/search/", {"q": query}).content.decode())
        assert {"/", "/terms-of-service/", "/privacy-policy/", "/blog/"} & set(found), query
    page = client.get("/search/", {"q": "bend"}).content.decode()
    assert "<mark>Bend, Oregon</mark>" in page
    assert "qzxq" not in page


def test_its_letters_and_calendar_entries_are_its_own(client, staff):
    request = submit(starts_at=datetime(2026, 12, 8, 17, tzinfo=UTC))
    booking.confirm_request(request, by=staff, now=WEDNESDAY)
    letters = [letter_of(message) for message in OutboxMessage.objects.filter(channel="mail")]
    assert len(letters) > 1
    for letter in letters:
        told = "\n".join(map(str, letter.values()))
        assert OF_THE_CLINIC_THAT_SHIPS.findall(told) == []
    [calendar] = [letter["calendar"] for letter in letters if letter["calendar"]]
    assert "100 Example Avenue" in calendar
    assert "9:00 AM to 9:45 AM Pacific Time" in letters[0]["text"]
    assert read(client, f"/consults/{request.token}/calendar.ics").count("High Desert Example Clinic") > 0


def test_before_launch_each_text_about_the_law_of_another_state_is_named():
    told = [blocker.what for blocker in texts_are_about_the_clinics_state(now=WEDNESDAY)]
    assert any("Terms of service" in what for what in told)
    assert all("Minnesota, where the clinic is not." in what for what in told)
    Clinic.objects.update(state="MN")
    assert list(texts_are_about_the_clinics_state(now=WEDNESDAY)) == []
