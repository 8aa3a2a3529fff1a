"""A visitor's way through the whole site, without JavaScript and with it, and the desk's way to the request."""

import re
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar as FileCalendar
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP, LONGEST_WAIT, new_context
from tests.browser.keyboard import tab_to
from tests.browser.pages import (
    BOOK,
    PUBLIC_STATES,
    REFERENCE,
    REQUESTS,
    SENT,
    book,
    choose_soonest_time,
    choose_time,
    confirm,
    log_in,
    open_own_page,
    post_closed_day,
    press,
    send,
    sent_reference,
    tell_who,
)
from tests.builders import CHICAGO
from tests.consults.calendar_reader import Calendar
from tests.records import Records
from tests.server import wait_for

pytestmark = pytest.mark.browser


def test_an_empty_form_comes_back_with_its_errors_without_javascript(plain_page, site):
    plain_page.goto(site.url + BOOK)
    assert send(plain_page) == 422
    assert plain_page.title().startswith("Error: ")
    summary = plain_page.locator(".summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading", name="There is a problem")).to_be_visible()
    errors = summary.locator("li")
    assert errors.count() >= 4
    for number in range(errors.count()):
        link = errors.nth(number).get_by_role("link")
        field = plain_page.locator(link.get_attribute("href"))
        expect(field).to_have_count(1)
        assert field.evaluate("field => field.matches('input, textarea')")
        words = link.inner_text()
        assert plain_page.locator(".field .error").filter(has_text=words).count() == 1, "the same words beside the field"
    assert plain_page.locator("[role=alert], .summary").first.evaluate("found => !!found.closest('main')")


def test_a_refused_form_keeps_every_answer(plain_page, site):
    plain_page.goto(site.url + BOOK)
    start = choose_time(plain_page)
    plain_page.get_by_label("Full name").fill("Zoë O’Neil-Łukasz")
    plain_page.get_by_label("Email", exact=True).fill("zoë at example")
    plain_page.get_by_label("Phone", exact=True).fill("(507) 555-0100")
    plain_page.get_by_text("It is OK to leave me a voicemail").click()
    plain_page.get_by_text("By phone", exact=True).click()
    plain_page.get_by_label("anything we need").fill("After <six>, please")
    assert send(plain_page) == 422
    expect(plain_page.locator("input[name=starts_at]:checked")).to_have_value(start)
    expect(plain_page.get_by_label("Full name")).to_have_value("Zoë O’Neil-Łukasz")
    expect(plain_page.get_by_label("Email", exact=True)).to_have_value("zoë at example")
    expect(plain_page.get_by_label("Phone", exact=True)).to_have_value("(507) 555-0100")
    expect(plain_page.locator("input[name=voicemail_ok]")).to_be_checked()
    expect(plain_page.locator("input[name=contact_by]:checked")).to_have_value("phone")
    expect(plain_page.get_by_label("anything we need")).to_have_value("After <six>, please")
    expect(plain_page.locator("input[name=acknowledged]")).not_to_be_checked()


def test_a_request_goes_from_the_form_to_the_top_of_the_desk_without_javascript(plain_page, browser, site, staff):
    book(plain_page, site, "Grace Example", last=True)
    plain_page.goto(site.url + BOOK)
    # Sooner than what any other test asks for, so it is answered first.
    start = choose_soonest_time(plain_page)
    spoken = plain_page.locator("input[name=starts_at]:checked + span").text_content()
    address = tell_who(plain_page, "Ada Example")
    assert send(plain_page) == 303
    assert plain_page.url == site.url + SENT
    expect(plain_page.locator("h1")).to_have_text("Request sent")
    receipt = plain_page.locator(".receipt").inner_text()
    day, _, time = spoken.rpartition(", ")
    assert re.search(rf"{day}, \d{{4}}, {time} to \d{{1,2}}:\d\d [AP]M Central Time", receipt), receipt
    moment = r"\w+day, \w+ \d{1,2}, \d{4}, \d{1,2}:\d\d [AP]M Central Time"
    assert re.search(rf"We will answer by\s+{moment}", receipt, re.IGNORECASE), receipt
    reference = sent_reference(plain_page)
    assert "not confirmed until we write." in plain_page.locator("main").inner_text()
    expect(plain_page.locator("main").get_by_role("link", name="Call or text 988")).to_be_visible()

    with new_context(browser, viewport=DESKTOP, java_script_enabled=False) as context:
        desk = context.new_page()
        log_in(desk, site, *staff)
        desk.goto(site.url + REQUESTS)
        first = desk.locator("#result_list tbody tr").first
        assert reference in first.inner_text()
        assert "Ada Example" in first.inner_text()
        desk.goto(f"{site.url}{REQUESTS}?q={reference.lower()}")
        assert REFERENCE.findall(desk.locator("#result_list tbody").inner_text()) == [reference]
        desk.get_by_role("row", name=reference).get_by_role("link").click()
        shown = desk.locator("#content").inner_text()
        for words in (reference, "Ada Example", address, f"{day}, {start[:4]}, {time}"):
            assert words in shown


