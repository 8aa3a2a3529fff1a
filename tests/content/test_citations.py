"""Numbers follow the order of first mention over a whole page."""

import pytest

from blog.models import Reference
from content.citations import Citations, cited_keys, without_citations

pytestmark = pytest.mark.django_db


@pytest.fixture
def _references():
    for key in ("a", "b", "c"):
        Reference.objects.create(key=key, authors="X", title=key, doi=f"10.1000/{key}")


@pytest.mark.usefixtures("_references")
def test_numbers_follow_the_first_mention_over_all_texts(django_assert_num_queries):
    texts = ["<p>One.[@b] Two.[@b; @a]</p>", "<p>Three. [@c]</p>"]
    with django_assert_num_queries(1):
        citations = Citations(texts)
    assert [(numbered.number, numbered.reference.key) for numbered in citations.references] == [(1, "b"), (2, "a"), (3, "c")]
    assert citations.number(texts[0]) == (
        '<p>One.<sup class="cite"><a id="cited-1" href="#ref-1" aria-label="Source 1">1</a></sup>'
        ' Two.<sup class="cite"><a href="#ref-1" aria-label="Source 1">1</a>,'
        ' <a id="cited-2" href="#ref-2" aria-label="Source 2">2</a></sup></p>'
    )
    assert 'id="cited-3"' in citations.number(texts[1])


@pytest.mark.usefixtures("_references")
def test_a_source_that_does_not_exist_is_left_out():
    citations = Citations(["x [@nope] y [@nope; @a]"])
    assert citations.number("x [@nope] y [@nope; @a]").startswith("x y<sup")


def test_excerpts_lose_their_marks():
    assert without_citations("<p>One.[@a] Two. [@b; @c]</p>") == "<p>One. Two.</p>"
    assert cited_keys("[@a] [@b; @a]", "[@c]") == ["a", "b", "c"]
