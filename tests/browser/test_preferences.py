"""What the reader's device asks for wins: forced colors, no motion, more contrast, paper, no styles at all."""

import re
from itertools import pairwise, product

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP, PHONE, new_context
from tests.browser.pages import BOOK, HOME, PUBLIC_STATES, book

pytestmark = pytest.mark.browser

# Every text color on every background it is used on. axe cannot judge text over a gradient.
TEXT_PAIRS = (
    *product(("--ink", "--soft", "--brand"), ("--paper", "--card", "--tint", "--sky-1", "--sky-2")),
    *product(("--ink", "--brand"), ("--sky-3",)),
    *product(("--error", "--ink"), ("--error-tint",)),
    ("--error", "--paper"),
    ("--on-brand", "--brand"),
    ("--on-brand", "--brand-hi"),
)
CONTROL_PAIRS = tuple(product(("--edge", "--brand"), ("--paper", "--card")))
# The ratio of WCAG 2, of two tokens as the page computes them. Inside `where`, because land has colors of its own.
CONTRAST = """([where, pairs]) => {
    const probe = document.querySelector(where).appendChild(document.createElement('i'))
    const light = token => {
        probe.style.color = `var(${token})`
        const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
        const [red, green, blue] = parts.map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
        return .2126 * red + .7152 * green + .0722 * blue + .05
    }
    const found = pairs.map(([text, ground]) => {
        const [one, other] = [light(text), light(ground)]
        return [text + ' on ' + ground, Math.max(one, other) / Math.min(one, other)]
    })
    probe.remove()
    return Object.fromEntries(found)
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.slow
def test_every_pair_of_the_palette_is_enough_contrast(page, site, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site.url}/accessibility/")
    body = page.evaluate(CONTRAST, ["main", TEXT_PAIRS])
    land = page.evaluate(CONTRAST, [".land > *", list(product(("--ink", "--soft", "--brand"), ("--land",)))])
    controls = page.evaluate(CONTRAST, ["main", CONTROL_PAIRS])
    assert len(body) == len(set(TEXT_PAIRS))
    assert {pair: ratio for pair, ratio in (body | land).items() if ratio < 7} == {}
    assert {pair: ratio for pair, ratio in controls.items() if ratio < 3} == {}


def moving(page) -> int:
    """How much of the page moves on its own, or would when touched: its animations and transitions."""
    return page.evaluate(
        """document.getAnimations().length + [...document.querySelectorAll('*')].filter(part =>
            getComputedStyle(part).transitionDuration.split(', ').some(length => parseFloat(length) > 0)).length"""
    )


def test_nothing_moves_for_who_asked_for_less_motion(browser, site):
    seen = {}
    for wish in ("reduce", "no-preference"):
        with new_context(browser, reduced_motion=wish) as context:
            page = context.new_page()
            page.goto(site.url)
            scrolls = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
            seen[wish] = (moving(page) > 0, scrolls)
    assert seen == {"reduce": (False, "auto"), "no-preference": (True, "smooth")}


def test_forced_colors_keep_focus_choice_buttons_and_hours_apart(browser, site):
    with new_context(browser, forced_colors="active", viewport=PHONE) as context:
        page = context.new_page()
        page.goto(site.url)
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        expect(page.locator(".scene")).to_be_hidden()
        grounds = page.locator(".week li").evaluate_all(
            "days => days.map(day => getComputedStyle(day, '::before').backgroundColor)"
        )
        assert len(grounds) == 7
        assert len(set(grounds)) == 2, "open and closed days look the same"
        border = "box => getComputedStyle(box).borderTopStyle + ' ' + getComputedStyle(box).borderTopWidth"
        assert page.locator(".hero .btn").evaluate(border) == "solid 1px"
        page.goto(site.url + BOOK)
        # The first day that is listed may have a single time left.
        day = page.locator(".days details").nth(2)
        day.locator("summary").click()
        times = day.locator("label.choice")
        times.first.click()
        assert times.first.evaluate(border) != times.nth(1).evaluate(border)
        page.keyboard.press("Tab")
        outline = page.evaluate(
            """(() => {
                const here = document.activeElement
                const style = getComputedStyle(here.closest('.choice') ?? here)
                return style.outlineStyle + ' ' + style.outlineWidth
            })()"""
        )
        assert outline == "solid 3px"


def test_more_contrast_takes_the_colors_from_behind_the_words(browser, site):
    with new_context(browser, contrast="more") as context:
        page = context.new_page()
        page.goto(site.url)
        assert page.locator(".sky").evaluate("sky => getComputedStyle(sky).backgroundImage") == "none"
        soft, ink = (page.locator(part).first.evaluate("part => getComputedStyle(part).color") for part in (".eyebrow", "h1"))
        assert soft == ink


@pytest.mark.parametrize("path", [pytest.param("/blog/ketamine-benefits/", marks=pytest.mark.slow), "/faqs/"])
def test_a_printed_page_is_whole_black_and_says_where_help_is(page, site, path):
    page.emulate_media(color_scheme="dark")
    page.goto(site.url + path)
    on_screen = page.locator("main").inner_text()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".mast .logo").evaluate("part => getComputedStyle(part).color") == "rgb(0, 0, 0)"
    assert page.locator("main p").first.evaluate("part => getComputedStyle(part).color") == "rgb(0, 0, 0)"
    for part in ("nav.nav", ".btn", ".scene", ".toc", ".crumbs", "footer svg", ".skip"):
        for found in page.locator(part).all():
            expect(found).to_be_hidden()
    for words in ("988", "200 Schilling Dr S.", "4:00 PM to 8:00 PM"):
        expect(page.get_by_text(words).filter(visible=True).first).to_be_visible()
    # Closed questions are printed open.
    hidden = page.locator(".answer").evaluate_all(
        "all => all.filter(part => !part.checkVisibility({contentVisibilityAuto: true})).length"
    )
    assert hidden == 0
    if path == "/faqs/":
        assert len(page.locator("main").inner_text()) > 2 * len(on_screen)
    outside = page.locator("main .prose a[href^=http]")
    for link in outside.all():
        after = link.evaluate("link => getComputedStyle(link, '::after').content")
        assert link.get_attribute("href") in after or "attr(href)" in after
    assert page.pdf().startswith(b"%PDF")


def test_a_sheet_is_printed_alone_on_one_page_with_room_for_the_facts_that_are_not_set(page, site):
    for path in ("/for-clinicians/", "/for-family/"):
        page.emulate_media(media="null")
        page.goto(site.url + path)
        expect(page.locator("main .prose")).to_be_visible()
        pages = {size: page.pdf(format=size).count(b"/Type /Page\n") for size in ("Letter", "A4")}
        assert pages == {"Letter": 1, "A4": 1}, path
        page.emulate_media(media="print")
        # What is left of Letter between margins of 12 mm, in CSS pixels.
        page.set_viewport_size({"width": 725, "height": 965})
        assert page.locator(".sheet .card").bounding_box()["height"] < 965 * 0.85
        expect(page.locator(".sheet .qr svg")).to_be_visible()
        for part in ("header", "main .prose", ".references", "footer"):
            expect(page.locator(part)).to_be_hidden()


def test_a_printed_confirmation_has_its_facts_and_no_buttons(page, site):
    book(page, site)
    page.emulate_media(media="print")
    for words in ("Request sent", "We will answer by", "Reference", "Call or text 988"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("link", name="Back to the home page")).to_be_hidden()


@pytest.mark.parametrize(
    "state", [pytest.param("home", marks=pytest.mark.slow), "book-errors", pytest.param("own-page", marks=pytest.mark.slow)]
)
def test_without_styles_a_page_reads_in_order(plain_page, site, state):
    plain_page.route("**/*.css", lambda route: route.abort())
    PUBLIC_STATES[state](plain_page, site)
    assert plain_page.locator("body").evaluate("body => getComputedStyle(body).display") == "block"
    # Nothing is moved: what stands lower comes later in the document.
    landmarks = plain_page.locator("aside[aria-label='Urgent help'], header nav, h1, main h2, main legend, footer")
    tops = [landmark.bounding_box()["y"] for landmark in landmarks.all()]
    assert len(tops) > 5
    assert tops == sorted(tops)


def test_the_theme_color_follows_the_scheme(page, site):
    page.goto(site.url + HOME)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        meta = page.locator(f"meta[name=theme-color][media*={scheme}]").get_attribute("content")
        shown = page.locator(".crisis").evaluate("line => getComputedStyle(line).backgroundColor")
        assert [int(part) for part in re.findall(r"\d+", shown)] == [int(meta[start : start + 2], 16) for start in (1, 3, 5)]


@pytest.mark.parametrize("size", [PHONE, pytest.param(DESKTOP, marks=pytest.mark.slow)], ids=["phone", "desktop"])
def test_the_focus_goes_down_the_page_and_is_never_off_the_screen(page, site, size):
    page.set_viewport_size(size)
    page.goto(site.url + BOOK)
    expected = page.evaluate(
        """[...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), textarea')]
            .filter(part => part.tabIndex >= 0 && part.checkVisibility({contentVisibilityAuto: true})).length"""
    )
    order, columns = [], []
    for _ in range(expected):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """(() => {
                const here = document.activeElement, box = here.getBoundingClientRect()
                const index = [...document.querySelectorAll('*')].indexOf(here)
                const shown = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
                return {index, shown, top: box.top + scrollY, rail: !!here.closest('.rail'), name: here.outerHTML.slice(0, 80)}
            })()"""
        )
        if stop["index"] <= (order[-1] if order else 0):
            break
        assert stop["shown"], f"the focus is off the screen: {stop['name']}"
        order.append(stop["index"])
        if not stop["rail"]:
            columns.append(stop["top"])
    assert len(order) >= expected / 2
    assert order == sorted(order)
    steps_up = [below - above for above, below in pairwise(columns) if below < above - 60]
    assert steps_up == []
