"""The desk's walks: the front desk answers an afternoon's requests, an editor sees none, an owner exports and erases.

The short form runs on SQLite; `slow` repeats it on PostgreSQL.
"""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import LONGEST_WAIT, new_context
from tests.browser.desk import PASSWORD, SUPERUSER, open_request, reauthenticate
from tests.browser.keyboard import tab_to
from tests.browser.pages import BOOK, HOME, REQUESTS, choose_time, log_in, post_closed_day
from tests.server import wait_for

pytestmark = pytest.mark.browser


@pytest.fixture(
    params=["desk_on_sqlite", pytest.param("desk_on_postgresql", marks=pytest.mark.slow)], ids=["SQLite", "PostgreSQL"]
)
def desk(request):
    return request.getfixturevalue(request.param)


def expect_status(page, words: str) -> None:
    expect(page.locator(".field-status .readonly")).to_have_text(words)


def decide(page, label: str, **choices: str) -> None:
    """Opens the drawer of this name, chooses in it and presses its button. Of times, one that takes no short notice."""
    drawer = page.locator(".drawers > details", has=page.locator("summary", has_text=label))
    drawer.locator("summary").first.click()
    for name, number in choices.items():
        chosen = drawer.locator(f"select[name={name}] option:not([data-short])").nth(int(number))
        drawer.locator(f"select[name={name}]").select_option(value=chosen.get_attribute("value"))
    drawer.get_by_role("button", name=label, exact=True).click()


def test_the_front_desk_answers_an_afternoons_requests(page, desk):
    log_in(page, desk, "anna", PASSWORD)
    waiting = page.locator("section", has=page.locator("#waiting"))
    for name in ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gail", "Hal"):
        expect(waiting.get_by_role("link", name=f"{name} Example")).to_be_visible()

    # Two clicks from the front page.
    waiting.get_by_role("link", name="Ada Example").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect_status(page, "Confirmed")

    # A call to make, then ticked off.
    page.goto(f"{desk.url}/admin/")
    calls = page.locator("section", has=page.locator("#calls"))
    expect(calls.get_by_role("link", name="507-555-0100")).to_be_visible()
    calls.get_by_role("button", name="Call made to Ben Example").click()
    expect(page.locator(".messagelist .success")).to_contain_text(desk.reference("ben"))
    open_request(page, desk, desk.reference("ben"))
    decide(page, "Move and confirm a new time", starts_at="3")
    expect_status(page, "Confirmed")

    open_request(page, desk, desk.reference("cleo"))
    decide(page, "Decline", reason="1")
    expect_status(page, "Declined")
    expect(page.get_by_text("This request has ended")).to_be_visible()

    # Two at once, from the list.
    page.goto(desk.url + REQUESTS)
    for name in ("dan", "eve"):
        page.get_by_role("row", name=desk.reference(name)).locator("input[name=_selected_action]").check()
    page.get_by_label("With the checked rows:").select_option("confirm_selected")
    page.locator("button[name=index]").click()
    # First what each would be told.
    page.get_by_text("A letter to dan@example.com").click()
    expect(page.locator(".letter").filter(has_text="dan@example.com")).to_be_visible()
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Confirmed:")
    for name in ("dan", "eve"):
        expect(page.locator(".messagelist .success")).to_contain_text(desk.reference(name))

    # Found by name, from the front page: no address tells for whom staff look.
    page.goto(f"{desk.url}/admin/")
    page.get_by_label("Find a request").fill("Finn")
    page.get_by_role("button", name="Find", exact=True).click()
    page.wait_for_url("**?found=**")
    assert "Finn" not in page.url
    page.get_by_role("link", name="Finn Example").click()
    page.go_back()
    expect(page.get_by_label("Search", exact=True)).to_have_value("Finn")
    page.get_by_role("link", name="Finn Example").click()
    decide(page, "Set aside")
    expect_status(page, "Set aside")

    # In conflict: found under conflicts, kept anyway.
    page.goto(f"{desk.url}/admin/")
    conflicts = page.locator("section", has=page.locator("#conflicts"))
    conflicts.get_by_role("link", name="Gail Example").click()
    why = "outside the posted hours. The clinic is closed that day (Staff training). Move it to a new time"
    expect(page.get_by_text(why)).to_be_visible()
    page.get_by_label("Confirm even though it is outside the posted hours").check()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect_status(page, "Confirmed")

    open_request(page, desk, desk.reference("hal"))
    page.locator("summary", has_text="Close without a letter").click()
    page.get_by_role("button", name="Close without a letter", exact=True).click()
    expect_status(page, "Completed")

    open_request(page, desk, desk.reference("ivy"))
    page.get_by_role("button", name="Restore", exact=True).click()
    expect_status(page, "Waiting")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect_status(page, "Confirmed")

    # By phone, from an open seat of the week.
    page.goto(f"{desk.url}{REQUESTS}diary/")
    page.get_by_role("link", name="Next week").click()
    page.wait_for_url("**from=**")
    seat = page.get_by_role("link", name="Take a request by phone for").last
    seat.click()
    assert page.locator("[name=starts_at]").input_value() != ""
    expect(page.locator("[name=starts_at] option:checked")).to_have_text(re.compile(r"^\w+day, \w+ \d+, \d+:\d+ [AP]M"))
    page.get_by_label("Full name").fill("Cal Caller")
    page.get_by_label("Phone:").fill("507-555-0111")
    page.get_by_text("By phone", exact=True).click()
    page.get_by_role("button", name="Record the request").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect_status(page, "Confirmed")

    page.goto(f"{desk.url}/admin/")
    # Left are those whom nobody decided about.
    expect(waiting).not_to_contain_text(re.compile("(Ada|Ben|Cleo|Dan|Eve|Finn|Gail|Hal|Ivy) Example"))
    expect(conflicts).not_to_contain_text("Gail Example")
    assert page.complaints == []


