"""Words that were typed into the form of a text and not saved are kept on the device, and offered again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import EVERY_LOOK, failures
from tests.browser.chromium import SMALL_PHONE, new_context
from tests.browser.desk import SUPERUSER
from tests.browser.pages import log_in, press
from tests.builders import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.databases(postgresql=pytest.mark.nightly)]

CHANGE = "/admin/pages/question/{}/change/"
EDITOR = "edda"
KEPT = """words => Object.entries(localStorage)
    .filter(([key, text]) => key.startsWith('draft:') && text.includes(words)).length"""
FULL = """const set = Storage.prototype.setItem
Storage.prototype.setItem = function(key, text) {
    if (key.startsWith('draft')) throw new DOMException('full', 'QuotaExceededError')
    set.call(this, key, text)
}"""
# In the page itself, because Playwright waits while an answer is on its way.
SAVE_AND_TYPE = """words => {
    setTimeout(() => document.querySelector('[name=_continue]').click())
    setTimeout(() => {
        const answer = document.querySelector('#id_answer')
        answer.value += words
        answer.dispatchEvent(new Event('input', { bubbles: true }))
    }, 300)
    setInterval(() => Object.values(localStorage).some(text => text.includes(words)) && console.info('kept'), 200)
}"""
# The browser's own question before it leaves a page.
ASKS = "beforeunload"


@pytest.fixture
def site(writers):
    return writers


@pytest.fixture
def desk(page, site):
    """An everyday browser, logged in. `desk.asked`: what it asked before it left a page, which it then did."""
    log_in(page, site, SUPERUSER, PASSWORD)
    page.complaints.clear()
    page.asked = []
    page.on("dialog", lambda dialog: (page.asked.append(dialog.type), dialog.accept()))
    return page


def type_answer(page: Page, words: str) -> None:
    """Returns once the words are kept."""
    page.locator("#id_answer").press("Control+End")
    page.locator("#id_answer").press_sequentially(words)
    page.wait_for_function(KEPT, arg=words)


def kept(page: Page, words: str) -> int:
    return page.evaluate(KEPT, words)


def notice(page: Page):
    return page.get_by_role("group", name="Unsaved words")


def expect_no_offer(page: Page) -> None:
    """After the time in which one comes."""
    page.evaluate("new Promise(done => setTimeout(done, 600))")
    expect(notice(page).get_by_role("button")).to_have_count(0)


def save(page: Page) -> None:
    press(page, "Save and continue editing")
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_words_that_were_not_saved_are_offered_put_back_and_gone_once_they_are_saved(desk, site):
    desk.goto(site.url + CHANGE.format(2))
    before = desk.locator("#id_answer").input_value()
    desk.reload()
    assert desk.asked == []
    type_answer(desk, " Herons wade.")
    desk.reload()
    assert desk.asked == [ASKS]
    expect(desk.locator("#id_answer")).to_have_value(before)
    offer = notice(desk)
    told = re.compile(r"^You have unsaved words from \w+ \d+ at \d+:\d\d\s[AP]M\.$")
    expect(offer.get_by_role("status")).to_have_text(told, use_inner_text=True)
    offer.get_by_role("button", name="Show what differs").press("Enter")
    expect(offer.locator("dt")).to_have_text(["Answer"])
    expect(offer.locator("ins")).to_have_text("Herons wade.")
    expect(offer.locator("del")).to_have_count(0)
    offer.get_by_role("button", name="Put them back").press("Enter")
    expect(desk.locator("#id_answer")).to_have_value(f"{before} Herons wade.")
    expect(offer).to_be_focused()
    assert kept(desk, "Herons wade.") == 1
    save(desk)
    assert kept(desk, "Herons wade.") == 0
    expect(desk.locator("#id_answer")).to_have_value(f"{before} Herons wade.")
    desk.goto(f"{site.url}/admin/")
    assert (desk.asked, desk.complaints) == ([ASKS], [])


@pytest.mark.slow
def test_words_older_than_the_text_are_compared_before_they_are_put_back(desk, browser, site):
    desk.goto(site.url + CHANGE.format(3))
    type_answer(desk, " Egrets wade.")
    desk.goto(f"{site.url}/admin/")
    with new_context(browser) as context:
        page = context.new_page()
        log_in(page, site, EDITOR, PASSWORD)
        page.goto(site.url + CHANGE.format(3))
        page.locator("#id_answer").press("Control+End")
        page.locator("#id_answer").press_sequentially(" Storks stand.")
        save(page)
    desk.goto(site.url + CHANGE.format(3))
    offer, put_back = notice(desk), desk.get_by_role("button", name="Put them back")
    told = re.compile(r"changed since by\s+edda\s+on \w+ \d+ at \d+:\d\d [AP]M:\s+compare before you put yours back")
    expect(offer.get_by_role("status")).to_have_text(told, use_inner_text=True)
    expect(put_back).to_have_count(0)
    offer.get_by_role("button", name="Show what differs").click()
    expect(offer.locator("ins")).to_contain_text("Egrets")
    expect(offer.locator("del")).to_contain_text("Storks")
    expect(desk.locator("#id_answer")).to_have_value(re.compile("Storks stand.$"))
    put_back.click()
    expect(desk.locator("#id_answer")).to_have_value(re.compile("Egrets wade.$"))
    save(desk)
    assert kept(desk, "") == 0


@pytest.mark.slow
def test_each_tab_keeps_its_own_words_and_the_second_is_told_of_the_first(desk, site):
    desk.goto(site.url + CHANGE.format(4))
    expect_no_offer(desk)
    expect(notice(desk).get_by_role("status")).to_have_text("", use_inner_text=True)
    type_answer(desk, " Cranes rest.")
    second = desk.context.new_page()
    second.goto(site.url + CHANGE.format(4))
    expect(notice(second).get_by_role("status")).to_contain_text("also open in another tab", use_inner_text=True)
    expect_no_offer(second)
    type_answer(second, " Rails nest.")
    assert (kept(second, "Cranes rest."), kept(second, "Rails nest.")) == (1, 1)
    save(second)
    assert (kept(second, "Cranes rest."), kept(second, "Rails nest.")) == (1, 0)
    # The first one has not been saved, and is refused: its words are in the form, and still kept.
    press(desk, "Save and continue editing")
    expect(desk.locator("#id_answer")).to_have_value(re.compile("Cranes rest.$"))
    expect_no_offer(desk)
    assert kept(desk, "Cranes rest.") == 1
    save(desk)
    assert kept(desk, "") == 0


@pytest.mark.slow
def test_nobody_else_sees_them_and_signing_out_forgets_ones_own(desk, site):
    def log_out() -> None:
        desk.locator("details.account summary").click()
        press(desk, "Log out")

    desk.goto(site.url + CHANGE.format(5))
    type_answer(desk, " Loons call.")
    # A sign-out that was not answered, because they chose to stay, is none; nor is the end of a session.
    desk.evaluate(
        "user => localStorage.setItem('draft-leaving', user)", desk.locator("script[data-user]").get_attribute("data-user")
    )
    desk.context.clear_cookies()
    log_in(desk, site, EDITOR, PASSWORD)
    desk.goto(site.url + CHANGE.format(5))
    expect_no_offer(desk)
    type_answer(desk, " Grebes dive.")
    log_out()
    assert (kept(desk, "Loons call."), kept(desk, "Grebes dive.")) == (1, 0)
    log_in(desk, site, SUPERUSER, PASSWORD)
    desk.goto(site.url + CHANGE.format(5))
    expect(notice(desk).get_by_role("button", name="Put them back")).to_be_visible()
    # Another tab keeps nothing any more either, for all that is typed there.
    second = desk.context.new_page()
    second.goto(site.url + CHANGE.format(5))
    expect(notice(second).get_by_role("status")).to_contain_text("also open in another tab", use_inner_text=True)
    log_out()
    assert kept(desk, "") == 0
    second.locator("#id_answer").press_sequentially(" Grebes dive.")
    second.evaluate("new Promise(done => setTimeout(done, 1500))")
    assert kept(second, "") == 0


@pytest.mark.slow
def test_only_an_answer_that_says_so_counts_as_a_save(desk, site):
    address = site.url + CHANGE.format(6)
    desk.goto(address)
    before = desk.locator("#id_answer").input_value()
    type_answer(desk, " Terns fish.")
    # The connection is gone, and the page too.
    desk.route(address, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    with desk.expect_event("requestfailed"):
        desk.get_by_role("button", name="Save and continue editing").click()
    desk.unroute(address)
    desk.goto(address)
    notice(desk).get_by_role("button", name="Put them back").click()
    # What is typed while a save is on its way is not in it.
    waiting = []
    desk.route(address, lambda route: waiting.append(route) if route.request.method == "POST" else route.continue_())
    with desk.expect_request(lambda sent: sent.method == "POST"), desk.expect_console_message(lambda said: said.text == "kept"):
        desk.evaluate(SAVE_AND_TYPE, " Gulls cry.")
    with desk.expect_navigation():
        waiting[0].continue_()
    desk.unroute(address)
    expect(desk.locator(".messagelist .success")).to_be_visible()
    expect(desk.locator("#id_answer")).to_have_value(f"{before} Terns fish.")
    offer = notice(desk)
    offer.get_by_role("button", name="Show what differs").click()
    expect(offer.locator("ins")).to_have_text("Gulls cry.")
    offer.get_by_role("button", name="Throw them away").click()
    assert kept(desk, "") == 0
    offer.get_by_role("button", name="Keep them after all").click()
    assert kept(desk, "Gulls cry.") == 1
    desk.evaluate("localStorage.clear()")


@pytest.mark.slow
def test_what_is_a_week_old_or_says_what_is_saved_is_not_offered(desk, site):
    address = site.url + CHANGE.format(7)
    desk.goto(address)
    type_answer(desk, " Swans sing.")
    desk.goto(f"{site.url}/admin/")
    age = """([by, from, to]) => { for (const [key, text] of Object.entries(localStorage)) if (key.startsWith('draft:')) {
        const draft = JSON.parse(text)
        localStorage[key] = JSON.stringify({ ...draft, at: draft.at - by }).replace(from, to)
    } }"""
    almost = 7 * 24 * 3600 * 1000 - 600_000
    desk.evaluate(age, [almost, "", ""])
    desk.goto(address)
    expect(notice(desk).get_by_role("button", name="Put them back")).to_be_visible()
    desk.evaluate(age, [0, " Swans sing.", ""])
    desk.reload()
    expect_no_offer(desk)
    assert kept(desk, "") == 0
    type_answer(desk, " Swans sing.")
    desk.goto(f"{site.url}/admin/")
    desk.evaluate(age, [almost + 600_001, "", ""])
    desk.goto(address)
    expect_no_offer(desk)
    assert kept(desk, "") == 0


@pytest.mark.slow
def test_where_nothing_can_be_kept_the_form_says_so_and_still_asks_before_it_is_left(desk, site):
    desk.add_init_script(FULL)
    desk.goto(site.url + CHANGE.format(8))
    expect(notice(desk).get_by_role("status")).to_have_text("Unsaved words are not kept in this browser.", use_inner_text=True)
    desk.locator("#id_answer").press_sequentially("Ibises ")
    desk.get_by_role("link", name="History").click()
    desk.wait_for_url("**/history/")
    assert (desk.asked, desk.complaints) == ([ASKS], [])


def test_without_the_file_the_words_would_be_gone_and_nothing_is_said_of_drafts(desk, site):
    desk.route("**/draft*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    desk.goto(site.url + CHANGE.format(10))
    before = desk.locator("#id_answer").input_value()
    desk.locator("#id_answer").press_sequentially("Plovers ")
    desk.reload()
    expect(desk.locator("#id_answer")).to_have_value(before)
    expect_no_offer(desk)
    expect(notice(desk).get_by_role("status")).to_have_text("", use_inner_text=True)
    assert (kept(desk, ""), desk.asked, desk.complaints) == (0, [], [])


@pytest.mark.slow
def test_axe_finds_nothing_in_the_offer(examined_page, site):
    page = examined_page
    log_in(page, site, SUPERUSER, PASSWORD)
    page.goto(site.url + CHANGE.format(9))
    page.locator("#id_question").fill("Which birds?")
    type_answer(page, " Bitterns boom.")
    page.goto(site.url + CHANGE.format(9))
    notice(page).get_by_role("button", name="Show what differs").click()
    assert failures(page, EVERY_LOOK) == []
    page.set_viewport_size(SMALL_PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
    page.evaluate("localStorage.clear()")


@pytest.mark.databases(postgresql=pytest.mark.slow)
@pytest.mark.slow
def test_a_form_that_comes_back_after_its_session_ran_out_is_not_offered_a_second_time_from_the_device(desk, site):
    desk.goto(site.url + CHANGE.format(12))
    type_answer(desk, " Curlews probe.")
    site.shell(
        "from datetime import timedelta; from django.utils import timezone; from staff.models import StaffSession as S;"
        "S.objects.update(seen_at=timezone.now() - timedelta(hours=2))"
    )
    press(desk, "Save and continue editing")
    expect(desk.get_by_label("Password")).to_be_visible()
    desk.get_by_label("Username").fill(SUPERUSER)
    desk.get_by_label("Password").fill(PASSWORD)
    press(desk, "Log in")
    expect(desk.locator("#id_answer")).to_have_value(re.compile("Curlews probe.$"))
    expect(desk.get_by_text("It is not saved yet")).to_be_visible()
    expect_no_offer(desk)
    save(desk)
    assert kept(desk, "Curlews probe.") == 0
    desk.reload()
    expect(desk.locator("#id_answer")).to_have_value(re.compile("Curlews probe.$"))
    expect_no_offer(desk)
    assert (desk.asked, desk.complaints) == ([], [])
