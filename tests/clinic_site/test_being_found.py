"""Sitemap, robots, feed, manifest and security.txt."""

import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import Article
from pages.models import Clinic, Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
ORIGIN = "http://127.0.0.1:8000"
MACHINES = ["/sitemap.xml", "/robots.txt", "/manifest.webmanifest", "/.well-known/security.txt", "/blog/feed/"]


@pytest.fixture
def _hidden(content):
    common = {"browser_title": "A", "description": "D", "summary": "S", "updated_on": "2026-01-01"}
    Article.objects.create(slug="draft", title="Hidden", is_draft=True, published_at=datetime(2026, 1, 1, tzinfo=UTC), **common)
    Article.objects.create(slug="later", title="Hidden", published_at=datetime(2126, 1, 1, tzinfo=UTC), **common)


@pytest.mark.parametrize("path", MACHINES)
def test_pages_for_machines_are_public_and_cookieless(client, path):
    client.cookies["session"] = "x"
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert not response.has_header("Vary")


@pytest.mark.usefixtures("_hidden")
def test_the_sitemap_lists_what_can_be_read_and_nothing_else(client):
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = [url.findtext(f"{space}loc") for url in tree]
    assert f"{ORIGIN}/" in listed
    assert f"{ORIGIN}/blog/ketamine-benefits/" in listed
    # Not the two that are hidden, and not the page on cost before it names a fee, nor the notice before there is one.
    assert len(listed) == Page.objects.count() + Article.objects.count() - 4
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", url.findtext(f"{space}lastmod")) for url in tree)
    for address in listed:
        response = client.get(address.removeprefix(ORIGIN))
        assert response.status_code == 200
        assert b'<meta name="robots"' not in response.content


@pytest.mark.usefixtures("_hidden")
def test_the_feed_is_atom_with_absolute_addresses(client):
    response = client.get("/blog/feed/", headers={"host": "127.0.0.1:9999"})
    space = "{http://www.w3.org/2005/Atom}"
    tree = ElementTree.fromstring(response.content)
    assert response["Content-Type"].startswith("application/atom+xml")
    entries = {entry.find(f"{space}link").get("href"): entry for entry in tree.findall(f"{space}entry")}
    assert set(entries) == {f"{ORIGIN}/blog/{article.slug}/" for article in Article.objects.exclude(title="Hidden")}
    first = entries[f"{ORIGIN}/blog/ketamine-benefits/"]
    assert first.findtext(f"{space}published").startswith("2024-12-11")
    assert first.findtext(f"{space}summary") == Article.objects.get(slug="ketamine-benefits").summary
    assert all(link.get("href").startswith(ORIGIN) for link in tree.iter(f"{space}link"))


def test_a_character_that_xml_cannot_hold_ends_no_feed(client):
    article = Article.objects.published(at=timezone.now()).first()
    Article.objects.filter(pk=article.pk).update(title="Plain\x0b words", summary="Pasted\x0bfrom\x1fslides")
    Page.objects.filter(key=Page.BLOG).update(description="About\x0c us")
    Clinic.objects.update(name="Modern\x0b Therapeutics")
    space = "{http://www.w3.org/2005/Atom}"
    tree = ElementTree.fromstring(client.get("/blog/feed/").content)
    assert "Plain words" in [entry.findtext(f"{space}title") for entry in tree.iter(f"{space}entry")]
    assert "Pastedfromslides" in [entry.findtext(f"{space}summary") for entry in tree.iter(f"{space}entry")]
    assert tree.findtext(f"{space}subtitle") == "About us"


def test_the_feed_and_the_manifest_are_announced(client):
    page = client.get("/").content.decode()
    assert 'type="application/atom+xml"' in page
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page


def test_robots_names_the_sitemap_and_leaves_search_readable(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in lines
    assert "Disallow: /admin/" in lines
    assert not any("search" in line for line in lines)


def test_security_txt_has_a_contact_and_has_not_expired(client):
    def fields() -> dict[str, str]:
        return dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").content.decode().splitlines())

    assert fields()["Contact"] == f"{ORIGIN}/acceptable-use/"
    left = datetime.fromisoformat(fields()["Expires"]) - datetime.now(UTC)
    assert 0 < left.days < 365
    Clinic.objects.update(email="hello@clinic.example")
    assert fields()["Contact"] == "mailto:hello@clinic.example"


def test_the_manifest_names_the_clinic_and_icons_that_exist(client):
    facts = json.loads(client.get("/manifest.webmanifest").content)
    assert facts["name"] == "Modern Therapeutics"
    assert facts["start_url"] == "/"
    assert {icon["type"] for icon in facts["icons"]} == {"image/svg+xml", "image/png"}


@pytest.mark.parametrize("path", ["/", "/faqs/", "/book-a-consult/"])
def test_the_code_of_a_printed_sheet_is_in_no_canonical_address_and_adds_no_cookie(path):
    page, plain = Client().get(f"{path}?via=clinicians"), Client().get(path)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in page.content.decode()
    assert b"via=" not in page.content
    assert page.cookies.keys() == plain.cookies.keys()