def test_a_stale_page_says_what_changed(page, browser, desk):
    log_in(page, desk, "anna", PASSWORD)
    open_request(page, desk, desk.reference("jan"))
    with new_context(browser) as context:
        other = context.new_page()
        log_in(other, desk, "olga", PASSWORD)
        open_request(other, desk, desk.reference("jan"))
        decide(other, "Decline", reason="1")
    decide(page, "Move and confirm a new time", starts_at="5")
    expect(page.locator(".messagelist .error")).to_contain_text("declined by Olga")
    expect(page.locator(".timeline .news")).to_have_count(1)
    expect_status(page, "Declined")


@pytest.mark.slow
def test_a_note_that_is_not_saved_is_not_left_behind_by_another_button(page, desk):
    log_in(page, desk, "anna", PASSWORD)
    open_request(page, desk, desk.reference("jan"))
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#staff_notes").press_sequentially("Bring the ramp.")
    page.get_by_role("link", name="Find a request").first.click(no_wait_after=True)
    wait_for(lambda: asked or page.wait_for_timeout(50), 120, "the question")
    assert asked == ["beforeunload"]
    expect(page.locator("#staff_notes")).to_have_value("Bring the ramp.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert asked == ["beforeunload"]


def test_an_editor_sees_no_request(page, desk):
    log_in(page, desk, "edda", PASSWORD)
    shown = page.locator("#container").inner_text().lower()
    assert "waiting for an answer" not in shown
    assert "requests" not in shown
    assert page.goto(desk.url + REQUESTS).status == 403
    assert page.goto(f"{desk.url}{REQUESTS}1/change/").status == 403
    assert page.goto(f"{desk.url}/admin/pages/page/").status == 200


def test_an_owner_exports_the_list_and_erases_one_person(page, desk):
    log_in(page, desk, "olga", PASSWORD, again=True)
    page.goto(f"{desk.url}{REQUESTS}?status=confirmed")
    page.get_by_role("link", name="Export this list").click()
    with page.expect_download() as download:
        reauthenticate(page)
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        names = [row["Name"] for row in csv.DictReader(file)]
    assert "Kim Example" in names
    assert "Lou Example" not in names

    open_request(page, desk, desk.reference("lou"))
    page.get_by_role("link", name="Print a copy").click()
    # All share a phone number.
    expect(page.get_by_role("checkbox", name="Lou Example")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Kim Example, confirmed, received")).not_to_be_checked()
    page.get_by_role("button", name="Show the copy").click()
    expect(page.get_by_text("lou@example.com").first).to_be_visible()
    assert page.get_by_text("kim@example.com").count() == 0
    open_request(page, desk, desk.reference("lou"))
    page.get_by_role("link", name="Erase now").click()
    expect(page.get_by_role("button", name="Erase now")).to_be_visible()
    expect(page.locator("form input[type=checkbox]:checked")).to_have_count(1)
    page.get_by_role("button", name="Erase now").click()
    expect(page.locator(".messagelist .success")).to_contain_text(desk.reference("lou"))
    expect(page.locator("dd.name")).to_have_text("(erased)")

    page.goto(f"{desk.url}/admin/consults/accessrecord/")
    record = page.locator("#result_list").inner_text()
    for words in ("exported a list", "printed a copy", "erased the person", "opened a request", "olga", desk.reference("lou")):
        assert words in record
    assert page.complaints == []


def test_the_week_is_walked_with_the_keyboard_alone(page, desk):
    log_in(page, desk, "anna", PASSWORD)
    page.goto(f"{desk.url}{REQUESTS}diary/")
    tab_to(page, "nav[aria-label=Dates] a:nth-of-type(3)")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=**")
    tab_to(page, "a.seat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Take a request by phone")).to_be_visible()


def test_a_moving_visit_and_an_offer_are_answered_with_the_keyboard_alone(page, desk):
    log_in(page, desk, "anna", PASSWORD)
    open_request(page, desk, desk.reference("pam"))
    expect(page.locator("p.notice")).to_contain_text("both times are held")
    tab_to(page, ".choices form:has(input[value=confirm]) button.button")
    tab_to(page, ".drawers details:has(input[value=decline_move]) summary")
    page.keyboard.press("Enter")
    tab_to(page, "#reason-decline_move")
    tab_to(page, ".drawers details:has(input[value=decline_move]) button.button")
    open_request(page, desk, desk.reference("ora"))
    expect(page.locator("p.notice")).to_contain_text("An earlier time is offered")
    for action in ("accept_offer", "refuse_offer", "take_back_offer"):
        tab_to(page, f".choices form:has(input[value={action}]) button.button")
    page.goto(f"{desk.url}{REQUESTS}earlier/")
    tab_to(page, f"#offer-{desk.asked['quin'].number}")
    page.keyboard.press("ArrowDown")
    tab_to(page, f"form:has(#offer-{desk.asked['quin'].number}) button")
    page.keyboard.press("Enter")
    # Whether the letter is still on its way depends on how fast the queue is.
    expect(page.locator(".messagelist .success")).to_contain_text(re.compile(r"Time offered\. We (are writing|wrote) to quin@"))
    page.get_by_role("button", name="Take back the offer", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Offer taken back")
    assert page.complaints == []


def test_a_day_that_the_desk_closes_is_closed_for_visitors(page, desk_on_sqlite):
    site = desk_on_sqlite.site
    # After the last date the form lists its last days: nobody has asked for those.
    last_page = f"{site.url}{BOOK}?from=9999-01-01"
    page.goto(last_page)
    day = choose_time(page, last=True)[:10]
    log_in(page, site, SUPERUSER, PASSWORD)
    post_closed_day(page, site, day)
    expect(page.locator(".messagelist .success")).to_be_visible()
    wait_for(lambda: "Roof repair" in site.get(HOME).text, LONGEST_WAIT, "the closed day on the home page")
    page.goto(last_page)
    assert page.locator(f"input[value^='{day}']").count() == 0
    assert page.locator("input[name=starts_at]").count() > 1
    assert page.complaints == []
