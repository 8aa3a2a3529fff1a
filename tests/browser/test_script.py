"""The small helps of static/js/site.js. Every other test of the booking flow passes without them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import PHONE
from tests.browser.pages import BOOK, SENT, choose_time, send, tell_who

pytestmark = pytest.mark.browser


def test_the_chosen_day_stays_in_view(page, site):
    page.set_viewport_size(PHONE)
    page.goto(site.url + BOOK)
    days = page.locator(".days summary")
    # The first day is open above; opening the next one closes it and pulls everything below up.
    days.nth(1).scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.querySelectorAll('.days summary')[1].getBoundingClientRect().top + scrollY - 10)")
    page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
    days.nth(1).click()
    expect(page.locator(".days details").nth(1)).to_have_attribute("open", "")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    box = days.nth(1).bounding_box()
    assert 0 <= box["y"] <= PHONE["height"] - box["height"]


def test_what_was_chosen_is_said_again_near_the_button(page, plain_page, site):
    for reader in (page, plain_page):
        reader.goto(site.url + BOOK)
        expect(reader.locator("#chosen")).to_have_attribute("href", "#times")
    link = page.locator("#chosen")
    choose_time(page)
    day = page.locator(".days details", has=page.locator(":checked"))
    expect(link).to_have_text(re.compile(rf"You chose: {day.locator('summary span').inner_text()}, \d+:\d\d [AP]M"))
    page.get_by_label("None of these times work").check()
    expect(link).to_have_text("You chose: None of these times work. Contact me.")


# Playwright itself waits while an answer is on its way: the page presses the button again and says when it has.
PRESS_THREE_TIMES = """form => [0, 80, 160].forEach((wait, number) => setTimeout(() => {
    form.requestSubmit()
    console.info(`pressed ${number + 1}`)
}, wait))"""


def test_a_form_is_sent_once_and_can_be_sent_again_after_the_way_back(page, site):
    posts = []

    def hold(route) -> None:
        if route.request.method == "POST":
            posts.append(route)
        else:
            route.continue_()

    page.route(f"**{BOOK}", hold)
    page.goto(site.url + BOOK)
    choose_time(page)
    tell_who(page, "Once Example")
    with page.expect_request(site.url + BOOK), page.expect_console_message(lambda said: said.text == "pressed 3"):
        page.locator("form.form").evaluate(PRESS_THREE_TIMES)
    assert len(posts) == 1
    posts[0].continue_()
    page.wait_for_url(site.url + SENT)
    assert len(posts) == 1
    page.unroute(f"**{BOOK}")
    assert len(posts) == 1
    page.go_back()
    expect(page.get_by_role("button", name="Send request")).to_be_enabled()
    assert page.locator("form.form").get_attribute("aria-busy") is None
    assert send(page) == 303


def test_only_the_booking_pages_have_a_script_and_it_keeps_nothing(page, site):
    page.goto(site.url + BOOK)
    scripts = page.locator("script[src]")
    expect(scripts).to_have_count(1)
    assert scripts.get_attribute("defer") is not None
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.goto(site.url)
    expect(page.locator("script[src]")).to_have_count(0)


def test_an_answer_that_a_link_opened_can_be_closed_with_and_without_the_script(page, plain_page, site):
    for reader in (page, plain_page):
        reader.goto(f"{site.url}/faqs/#how-much-does-it-cost")
        answer = reader.locator("#how-much-does-it-cost")
        question = reader.locator("details", has=answer)
        expect(answer).to_be_visible()
        expect(question).to_have_attribute("open", "")
        question.locator("summary").click()
        expect(question).not_to_have_attribute("open", "")
        expect(answer).to_be_hidden()


def test_a_link_within_the_page_leads_to_the_answer_also_where_it_unfolds_slowly(page, plain_page, site):
    for reader in (page, plain_page):
        reader.emulate_media(reduced_motion="no-preference")
        reader.goto(f"{site.url}/faqs/")
        link = reader.locator("main ol a[href^='#']").first
        answer = reader.locator(link.get_attribute("href"))
        link.click()
        expect(answer).to_be_in_viewport()
