"""axe-core, as the tests ask it: WCAG 2.0 to 2.2, levels A and AA, and the enhanced contrast of AAA."""

from importlib.resources import files
from itertools import product

from playwright.sync_api import Page

from tests.browser.chromium import DESKTOP, PHONE

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_EXTRA = ["color-contrast-enhanced", "target-size"]
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _LEVELS},
    "rules": {rule: {"enabled": True} for rule in _EXTRA},
    "resultTypes": ["violations"],
}
# Of the long answer only what is asked for crosses over to Python.
_RUN = """async options => {
    const {passes, violations, incomplete} = await axe.run(document, options)
    const line = (rule, node) => `${rule.id}, ${JSON.stringify(node.target)}: ${node.failureSummary}`
    return {
        rules: [...passes, ...violations, ...incomplete].map(rule => rule.id),
        found: violations.flatMap(rule => rule.nodes.map(node => line(rule, node))),
    }
}"""
SCHEMES = ("light", "dark")
SIZES = (PHONE, DESKTOP)
EVERY_LOOK = tuple(product(SIZES, SCHEMES))
# Each size and each scheme once: what a test of every page can afford.
TWO_LOOKS = ((PHONE, "light"), (DESKTOP, "dark"))


def other_looks(look) -> list:
    """For the slow tests of a page that the first layer sees in this look."""
    return [other for other in EVERY_LOOK if other != look]


def failures(page: Page, looks=EVERY_LOOK) -> list[str]:
    """In every look, a size and a scheme. Each as: where it was seen, rule, element, what is wrong.

    Every rule in each look: nearly all of the time goes into contrast, which is what a look changes.
    """
    page.evaluate(_AXE)
    found = []
    for size, scheme in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        result = page.evaluate(_RUN, _OPTIONS)
        assert set(_EXTRA) <= set(result["rules"]), "axe left out a rule that every page has to pass"
        found += [f"{size['width']} {scheme}, {line}" for line in result["found"]]
    return found
