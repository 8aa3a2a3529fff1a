"""Every page, in every state: nothing that axe-core counts as a failure, nothing too small, too wide or cut off.

One visit a state, because getting there is what takes the time.
"""

from itertools import cycle

import pytest

from tests.browser.axe import EVERY_LOOK, TWO_LOOKS, failures, other_looks
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.layout import problems
from tests.browser.pages import PUBLIC_STATES

pytestmark = pytest.mark.browser

# They differ in words alone from a state of the same page, or show less than it.
MORE_OF_THE_SAME = {
    *("faqs", "faqs-one-open", "search", "search-none", "book", "book-wrong-answers"),
    *("sent-nothing", "own-page-errors", "own-page-withdrawn", "start-again", "blog-questions-for-a-ketamine-clinic"),
    *("disclaimer", "acceptable-use", "good-faith-estimate", "notice-of-privacy-practices", "terms-of-service"),
}
# States that a real site seldom shows, from the page of components. The rest of them differ in words alone.
RARE_STATES = (
    *("", "providers-photo/", "provider-little/", "provider-everything/", "blog-none/", "blog-forty/", "article/", "holiday/"),
    *("book-no-times/", "book-many-times/", "error-403_csrf/", "error-429/", "error-503/"),
)
RARE_AT_ONCE = {"", "providers-photo/", "holiday/", "error-503/"}


def _each(states, left_out):
    """Each state in one look, in turn, because they share their styles; among the slow tests in the other looks."""
    at_once, slow = [], []
    for state, look in zip(states, cycle(TWO_LOOKS), strict=False):
        if state not in left_out:
            at_once.append(pytest.param(state, [look], id=state))
        others = EVERY_LOOK if state in left_out else other_looks(look)
        slow.append(pytest.param(state, others, id=f"{state} in other looks", marks=pytest.mark.slow))
    return at_once + slow


@pytest.mark.parametrize(("state", "looks"), _each(PUBLIC_STATES, MORE_OF_THE_SAME))
def test_nothing_is_wrong_with(examined_page, site, state, looks):
    PUBLIC_STATES[state](examined_page, site)
    assert failures(examined_page, looks) + problems(examined_page) == []


@pytest.mark.parametrize(("state", "looks"), _each(RARE_STATES, set(RARE_STATES) - RARE_AT_ONCE))
def test_nothing_is_wrong_with_the_rare(examined_page, workshop, state, looks):
    examined_page.goto(f"{workshop.url}/components/{state}")
    assert failures(examined_page, looks) + problems(examined_page) == []


FAULTS = """
<input class="everywhere">
<input class="wide">
<p class="near"><button>a</button><button>b</button></p>
<style>
    @media (width < 1000px) { .wide { display: none } }
    .near button { all: unset; display: inline-block; inline-size: 3rem; block-size: 3rem }
    @media (width < 1000px) { .near button { inline-size: .75rem; block-size: .75rem } }
    .prose p:first-of-type { color: #22384a }
    .prose p:last-of-type { color: #6b7085 }
</style>"""


@pytest.mark.parametrize("looks", [TWO_LOOKS, pytest.param(EVERY_LOOK, marks=pytest.mark.slow)], ids=["two looks", "every look"])
def test_axe_would_find_something(examined_page, site, looks):
    examined_page.goto(f"{site.url}/meet-our-providers/")
    examined_page.evaluate("faults => document.querySelector('main').insertAdjacentHTML('beforeend', faults)", FAULTS)
    expected = set()
    for size, scheme in looks:
        # Of what fails AA already axe does not say that it fails AAA.
        rules = ["label", "color-contrast" if scheme == "dark" else "color-contrast-enhanced"]
        rules += ["target-size"] if size is PHONE else []
        expected |= {f"{size['width']} {scheme}, {rule}" for rule in rules}
    found = failures(examined_page, looks)
    assert {failure.partition(", [")[0] for failure in found} == expected
    unlabelled_on_wide_screens = [failure for failure in found if 'label, [".wide"]' in failure]
    assert len(unlabelled_on_wide_screens) == len([size for size, _ in looks if size is DESKTOP])


def test_the_look_at_the_layout_would_find_something(examined_page, site):
    page = examined_page
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
