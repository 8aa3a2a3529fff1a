"""axe-core, as the tests ask it: WCAG 2.0 to 2.2, levels A and AA, and the enhanced contrast of AAA."""

from importlib.resources import files
from itertools import product

from playwright.sync_api import Page

from tests.browser.chromium import DESKTOP, PHONE

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _LEVELS},
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
SIZES = (PHONE, DESKTOP)
SCHEMES = ("light", "dark")


def failures(page: Page, sizes=SIZES) -> list[str]:
    """At every size, light and dark. Each as: where it was seen, rule, element, what is wrong."""
    page.evaluate(_AXE)
    found = []
    for size, scheme in product(sizes, SCHEMES):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        result = page.evaluate("options => axe.run(document, options)", _OPTIONS)
        looked_at = {rule["id"] for rule in result["passes"] + result["violations"] + result["incomplete"]}
        assert {"color-contrast-enhanced", "target-size"} <= looked_at, "axe left out a rule that every page has to pass"
        for rule in result["violations"]:
            for node in rule["nodes"]:
                found.append(f"{size['width']} {scheme}, {rule['id']}, {node['target']}: {node['failureSummary']}")
    return found
