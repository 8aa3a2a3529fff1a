"""No screen of the desk has what axe-core counts as a failure, on a phone and a desktop, light and dark."""

from contextlib import closing
from itertools import cycle

import pytest

from tests.browser.axe import EVERY_LOOK, TWO_LOOKS, failures, other_looks
from tests.browser.desk import PASSWORD, reauthenticate
from tests.browser.pages import REQUESTS, log_in
from tests.records import Records

pytestmark = pytest.mark.browser

# The shared site waits while this test looks, and what is open in it is of before the restore.
HOLD = """
INSERT INTO clinic_site_hold (reason, began_at, last_event, last_message, report, without_letters)
VALUES ('downtime', '2020-01-01 12:00:00', 0, 0, '', false),
  ('restored', '2020-01-01 12:00:00', 999999, 999999, 'berta: was not active any more', false)
"""

SCREENS = {
    "front page": "/admin/",
    "list": REQUESTS,
    "week": f"{REQUESTS}diary/",
    "day": f"{REQUESTS}diary/?days=1",
    "request": f"{REQUESTS}{{mia}}/change/",
    "in conflict": f"{REQUESTS}{{ned}}/change/",
    "offered": f"{REQUESTS}{{ora}}/change/",
    "moving": f"{REQUESTS}{{pam}}/change/",
    "earlier times": f"{REQUESTS}earlier/",
    "by phone": f"{REQUESTS}by-phone/",
    "messages": "/admin/consults/outboxmessage/?left=all",
    "access record": "/admin/consults/accessrecord/",
    "figures": "/admin/consults/monthlycount/",
    "password again": "/admin/reauthenticate/",
    "copy": f"{REQUESTS}{{mia}}/copy/",
    "erase": f"{REQUESTS}{{mia}}/erase/",
    "accounts": "/admin/auth/user/",
    "account": "/admin/auth/user/2/change/",
    "what waits": "/admin/hold/",
    "own sessions": "/admin/sessions/",
    "sessions of an account": "/admin/auth/user/2/sessions/",
    "sign-ins": "/admin/staff/signin/",
    "the clinic's facts": "/admin/pages/clinic/1/change/",
    "forgotten password": "/admin/password_reset/",
    "close a day": "/admin/consults/specialhours/day/?date=2030-01-02",
}
# They have the parts of the list, the week or the request, with other words. Among the slow tests they are seen in every look.
MORE_OF_THE_SAME = {
    "day",
    "moving",
    "in conflict",
    "access record",
    "sign-ins",
    "sessions of an account",
    "accounts",
    "copy to print",
}


@pytest.mark.parametrize("others", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["a look each", "the other looks"])
def test_axe_finds_nothing_on_the_desk(examined_page, desk_on_sqlite, others):
    page, desk = examined_page, desk_on_sqlite
    # They share their styles: in one look after the other, what is wrong with a style shows.
    looks = cycle(TWO_LOOKS)

    def found_on(screen: str) -> list[str]:
        look = next(looks)
        if screen in MORE_OF_THE_SAME:
            return failures(page, EVERY_LOOK) if others else []
        return failures(page, other_looks(look) if others else [look])

    numbers = {name: asked.number for name, asked in desk.asked.items()}
    with closing(Records(desk.site)) as records:
        records.run(HOLD)
    page.goto(f"{desk.url}/admin/login/")
    found = {"sign-in": found_on("sign-in")}
    log_in(page, desk.site, "olga", PASSWORD, again=True)
    page.goto(f"{desk.url}/admin/reauthenticate/")
    with page.expect_navigation():
        reauthenticate(page)
    for screen, path in SCREENS.items():
        page.goto(desk.url + path.format(**numbers))
        found[screen] = found_on(screen)
        too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[screen] += ["wider than the window"] if too_wide else []
    page.goto(f"{desk.url}{SCREENS['copy']}".format(**numbers))
    page.get_by_role("button", name="Show the copy").click()
    found["copy to print"] = found_on("copy to print")
    with closing(Records(desk.site)) as records:
        records.run("DELETE FROM clinic_site_hold")
    assert {screen: problems for screen, problems in found.items() if problems} == {}
