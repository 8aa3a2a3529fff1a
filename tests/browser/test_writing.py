"""While a text is typed: the page beside it, its problems by the line, and what can be put in."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import SCHEMES, failures
from tests.browser.chromium import DESKTOP, PHONE, new_context
from tests.browser.desk import SUPERUSER
from tests.browser.pages import log_in
from tests.builders import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.databases(postgresql=pytest.mark.nightly)]

ADD = "/admin/blog/article/add/"
WIDE = {"width": 1600, "height": 1000}
LINES = "\n\n".join(["They stand in the water, and they wait for fish."] * 60)
BODY = f"## What egrets do\n\n{LINES}\n\n## Where egrets sleep\n\nIn trees.\n\n{LINES}"
# 5 MB, which is more than the site takes at once.
TOO_MUCH = "a b. " * 1_000_000
CARET = "() => { const field = document.activeElement; return [field.id, field.value.slice(field.selectionStart)] }"
SCROLLED = "() => document.querySelector('iframe[name=preview]').contentWindow.scrollY"


@pytest.fixture
def site(writers):
    return writers


def type_in(page, words: str) -> None:
    """At the end of the body, as a keyboard does."""
    page.locator("#id_body").focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(words)


def choose(page, kind: str, words: str) -> None:
    """With the keyboard alone."""
    button = page.get_by_role("group", name="Insert into Body").get_by_role("button", name=kind, exact=True)
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Insert a {kind.lower()}")
    expect(dialog.get_by_label("Search")).to_be_focused()
    page.keyboard.insert_text(words)
    found = dialog.locator("li button")
    expect(found.first).to_contain_text(re.compile(words, re.I))
    page.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#id_body")).to_be_focused()


def test_who_types_sees_the_page_and_its_problems_and_chooses_what_to_put_in(page, site):
    page.on("dialog", lambda dialog: dialog.accept())
    log_in(page, site, SUPERUSER, PASSWORD)
    page.complaints.clear()
    page.goto(site.url + ADD)
    # Where there is no room next to the text, the preview waits for its button.
    expect(page.locator(".reading")).to_contain_text("0 words")
    expect(page.locator("iframe[name=preview]")).to_be_hidden()
    page.set_viewport_size(WIDE)
    body, preview = page.locator("#id_body"), page.frame_locator("iframe[name=preview]")
    expect(preview.locator("#main")).to_be_visible()
    way_back = page.evaluate("history.length")

    page.locator("#id_title").fill("Egrets")
    type_in(page, BODY)
    expect(preview.get_by_role("heading", name="Egrets", exact=True)).to_be_visible()
    expect(preview.get_by_role("heading", name="Where egrets sleep")).to_be_attached()
    told = page.locator(".told[data-field=body]")
    expect(told).to_contain_text("To do before visitors can read it:")

    # A heading leads to its place in the page and in the text.
    page.get_by_text("Headings", exact=True).click()
    page.get_by_role("button", name="Where egrets sleep").click()
    field, rest = page.evaluate(CARET)
    assert (field, rest[:22]) == ("id_body", "## Where egrets sleep\n")
    place = page.evaluate(SCROLLED)
    assert place > 1000
    top = preview.get_by_role("heading", name="Where egrets sleep").evaluate("heading => heading.getBoundingClientRect().top")
    assert 0 <= top < 40

    # The preview stays where it is read, and is nothing that the way back leads through.
    type_in(page, "\n\nA miracle, says nobody-2020. [@nobody-2020] It is a miracle.\n\n[There](/nope/)")
    expect(preview.get_by_text("says nobody-2020.")).to_be_attached()
    assert abs(page.evaluate(SCROLLED) - place) <= 1
    assert page.evaluate("history.length") == way_back
    for words in ("“miracle”", "[@nobody-2020] is not in the list of references.", "the link /nope/ is broken."):
        expect(told).to_contain_text(words)
    told.get_by_role("button", name=re.compile(r"Line \d+")).first.click()
    assert page.evaluate(CARET)[1].startswith("A miracle, says nobody-2020.")

    type_in(page, "\n\nSee")
    choose(page, "Source", "ketamine versus ect")
    expect(body).to_have_value(re.compile(r"See \[@[a-z0-9-]+\]$"))
    page.keyboard.press("Control+z")
    expect(body).to_have_value(re.compile(r"\n\nSee$"))
    type_in(page, " ")
    choose(page, "Link", "bladder")
    expect(body).to_have_value(re.compile(r"\n\nSee \[[^\]]+\]\(/faqs/#bladder\)$"))
    type_in(page, ".")
    choose(page, "Figure", "drawing")
    expect(body).to_have_value(re.compile(r"bladder\)\.\n\n\{figure: [a-z0-9-]+\}$"))
    expect(preview.locator("figure, .figure, .people").first).to_be_attached()
    type_in(page, "\n")
    page.get_by_role("group", name="Insert into Body").get_by_role("button", name="Note").click()
    expect(body).to_have_value(re.compile(r"\}\n\n::: note Title\nWhat stands apart\.\n:::$"))
    expect(preview.locator(".note").last).to_contain_text("What stands apart.")

    # What is too large is not sent, and stays.
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    body.fill(TOO_MUCH)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(
        page.get_by_role("alert").filter(has_text="This form holds 5.0 MB, and at most 1 MB can be sent at once.")
    ).to_be_visible()
    expect(body).to_have_value(TOO_MUCH)
    assert posts == []
    assert page.url.endswith(ADD)
    assert page.complaints == []


def test_axe_finds_nothing_while_a_text_is_typed(examined_page, site):
    page = examined_page
    page.once("dialog", lambda dialog: dialog.accept())
    log_in(page, site, SUPERUSER, PASSWORD)
    page.set_viewport_size(WIDE)
    page.goto(f"{site.url}/admin/blog/article/1/change/")
    type_in(page, "\n\nA miracle. [@nobody-2020]")
    expect(page.locator(".told[data-field=body]")).to_contain_text("nobody-2020")
    page.get_by_text("Headings", exact=True).click()
    looks = [(size, scheme) for size in (WIDE, PHONE) for scheme in SCHEMES]
    assert failures(page, looks) == []
    page.set_viewport_size(DESKTOP)
    page.get_by_role("group", name="Insert into Body").get_by_role("button", name="Source").click()
    expect(page.locator("#insert li button").first).to_be_visible()
    assert failures(page, [(DESKTOP, "light"), (PHONE, "dark")]) == []


@pytest.mark.databases(postgresql=pytest.mark.slow)
def test_without_script_nothing_is_offered_that_would_not_work_and_the_way_back_keeps_what_was_too_much(browser, site):
    with new_context(browser, java_script_enabled=False, viewport=WIDE) as context:
        page = context.new_page()
        log_in(page, site, SUPERUSER, PASSWORD)
        page.goto(site.url + ADD)
        expect(page.get_by_role("button", name="Show preview")).to_be_visible()
        expect(page.get_by_role("group", name="Insert into Body")).to_have_count(0)
        for hidden in ("#writing", "#insert", ".headings"):
            expect(page.locator(hidden)).to_be_hidden()
        page.locator("#id_body").fill(TOO_MUCH)
        page.get_by_role("button", name="Save and continue editing").click()
        expect(page.get_by_role("heading", name="This is too much to send at once")).to_be_visible()
        page.go_back()
        expect(page.locator("#id_body")).to_have_value(TOO_MUCH)
