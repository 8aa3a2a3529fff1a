"""A page of prose is one row, from one file or from the admin: nothing in the code names it."""

from datetime import date

import pytest
from django.urls import reverse

from pages.models import Page
from tests.content.test_editing import make_article, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FILLED_IN = {
    "key": "for-family",
    "title": "For the people at home",
    "browser_title": "For family",
    "description": "What to know at home.",
    "lede": "A few plain sentences.",
    "body": "Take turns.",
}


def add(superuser, **changed):
    return superuser.post(reverse("admin:pages_page_add"), FILLED_IN | changed)


def test_a_page_is_read_found_and_linked_to_as_soon_as_it_is_there(client):
    page = Page(**FILLED_IN, updated_on=date(2026, 12, 1))
    page.render()
    page.save()
    response = client.get("/for-family/")
    assert "<p>Take turns.</p>" in response.content.decode()
    assert "public" in response["Cache-Control"]
    assert "/for-family/</loc>" in client.get("/sitemap.xml").content.decode()
    assert 'href="/for-family/"' in client.get("/search/?q=turns").content.decode()


def test_staff_add_a_page_and_may_take_it_away_again(superuser, client):
    assert add(superuser).status_code == 302
    page = Page.objects.get()
    assert page.updated_on == date(2026, 12, 2)
    assert "<p>Take turns.</p>" in client.get("/for-family/").content.decode()
    superuser.post(reverse("admin:pages_page_delete", args=[page.pk]), {"post": "yes"})
    assert not Page.objects.exists()


def test_a_page_that_ships_stays(superuser, content):
    page = Page.objects.get(key="disclaimer")
    assert superuser.post(reverse("admin:pages_page_delete", args=[page.pk]), {"post": "yes"}).status_code == 403
    assert Page.objects.filter(key="disclaimer").exists()


@pytest.mark.parametrize("key", ["faqs", "blog", "book-a-consult", "admin", "search", "visit"])
def test_a_page_cannot_take_an_address_that_another_view_has(superuser, key):
    errors = add(superuser, key=key).context["adminform"].form.errors.as_data()
    assert [error.code for error in errors["key"]] == ["taken"]
    assert not Page.objects.exists()


def test_a_text_may_link_to_it_only_while_it_is_there(superuser):
    article = make_article()
    linked = f"{article.body} [x](/for-family/)"
    assert save(superuser, article, body=linked) == {"broken_link"}
    add(superuser)
    assert save(superuser, article, body=linked) is None


@pytest.mark.parametrize(("path", "status"), [("/no-such-page/", 404), ("/no-such-page", 404), ("/for-family", 404)])
def test_an_unknown_address_is_the_sites_own_404(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    if status == 404:
        assert "988" in response.content.decode()
    else:
        assert response["Location"] == f"{path}/"
