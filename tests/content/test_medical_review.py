"""Medical reviews that hold only for the words they were given for, and what has to be read again."""

from datetime import date

import pytest

from blog.models import Article, Reference
from content.due import find_due
from content.medical_review import awaiting_review
from pages.models import Page, Provider, Question
from tests.content.test_editing import address, make_article, opened, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 12, 2)


@pytest.fixture
def reviewer():
    return Provider.objects.create(name="Real Person", is_published=True)


def reviewed(superuser, row, reviewer, day: str = "2026-12-02"):
    return save(superuser, row, reviewed_by=str(reviewer.pk), reviewed_on=day)


def stamp(client, path: str) -> bool:
    page = client.get(path).content.decode()
    assert ("Medically reviewed by Real Person" in page) != ("Medical review: pending" in page)
    return "Medically reviewed by Real Person" in page


def test_a_named_published_provider_can_stamp_a_text(superuser, client, reviewer):
    article = make_article()
    assert reviewed(superuser, article, reviewer) is None
    assert stamp(client, "/blog/one/")
    assert '"lastReviewed":"2026-12-02"' in client.get("/blog/one/").content.decode()
    assert article not in awaiting_review()


@pytest.mark.parametrize(
    ("person", "day", "refused"),
    [
        pytest.param("hidden", "2026-12-02", {"invalid_choice"}, id="nobody sees who it is"),
        pytest.param("real", "2026-12-03", {"future_review"}, id="tomorrow"),
        pytest.param("real", "", {"half_a_review"}, id="without a day"),
        pytest.param("", "2026-12-02", {"half_a_review"}, id="by nobody"),
    ],
)
def test_a_review_that_cannot_be(superuser, reviewer, person, day, refused):
    hidden = Provider.objects.create(name="Draft Person")
    article = make_article()
    who = {"hidden": str(hidden.pk), "real": str(reviewer.pk), "": ""}[person]
    assert refused <= (save(superuser, article, reviewed_by=who, reviewed_on=day) or set())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda superuser, row: save(superuser, row, title="Other words"), id="in the admin"),
        pytest.param(lambda superuser, row: Article.objects.filter(pk=row.pk).update(body="Other words"), id="queryset.update"),
        pytest.param(lambda superuser, row: Provider.objects.update(is_published=False), id="the reviewer left"),
        pytest.param(lambda superuser, row: Provider.objects.all().delete(), id="the reviewer's profile is gone"),
    ],
)
def test_any_change_of_the_words_ends_the_review(superuser, client, reviewer, change):
    article = make_article()
    reviewed(superuser, article, reviewer)
    assert stamp(client, "/blog/one/")
    change(superuser, article)
    assert not stamp(client, "/blog/one/")
    article.refresh_from_db()
    assert article in awaiting_review()


def test_a_change_that_touches_no_words_keeps_the_review(superuser, client, reviewer):
    article = make_article()
    reviewed(superuser, article, reviewer)
    assert save(superuser, article, review_by="2027-01-01") is None
    assert stamp(client, "/blog/one/")


def test_a_restored_version_is_not_reviewed_by_its_old_stamp(superuser, client, reviewer):
    article = make_article()
    reviewed(superuser, article, reviewer, "2026-12-01")
    version = address(article, "simple_history", article.history.first().pk)
    save(superuser, article, title="Other words")
    superuser.post(version, opened(superuser, version))
    assert not stamp(client, "/blog/one/")


@pytest.mark.parametrize("change", ["answer", "unpublish", "add"])
def test_the_review_of_the_questions_covers_every_question(superuser, client, reviewer, change, content):
    page = Page.objects.get(key="faqs")
    assert reviewed(superuser, page, reviewer) is None
    assert stamp(client, "/faqs/")
    one = Question.objects.published().first()
    if change == "answer":
        Question.objects.filter(pk=one.pk).update(answer="Other words")
    elif change == "unpublish":
        Question.objects.filter(pk=one.pk).update(is_published=False)
    else:
        Question.objects.create(slug="new", group="safety", question="New?", answer="Yes.")
    assert not stamp(client, "/faqs/")


def test_what_is_due_is_read_again_the_longest_overdue_first():
    make_article(updated_on=date(2025, 12, 2), reviewed_on=None)
    make_article(slug="set", title="Set", review_by=TODAY)
    make_article(slug="fresh", title="Fresh", updated_on=date(2025, 12, 3))
    make_article(slug="draft", title="Draft", updated_on=date(2020, 1, 1), is_draft=True)
    Reference.objects.create(key="old", authors="A", title="T", last_checked=date(2025, 11, 1))
    due = [(row.what, row.due) for row in find_due(today=TODAY)]
    assert due == [
        ("reference old", date(2026, 11, 1)),
        ("article “One”", TODAY),
        ("article “Set”", TODAY),
    ]


def test_the_admins_front_page_shows_what_is_due(superuser):
    make_article(review_by=TODAY)
    page = superuser.get("/admin/").content.decode()
    assert "article “One”" in page
    assert "/admin/pages/clinic/prelaunch/" in page