def test_a_patient_is_confirmed_moves_is_declined_is_offered_an_earlier_time_and_withdraws_without_javascript(
    plain_page, browser, site, staff
):
    """A calendar program reads every letter. Each is waited for: what was not sent is folded into the next one."""
    plain_page.goto(site.url + BOOK)
    first = choose_time(plain_page)
    plain_page.get_by_text("Tell me if an earlier time opens up").click()
    address = tell_who(plain_page, "Pat Example")
    assert send(plain_page) == 303
    reference = sent_reference(plain_page)
    calendar = Calendar()

    def read_letter(number: int) -> None:
        letters = wait_for(
            lambda: len(found := site.letters(address)) >= number and found, LONGEST_WAIT, f"letter {number}", lambda: site.log
        )
        for part in letters[number - 1].walk():
            if part.get_content_type() == "text/calendar":
                text = part.get_content().replace("\r\n", "\n").replace("\n", "\r\n")
                assert f"METHOD:{part.get_param('method')}\r\n" in text
                calendar.apply(text)

    read_letter(1)
    open_own_page(plain_page, site, address)
    receipt, to_calendar = plain_page.locator(".receipt"), plain_page.get_by_role("link", name="Add your confirmed visit")
    expect(receipt).to_contain_text(reference)
    expect(to_calendar).to_have_count(0)

    with new_context(browser, java_script_enabled=False) as context:
        desk = context.new_page()
        log_in(desk, site, *staff)
        confirm(desk, site, reference)
        read_letter(2)
        # An evening in Dundas is the next day in UTC: what has to agree is the instant.
        confirmed = [datetime.fromisoformat(first)]
        assert [start for start, _ in calendar.entries.values()] == confirmed
        plain_page.reload()
        own_file = site.get(to_calendar.get_attribute("href"))
        assert own_file.headers["content-type"].startswith("text/calendar")
        assert [entry["DTSTART"].dt for entry in FileCalendar.from_ical(own_file.body).walk("VEVENT")] == confirmed

        second = choose_time(plain_page, last=True)
        assert second != first
        press(plain_page, "Ask for this time")
        expect(receipt).to_contain_text("Time you asked for, not yet confirmed", ignore_case=True)
        read_letter(3)
        desk.reload()
        expect(desk.locator("p.notice")).to_contain_text("stays confirmed, and both times are held")
        desk.locator("summary", has_text="Decline the move").click()
        desk.locator("#reason-decline_move").select_option(index=1)
        press(desk, "Decline the move")
        read_letter(4)
        assert [start for start, _ in calendar.entries.values()] == confirmed
        plain_page.reload()
        expect(plain_page.locator("h1")).to_have_text("Your visit is confirmed")

        desk.goto(f"{site.url}{REQUESTS}earlier/")
        free = desk.get_by_label(f"Earlier time for {reference}")
        free.select_option(index=1)
        earlier = [datetime.fromisoformat(free.input_value())]
        assert earlier < confirmed
        press(desk, f"Offer it to {reference}")
        expect(desk.locator("p.notice")).to_contain_text("They answer on their own page")
    read_letter(5)
    assert [start for start, _ in calendar.entries.values()] == confirmed, "an offer is no visit"
    plain_page.reload()
    expect(plain_page.get_by_role("heading", name="An earlier time is open")).to_be_visible()
    press(plain_page, "Take this time")
    read_letter(6)
    assert [start for start, _ in calendar.entries.values()] == earlier

    yes = plain_page.get_by_role("button", name="Yes, cancel my visit")
    expect(yes).to_be_hidden()
    plain_page.locator("summary", has_text="Cancel my visit").click()
    press(plain_page, "Yes, cancel my visit")
    expect(plain_page.locator("summary", has_text="Cancel my visit")).to_have_count(0)
    read_letter(7)
    assert calendar.entries == {}
    for start in (first, second):
        plain_page.goto(f"{site.url}{BOOK}?from={start[:10]}")
        expect(plain_page.locator(f"input[value='{start}']")).to_have_count(1)


