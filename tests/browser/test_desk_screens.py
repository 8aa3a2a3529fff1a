"""No screen of the desk has what axe-core counts as a failure, on a phone and a desktop, light and dark."""

import pytest

from tests.browser.axe import failures
from tests.browser.chromium import DESKTOP
from tests.browser.desk import PASSWORD, fill, hire, reauthenticate
from tests.browser.pages import REQUESTS, log_in
from tests.server import started_before

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(browser, tmp_path_factory):
    site = started_before(tmp_path_factory.mktemp("desk-screens"))
    try:
        site.serve()
        hire(site)
        fill(site)
        yield site
    finally:
        site.stop()


SCREENS = {
    "front page": "/admin/",
    "list": REQUESTS,
    "week": f"{REQUESTS}diary/",
    "day": f"{REQUESTS}diary/?days=1",
    "request": f"{REQUESTS}1/change/",
    "in conflict": f"{REQUESTS}7/change/",
    "by phone": f"{REQUESTS}by-phone/",
    "messages": "/admin/consults/outboxmessage/?left=all",
    "access record": "/admin/consults/accessrecord/",
    "password again": "/admin/reauthenticate/",
    "copy": f"{REQUESTS}1/copy/",
    "erase": f"{REQUESTS}1/erase/",
    "accounts": "/admin/auth/user/",
    "account": "/admin/auth/user/1/change/",
    "forgotten password": "/admin/password_reset/",
}


def test_axe_finds_nothing_on_the_desk(browser, site):
    # axe is a script that the site's policy refuses to run. Everything else is as staff have it.
    with browser.new_context(reduced_motion="reduce", bypass_csp=True, viewport=DESKTOP) as context:
        page = context.new_page()
        page.goto(f"{site.url}/admin/login/")
        found = {"sign-in": failures(page)}
        log_in(page, site, "olga", PASSWORD)
        page.goto(f"{site.url}/admin/reauthenticate/")
        reauthenticate(page)
        for screen, path in SCREENS.items():
            page.goto(site.url + path)
            found[screen] = failures(page)
            too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found[screen] += ["wider than the window"] if too_wide else []
    assert {screen: problems for screen, problems in found.items() if problems} == {}
