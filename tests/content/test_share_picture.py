"""Every page has a picture of its own for where its address is shared."""

import io
import re
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageChops

from blog.models import Article
from content import share_picture
from content.share_picture import can_be_drawn, draw, name_of

pytestmark = pytest.mark.django_db
ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def _uploads(content, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def facts(client, path: str) -> dict[str, str]:
    page = client.get(path).content.decode()
    return dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', page))


def fetched(client, path: str) -> bytes:
    """The file; empty when there is none."""
    response = client.get(path)
    return b"".join(response.streaming_content) if response.status_code == 200 else b""


def test_an_article_is_shared_with_its_own_title_and_picture(client):
    shared = facts(client, "/blog/ketamine-benefits/")
    title = "The Benefits of Ketamine Therapy for Depression"
    assert (shared["og:type"], shared["og:title"]) == ("article", title)
    assert shared["og:url"] == f"{ORIGIN}/blog/ketamine-benefits/"
    assert shared["og:image"] == f"{ORIGIN}/share/{name_of(title)}.png"
    response = client.get(shared["og:image"].removeprefix(ORIGIN))
    content = b"".join(response.streaming_content)
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(content) < 120_000
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/faqs/", "/what-is-ketamine/", "/blog/", "/disclaimer/", "/book-a-consult/"])
def test_every_page_has_its_own_and_it_is_there(client, path):
    image = facts(client, path)["og:image"].removeprefix(ORIGIN)
    assert image.startswith("/share/")
    assert fetched(client, image)


def test_the_home_page_keeps_the_sites_picture(client):
    assert facts(client, "/")["og:image"].endswith("share.png")


def test_it_is_drawn_once(client, monkeypatch):
    path = facts(client, "/faqs/")["og:image"].removeprefix(ORIGIN)
    first = fetched(client, path)
    monkeypatch.setattr(share_picture, "draw", lambda title: pytest.fail("drawn again"))
    assert fetched(client, path) == first != b""


def test_only_titles_that_can_be_read_have_one(client):
    common = {"browser_title": "A", "description": "D", "summary": "S", "updated_on": "2026-01-01"}
    Article.objects.create(slug="draft", title="Draft", is_draft=True, published_at=datetime(2026, 1, 1, tzinfo=UTC), **common)
    assert client.get(f"/share/{name_of('Draft')}.png").status_code == 404
    assert client.get(f"/share/{name_of('Anything somebody wants drawn')}.png").status_code == 404


@pytest.mark.parametrize("title", ["Ketamine für alle", "<b>", "日本", ""])
def test_a_title_with_letters_the_font_lacks_shares_the_sites_picture(client, title):
    assert not can_be_drawn(title)
    Article.objects.filter(slug="ketamine-benefits").update(title=title)
    assert facts(client, "/blog/ketamine-benefits/")["og:image"].endswith("img/share.png")


@pytest.mark.parametrize("title", ["A", "Word " * 40, "Unbreakable" * 20])
def test_any_length_is_drawn_beside_the_scene(title):
    image = Image.open(io.BytesIO(draw(title))).convert("RGB")
    plain = Image.open(io.BytesIO(draw(" "))).convert("RGB")
    assert image.size == (1200, 630)
    scene = ImageChops.difference(image, plain).crop((0, 420, 1200, 630))
    # The palette may shift by a shade.
    assert max(most for _, most in scene.getextrema()) < 24
