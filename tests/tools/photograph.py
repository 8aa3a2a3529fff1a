"""Photographs of every page in every state, phone and desktop, light and dark, of two sites it starts for them.

The second has DEBUG on, for the page of components and its rare states.

python -m tests.tools.photograph FOLDER
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.chromium import DESKTOP, PHONE, find_chromium, running_chromium
from tests.browser.pages import PUBLIC_STATES, REQUESTS, book, log_in, open_path
from tests.server import Site

SIZES = {"phone": PHONE, "desktop": DESKTOP}
SCHEMES = ("light", "dark")


def open_first_request(page: Page, site: Site) -> None:
    page.goto(site.url + REQUESTS)
    page.locator("#result_list tbody th a").first.click()


def open_menu(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/admin/")
    page.locator(".staff-menu summary").click()


# Some pages of the desk: the first is seen before the login.
STAFF_STATES: dict[str, Callable[[Page, Site], None]] = {
    "staff-login": open_path("/admin/"),
    "staff-home": open_path("/admin/"),
    "staff-requests": open_path(REQUESTS),
    "staff-request": open_first_request,
    "staff-week": open_path(f"{REQUESTS}diary/"),
    "staff-by-phone": open_path(f"{REQUESTS}by-phone/"),
    "staff-menu": open_menu,
    "staff-list-of-hours": open_path("/admin/consults/openinghours/"),
    "staff-close-a-day": open_path("/admin/consults/specialhours/day/"),
    "staff-question": open_path("/admin/pages/question/1/change/"),
    "staff-provider": open_path("/admin/pages/provider/add/"),
    "staff-missing-facts": open_path("/admin/pages/clinic/missing/"),
    "staff-history": open_path("/admin/pages/question/1/history/"),
    "staff-delete": open_path("/admin/pages/question/1/delete/"),
}


def photograph_components(browser: Browser, workshop: Site, folder: Path) -> None:
    for (size_name, size), scheme in product(SIZES.items(), SCHEMES):
        # Letters have styles of their own, which mail programs read and the site's policy does not allow.
        with browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True) as context:
            page = context.new_page()
            page.goto(f"{workshop.url}/components/")
            addresses = page.locator(".toc a").evaluate_all("links => links.map(link => link.href)")
            for address in [page.url, *addresses]:
                page.goto(address)
                name = address.rstrip("/").rpartition("/")[2]
                page.screenshot(path=folder / f"rare-{name}-{size_name}-{scheme}.png", full_page=True)


def photograph(browser: Browser, site: Site, staff: tuple[str, str], folder: Path) -> None:
    for (size_name, size), scheme in product(SIZES.items(), SCHEMES):
        kind = f"{size_name}-{scheme}"
        look = {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce"}
        for state, prepare in PUBLIC_STATES.items():
            context = browser.new_context(**look)
            page = context.new_page()
            prepare(page, site)
            page.screenshot(path=folder / f"{state}-{kind}.png", full_page=True)
            context.close()
        context = browser.new_context(**look)
        page = context.new_page()
        for state, prepare in STAFF_STATES.items():
            prepare(page, site)
            page.screenshot(path=folder / f"{state}-{kind}.png", full_page=True)
            if state == "staff-login":
                log_in(page, site, *staff)
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the PNG files go")
    folder = parser.parse_args().folder
    program = find_chromium()
    if program is None:
        sys.exit("Chromium was not found: no chromium on PATH, and CHROMIUM is not set")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, running_chromium(program) as browser:
        site = Site(Path(place, "site"), {"BOOKING_RATE": "off"})
        workshop = Site(Path(place, "workshop"), {"DEBUG": "on"})
        try:
            site.serve()
            workshop.serve()
            photograph_components(browser, workshop, folder)
            with browser.new_context() as context:
                book(context.new_page(), site)
            photograph(browser, site, site.make_staff(), folder)
        finally:
            site.stop()
            workshop.stop()


if __name__ == "__main__":
    main()