def test_the_form_works_without_its_stylesheet(plain_page, site):
    plain_page.route("**/*.css", lambda route: route.abort())
    PUBLIC_STATES["book-errors"](plain_page, site)
    assert plain_page.locator("body").evaluate("body => getComputedStyle(body).fontFamily").startswith(("Times", '"Times'))
    book(plain_page, site)
    expect(plain_page.locator(".receipt")).to_contain_text(REFERENCE)


def test_a_time_taken_meanwhile_is_told_with_the_nearest_ones(plain_page, site):
    PUBLIC_STATES["book-time-taken"](plain_page, site)
    assert "That time was taken a moment ago" in plain_page.locator(".summary").inner_text()
    nearest = plain_page.locator(".days details", has_text="Nearest open times")
    expect(nearest).to_have_attribute("open", "")
    nearest.locator("label.choice").first.click()
    assert send(plain_page) == 303


def test_the_form_is_sent_with_the_keyboard_alone(page, site):
    # Days ahead: the first times of the first page pass out of reach while the form is filled in.
    page.goto(f"{site.url}{BOOK}?from={datetime.now(CHICAGO) + timedelta(days=5):%Y-%m-%d}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    tab_to(page, "input[name=starts_at]")
    page.keyboard.press("Space")
    # Another day instead: its times are of the same group, in which only the chosen one is a stop.
    tab_to(page, ".days details:nth-child(2) summary")
    page.keyboard.press("Enter")
    expect(page.locator(".days details:nth-child(2)")).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(page.locator(".days details:nth-child(2) input").first).to_be_focused()
    expect(page.locator(".days details:nth-child(1) input:checked")).to_have_count(1)
    page.keyboard.press("Space")
    expect(page.locator(".days details:nth-child(2) input:checked")).to_have_count(1)
    tab_to(page, "input[name=full_name]")
    page.keyboard.type("Kay Example")
    tab_to(page, "input[name=email]")
    page.keyboard.type("kay@example.com")
    tab_to(page, "input[name=contact_by]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=acknowledged]")
    page.keyboard.press("Space")
    tab_to(page, "input[type=submit], button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(site.url + SENT)
    expect(page.locator("h1")).to_have_text("Request sent")
    assert REFERENCE.search(page.locator(".receipt").inner_text())


def test_a_double_click_sends_one_request(page, site):
    with closing(Records(site)) as records:
        before = records.last_request
        page.goto(site.url + BOOK)
        choose_time(page)
        tell_who(page, "Twice Example")
        page.get_by_role("button", name="Send request").dblclick()
        page.wait_for_url(site.url + SENT)
        assert records.last_request == before + 1


def test_the_desk_is_asked_before_it_closes_a_day_that_somebody_asked_for(page, site, staff):
    day = book(page, site, last=True)[:10]
    reference = sent_reference(page)
    log_in(page, site, *staff)
    post_closed_day(page, site, day)
    expect(page.get_by_role("button", name="Yes, save the change")).to_be_visible()
    assert reference in page.locator("#content").inner_text()
    assert "successfully" not in page.locator("body").inner_text()
    page.goto(f"{site.url}{BOOK}?from={day}")
    assert page.locator(f"input[value^='{day}']").count() > 1, "nothing was saved"
