"""Every page, in every state: nothing that axe-core counts as a failure, nothing too small, too wide or cut off.

One visit a state, because getting there is what takes the time.
"""

import pytest

from tests.browser.axe import failures
from tests.browser.layout import problems
from tests.browser.pages import PUBLIC_STATES
from tests.server import started_before

pytestmark = pytest.mark.browser

# States that a real site seldom shows, from the page of components. The rest of them differ in words alone.
RARE_STATES = (
    *("", "providers-photo/", "blog-none/", "blog-forty/", "article/", "holiday/"),
    *("book-no-times/", "book-many-times/", "error-403_csrf/", "error-429/", "error-503/"),
)


@pytest.fixture
def page(browser):
    # axe is a script that the site's policy refuses to run. Everything else is as visitors have it.
    context = browser.new_context(reduced_motion="reduce", bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def workshop(browser, tmp_path_factory):
    """A site with DEBUG on, which serves the page of components and the stylesheet in its parts."""
    site = started_before(tmp_path_factory.mktemp("workshop"), {"DEBUG": "on"})
    try:
        yield site.serve()
    finally:
        site.stop()


@pytest.mark.parametrize("state", PUBLIC_STATES)
def test_nothing_is_wrong_with(page, site, state):
    PUBLIC_STATES[state](page, site)
    assert failures(page) + problems(page) == []


@pytest.mark.parametrize("state", RARE_STATES)
def test_nothing_is_wrong_with_the_rare(page, workshop, state):
    page.goto(f"{workshop.url}/components/{state}")
    assert failures(page) + problems(page) == []


def test_axe_would_find_something(page, site):
    page.goto(f"{site.url}/accessibility/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    page.evaluate("document.querySelector('.prose p').style.color = '#22384a'")
    page.evaluate("document.querySelector('.prose p:last-of-type').style.color = '#6b7085'")
    seen = {failure.partition(", [")[0] for failure in failures(page)}
    unlabelled = {f"{width} {scheme}, label" for width in (390, 1280) for scheme in ("light", "dark")}
    too_dark = {f"{width} dark, color-contrast" for width in (390, 1280)}
    # Of what fails AA already axe does not say that it fails AAA.
    not_enhanced = {f"{width} light, color-contrast-enhanced" for width in (390, 1280)}
    assert seen == unlabelled | too_dark | not_enhanced


def test_the_look_at_the_layout_would_find_something(page, site):
    page.goto(f"{site.url}/accessibility/")
    page.evaluate(
        """document.querySelector('main').insertAdjacentHTML('beforeend', '<button>x</button>'
            + '<p class="box">Words that are cut off when they are set further apart than here.</p><hr class="wide">')"""
    )
    page.add_style_tag(content=".box { block-size: 1em; overflow: hidden } .wide { inline-size: 400px }")
    kinds = {line.partition(": ")[0] for line in problems(page)}
    assert {kind.partition(", 2")[0] for kind in kinds} >= {"wider than the screen", "spaced, wider than the screen"}
    assert any(kind.startswith("small target") for kind in kinds)
    assert "spaced, cut off" in kinds
