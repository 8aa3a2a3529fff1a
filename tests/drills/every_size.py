"""The long look: axe-core and the layout of every page in every state, at the sizes that the tests leave out.

    python -m tests.drills.every_size

Prints every failure and ends with status 1 when there is one. Takes about five minutes.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.axe import SCHEMES, failures
from tests.browser.chromium import SMALL_PHONE, find_chromium, running_chromium
from tests.browser.layout import problems
from tests.browser.pages import PUBLIC_STATES
from tests.server import Site

TABLET = {"width": 768, "height": 1024}
SIZES = (SMALL_PHONE, TABLET)


def look(browser: Browser, name: str, prepare, site: Site) -> list[str]:
    with browser.new_context(reduced_motion="reduce", bypass_csp=True) as context:
        page = context.new_page()
        prepare(page, site)
        return [f"{name}: {line}" for line in failures(page, SIZES) + problems(page)]


def main() -> int:
    program = find_chromium()
    if program is None:
        sys.exit("Chromium was not found: no chromium on PATH, and CHROMIUM is not set")
    found, looks = [], 0
    with tempfile.TemporaryDirectory() as place, running_chromium(program) as browser:
        site, workshop = Site(Path(place, "site"), {"BOOKING_RATE": "off"}), Site(Path(place, "workshop"), {"DEBUG": "on"})
        try:
            site.serve()
            workshop.serve()
            for name, prepare in PUBLIC_STATES.items():
                found += look(browser, name, prepare, site)
                looks += 1
            with browser.new_context() as context:
                page = context.new_page()
                page.goto(f"{workshop.url}/components/")
                # The letter is for mail programs and the share picture for nobody to read.
                rare = page.locator(".toc a:not([href*=letter], [href*=share])").evaluate_all("all => all.map(link => link.href)")
            for address in rare:
                found += look(browser, address.removeprefix(workshop.url), lambda page, _, to=address: page.goto(to), workshop)
                looks += 1
        finally:
            site.stop()
            workshop.stop()
    print("\n".join(found))
    print(f"{looks} states, {len(SIZES)} sizes, {len(SCHEMES)} schemes: {len(found)} failures")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
