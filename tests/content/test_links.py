"""A link into a page leads to a place that is there, also where a template names it; a broken one is told with its line."""

import re
import time
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone

from content.links import Links
from content.models import reviewed_kinds
from content.prelaunch import blockers
from content.publishing import broken_links
from pages.models import Clinic, Page, Question
from tests.pages.test_facts import set_all
from tests.pages.test_public_pages import PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
ORIGIN = "http://127.0.0.1:8000"


@pytest.mark.parametrize("is_filled", [False, True], ids=["as it ships", "every fact set"])
@pytest.mark.slow
def test_every_link_into_a_page_and_every_place_that_may_be_linked_is_there(client, is_filled):
    if is_filled:
        set_all()
        Clinic.objects.update(areas_served="Rice County")
    pages = {path: client.get(path).content.decode() for path in [*PUBLIC, "/book-a-consult/"]}
    places = {path: {"", *re.findall(r'\bid="([^"]*)"', page)} for path, page in pages.items()}
    for path, page in pages.items():
        for href in re.findall(r'href="([^"]*#[^"]*)"', page):
            target = urlsplit(href.removeprefix(ORIGIN))
            assert target.fragment in places[target.path or path], f"{href} on {path}"
    for kind in reviewed_kinds():
        for row in kind.objects.all():
            assert row.page_anchors() - places[row.get_absolute_url()] == set(), row


@pytest.mark.parametrize(
    ("href", "facts", "works"),
    [
        ("/visit/#getting-here", {}, False),
        ("/visit/#getting-here", {"parking": "Behind the house."}, True),
        ("/visit/#parking", {"parking": "Behind the house."}, True),
        ("/visit/#where", {}, True),
        ("/visit/#references", {}, False),
        ("/disclaimer/#more-help", {}, True),
        ("/faqs/#told-at-the-consult", {}, True),
        ("/for-family/#sheet", {}, True),
        ("/what-is-ketamine/#sheet", {}, False),
        ("/what-is-ketamine/#references", {}, True),
        ("/blog/ketamine-words/#esketamine", {}, True),
        ("/blog/ketamine-words/#nope", {}, False),
    ],
)
def test_a_link_may_lead_to_what_the_template_names(href, facts, works):
    Clinic.objects.update(**facts)
    page = Page(key="new", title="New", body=f"First line.\n\n[there]({href})", medical=False)
    page.render()
    found = broken_links(page, at=timezone.now())
    assert [(problem.code, problem.field) for problem in found] == ([] if works else [("broken_link", "body")])
    if not works:
        assert found[0].message.startswith(f"Line 3: the link {href} is broken: ")


def test_many_broken_links_are_told_by_the_first_of_them():
    """Each is looked for in all lines. All of these took minutes."""
    page = Page(key="new", title="New", body="\n\n".join(f"[x](#gone-{n})" for n in range(20_000)), medical=False)
    page.body_html = "".join(f'<p id="p{n}"><a href="#gone-{n}">x</a></p>' for n in range(20_000))
    begun = time.process_time()
    found = broken_links(page, at=timezone.now())
    assert len(found) == 20
    assert found[0].message.startswith("Line 1: the link #gone-0 is broken: ")
    # As many that work: the places on the page are read once.
    page.body_html = page.body_html.replace("#gone-", "#p")
    assert broken_links(page, at=timezone.now()) == []
    assert time.process_time() - begun < 5


def test_a_broken_link_is_told_with_its_line_when_content_is_loaded_and_before_launch():
    """The start goes on: what staff took off the site must not stop it."""
    Question.objects.filter(slug="bladder").update(
        answer="One.\n\nTwo, [x](/faqs/#gone-now).", answer_html='<p>Two, <a href="/faqs/#gone-now">x</a>.</p>'
    )
    told = StringIO()
    call_command("load_content", verbosity=0, stderr=told)
    line = "Line 3: the link /faqs/#gone-now is broken: nothing on that page is named gone-now, or there is no such page."
    assert told.getvalue().splitlines() == [f"question “{Question.objects.get(slug='bladder')}”, answer. {line}"]
    assert [blocker for blocker in blockers(now=timezone.now()) if line in blocker.what]


def test_the_link_check_asks_the_database_no_more_for_more_texts(django_assert_max_num_queries):
    links = Links(at=timezone.now())
    with django_assert_max_num_queries(16):
        for row in Question.objects.all():
            links.broken(row)
