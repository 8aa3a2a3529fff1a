"""No page, in any of its states, has what axe-core counts as a failure of WCAG 2.0 to 2.2, level A or AA."""

from importlib.resources import files
from itertools import product

import pytest

from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.pages import PUBLIC_STATES

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


@pytest.fixture
def page(browser):
    # axe is a script that the site's policy refuses to run. Everything else is as visitors have it.
    context = browser.new_context(reduced_motion="reduce", bypass_csp=True)
    yield context.new_page()
    context.close()


def failures(page) -> list[str]:
    """On a phone and a desktop, light and dark. Each as: where it was seen, rule, element, what is wrong."""
    page.evaluate(AXE)
    found = []
    for size, scheme in product((PHONE, DESKTOP), ("light", "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        result = page.evaluate("levels => axe.run(document, {runOnly: levels, resultTypes: ['violations']})", LEVELS)
        assert result["passes"], "axe looked at nothing"
        for rule in result["violations"]:
            for node in rule["nodes"]:
                found.append(f"{size['width']} {scheme}, {rule['id']}, {node['target']}: {node['failureSummary']}")
    return found


@pytest.mark.parametrize("state", PUBLIC_STATES)
def test_axe_finds_nothing(page, site, state):
    PUBLIC_STATES[state](page, site)
    assert failures(page) == []


def test_axe_would_find_something(page, site):
    page.goto(f"{site.url}/accessibility/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    page.evaluate("document.querySelector('.prose p').style.color = '#22384a'")
    seen = {failure.partition(", [")[0] for failure in failures(page)}
    unlabelled = {f"{width} {scheme}, label" for width in (390, 1280) for scheme in ("light", "dark")}
    assert seen == unlabelled | {"390 dark, color-contrast", "1280 dark, color-contrast"}
