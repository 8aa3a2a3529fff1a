"""Words that were typed and not saved are kept on the device, and offered again."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP, new_context
from tests.browser.desk import SUPERUSER
from tests.browser.pages import log_in, press
from tests.builders import PASSWORD

pytestmark = pytest.mark.browser

QUESTION = "/admin/pages/question/2/change/"
KEPT = "() => Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"


@pytest.fixture
def site(desk_on_sqlite):
    return desk_on_sqlite.site


@pytest.fixture
def desk(page, site):
    """An everyday browser, logged in. It leaves without a word where it is asked."""
    log_in(page, site, SUPERUSER, PASSWORD)
    page.complaints.clear()
    return page


def type_and_wait(page, selector: str, words: str) -> None:
    """Returns once the words are kept."""
    page.locator(selector).press("Control+End")
    page.locator(selector).press_sequentially(words)
    page.wait_for_function("words => Object.values(localStorage).some(text => text.includes(words))", arg=words)


def test_words_that_were_not_saved_are_put_back_and_gone_once_they_are_saved(desk, site):
    desk.goto(site.url + QUESTION)
    expect(desk.locator("#draft")).not_to_contain_text("words", use_inner_text=True)
    before = desk.locator("#id_answer").input_value()
    type_and_wait(desk, "#id_answer", " Herons wade.")
    desk.reload()
    expect(desk.locator("#id_answer")).to_have_value(before)
    box = desk.get_by_role("region", name="Unsaved words")
    expect(box.get_by_role("status")).to_contain_text("You have unsaved words from")
    box.get_by_role("button", name="Show what differs").click()
    expect(box.locator("dt")).to_have_text(["Answer"])
    expect(box.locator("ins")).to_contain_text("Herons wade.")
    box.get_by_role("button", name="Put them back").click()
    expect(desk.locator("#id_answer")).to_have_value(before + " Herons wade.")
    expect(box).to_be_focused()
    assert desk.evaluate(KEPT) == 1
    press(desk, "Save and continue editing")
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert desk.evaluate(KEPT) == 0
    assert desk.complaints == []
