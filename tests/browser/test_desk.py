"""The desk's walks: the front desk answers an afternoon's requests, an editor sees none, an owner exports and erases.

On either database.
"""

import csv
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PASSWORD, fill, hire, open_request, reauthenticate
from tests.browser.pages import REQUESTS, log_in
from tests.browser.test_walks import tab_to
from tests.postgresql import postgresql
from tests.server import started_before

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def site(request, browser, tmp_path_factory):
    with ExitStack() as at_the_end:
        settings = {}
        if request.param == "PostgreSQL":
            settings["DATABASE_URL"] = at_the_end.enter_context(postgresql()).new_database()
        site = started_before(tmp_path_factory.mktemp("desk"), settings)
        at_the_end.callback(site.stop)
        site.serve()
        hire(site)
        yield site


@pytest.fixture(scope="module")
def asked(site):
    return fill(site)


def status(page) -> str:
    return page.locator(".field-status .readonly").inner_text()


def decide(page, label: str, **choices: str) -> None:
    """Opens the drawer of this name, chooses in it and presses its button."""
    drawer = page.locator(".drawers details", has=page.locator("summary", has_text=label))
    drawer.locator("summary").click()
    for name, value in choices.items():
        drawer.locator(f"select[name={name}]").select_option(index=int(value))
    drawer.get_by_role("button", name=label, exact=True).click()


def test_the_front_desk_answers_an_afternoons_requests(page, site, asked):
    log_in(page, site, "anna", PASSWORD)
    waiting = page.locator("section", has=page.locator("#waiting"))
    expect(waiting.locator("li")).to_have_count(8)

    # Two clicks from the front page.
    waiting.get_by_role("link", name="Ada Example").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    assert status(page) == "Confirmed"

    # A call to make, then ticked off.
    page.goto(f"{site.url}/admin/")
    calls = page.locator("section", has=page.locator("#calls"))
    expect(calls.get_by_role("link", name="507-555-0100")).to_be_visible()
    calls.get_by_role("button", name=f"Mark call as made for {asked['ben']}").click()
    expect(page.locator(".messagelist .success")).to_contain_text(asked["ben"])
    open_request(page, site, asked["ben"])
    decide(page, "Offer another time", starts_at="3")
    assert status(page) == "Confirmed"

    open_request(page, site, asked["cleo"])
    decide(page, "Decline", reason="1")
    assert status(page) == "Declined"
    expect(page.get_by_text("This request has ended")).to_be_visible()

    # Two at once, from the list.
    page.goto(site.url + REQUESTS)
    for name in ("dan", "eve"):
        page.get_by_role("row", name=asked[name]).locator("input[name=_selected_action]").check()
    page.get_by_label("Action:").select_option("confirm_selected")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Confirmed:")
    for name in ("dan", "eve"):
        expect(page.locator(".messagelist .success")).to_contain_text(asked[name])

    open_request(page, site, asked["finn"])
    page.get_by_role("button", name="Set aside").click()
    assert status(page) == "Set aside"

    # In conflict: found under conflicts, kept anyway.
    page.goto(f"{site.url}/admin/")
    conflicts = page.locator("section", has=page.locator("#conflicts"))
    conflicts.get_by_role("link", name="Gail Example").click()
    expect(page.get_by_text("outside the posted hours. Offer another time")).to_be_visible()
    page.get_by_label("Confirm even though it is outside the posted hours").check()
    page.get_by_role("button", name="Confirm", exact=True).click()
    assert status(page) == "Confirmed"

    open_request(page, site, asked["hal"])
    page.get_by_role("button", name="Mark as answered").click()
    assert status(page) == "Completed"

    open_request(page, site, asked["ivy"])
    page.get_by_role("button", name="Restore", exact=True).click()
    assert status(page) == "Requested"
    page.get_by_role("button", name="Confirm", exact=True).click()

    # By phone, from an open seat of the week.
    page.goto(f"{site.url}{REQUESTS}diary/")
    page.get_by_role("link", name="Later").click()
    seat = page.get_by_role("link", name="Take a request by phone for").last
    seat.click()
    assert page.locator("[name=starts_at]").input_value() != ""
    page.get_by_label("Full name").fill("Cal Caller")
    page.get_by_label("Phone:").fill("507-555-0111")
    page.get_by_text("By phone", exact=True).click()
    page.get_by_role("button", name="Record the request").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    assert status(page) == "Confirmed"

    page.goto(f"{site.url}/admin/")
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    expect(page.get_by_text("Every held time fits the hours")).to_be_visible()
    assert page.complaints == []


def test_a_stale_page_says_what_changed(page, browser, site, asked):
    log_in(page, site, "anna", PASSWORD)
    open_request(page, site, asked["ada"])
    with browser.new_context() as context:
        other = context.new_page()
        log_in(other, site, "olga", PASSWORD)
        open_request(other, site, asked["ada"])
        decide(other, "Cancel visit", reason="1")
    decide(page, "Offer another time", starts_at="5")
    expect(page.locator(".messagelist .error")).to_contain_text("cancelled by Olga")
    expect(page.locator(".timeline .news")).to_have_count(1)
    assert status(page) == "Cancelled"


def test_an_editor_sees_no_request(page, site, asked):
    log_in(page, site, "edda", PASSWORD)
    shown = page.locator("#container").inner_text().lower()
    assert "waiting for an answer" not in shown
    assert "requests" not in shown
    assert page.goto(site.url + REQUESTS).status == 403
    assert page.goto(f"{site.url}{REQUESTS}1/change/").status == 403
    assert page.goto(f"{site.url}/admin/pages/page/").status == 200


def test_an_owner_exports_the_list_and_erases_one_person(page, site, asked):
    log_in(page, site, "olga", PASSWORD)
    page.goto(f"{site.url}{REQUESTS}?status=confirmed")
    page.get_by_role("link", name="Export this list").click()
    with page.expect_download() as download:
        reauthenticate(page)
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        names = [row["Name"] for row in csv.DictReader(file)]
    assert "Dan Example" in names
    assert "Cleo Example" not in names

    open_request(page, site, asked["cleo"])
    page.get_by_role("link", name="Print a copy").click()
    expect(page.get_by_text("cleo@example.com").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Erase now").click()
    for box in page.locator("form input[type=checkbox]").all():
        box.set_checked("Cleo" in box.locator("..").inner_text())
    page.get_by_role("button", name="Erase now").click()
    expect(page.locator(".messagelist .success")).to_contain_text(asked["cleo"])
    expect(page.locator("dd.name")).to_have_text("(erased)")

    page.goto(f"{site.url}/admin/consults/accessrecord/")
    record = page.locator("#result_list").inner_text()
    for words in ("exported a list", "printed a copy", "erased the person", "opened a request", "anna", asked["cleo"]):
        assert words in record
    assert page.complaints == []


def test_the_week_is_walked_with_the_keyboard_alone(page, site, asked):
    log_in(page, site, "anna", PASSWORD)
    page.goto(f"{site.url}{REQUESTS}diary/")
    tab_to(page, "nav[aria-label=Dates] a:nth-of-type(3)")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=**")
    tab_to(page, "a.seat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Take a request by phone")).to_be_visible()
