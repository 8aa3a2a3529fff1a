"""What a first view costs on a bad connection, and that it stands still while it arrives.

Sizes are as sent: the compressed bodies of the document, stylesheet, font, pictures and script; icons and manifest are not
counted. 1 KB is 1,000 bytes.
"""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import DESKTOP, LONGEST_WAIT, PHONE
from tests.browser.pages import BOOK, HOME

pytestmark = pytest.mark.browser

BUDGETS = {
    HOME: 18_500,
    BOOK: 19_500,
    "/meet-our-providers/": 17_000,
    "/blog/ketamine-benefits/": 28_200,
    "/faqs/": 31_900,
}
# Forms have a stylesheet of their own.
STYLESHEET, WITH_FORMS = 6_300, 7_200
SCRIPT = 3_000
MOST_REQUESTS = 5
FIRST_PAINT = """new Promise(done => new PerformanceObserver((list, observer) => {
    if (list.getEntriesByName('first-contentful-paint').length) done()
}).observe({type: 'paint', buffered: true}))"""


def first_view(page, url: str) -> tuple[list[str], Counter]:
    """Every address the browser asks for, and the bytes of the bodies as sent, by kind.

    The typeface arrives after the first paint: its swap is what could move words.
    """
    answers, fonts = [], []
    page.emulate_media(reduced_motion="no-preference")
    page.on("response", lambda answer: answers.append(answer))
    page.route("**/*.woff2", lambda route: fonts.append(route))
    with page.expect_request("**/*.woff2"):
        page.goto(url, wait_until="commit")
    page.evaluate(FIRST_PAINT)
    for route in fonts:
        route.continue_()
    page.unroute("**/*.woff2")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    counted = [answer for answer in answers if not answer.url.endswith((".svg", ".webmanifest", ".ico"))]
    sizes = Counter()
    for answer in counted:
        sizes[answer.request.resource_type] += answer.request.sizes()["responseBodySize"]
    return [answer.url for answer in counted], sizes


def shifts(page) -> list[float]:
    """Whatever moved until now. The observer is told late on a busy machine: this moves the page itself and waits for that."""
    return page.evaluate(
        """limit => new Promise((done, fail) => {
            setTimeout(fail, limit, new Error('the observer was not told'))
            requestAnimationFrame(() => requestAnimationFrame(() => {
                const now = performance.now()
                document.body.style.paddingBlockStart = '80px'
                const look = () => shifts.some(shift => shift.startTime >= now)
                    ? done(shifts.filter(shift => shift.startTime < now).map(shift => shift.value))
                    : requestAnimationFrame(look)
                look()
            }))
        })""",
        LONGEST_WAIT * 1000,
    )


# The bytes are the same at both sizes; words could move at either.
VIEWS = [
    *(pytest.param(path, PHONE, id=f"{path} phone") for path in BUDGETS),
    *(pytest.param(path, DESKTOP, id=f"{path} desktop", marks=[] if path == HOME else pytest.mark.slow) for path in BUDGETS),
]


@pytest.mark.parametrize(("path", "size"), VIEWS)
def test_a_first_view_is_small_and_stands_still(page, site, path, size):
    page.set_viewport_size(size)
    addresses, sizes = first_view(page, site.url + path)
    assert {urlsplit(address).netloc for address in addresses} == {urlsplit(site.url).netloc}
    assert len(addresses) <= MOST_REQUESTS
    assert sizes.total() <= BUDGETS[path], sizes
    assert {"document", "stylesheet", "font"} <= sizes.keys()
    assert 0 < sizes["stylesheet"] <= (WITH_FORMS if path == BOOK else STYLESHEET)
    assert sizes["script"] <= SCRIPT
    assert page.evaluate("document.fonts.check('1rem \"Brygada 1918\"')")
    assert shifts(page) == []


def test_a_heavier_page_would_be_noticed(page, site):
    """The sizes are those of the wire: what compresses well counts as little, what does not counts in full."""
    page.route("**/*.css", lambda route: route.fulfill(body="/*" + "x" * 40_000 + "*/", content_type="text/css"))
    _, sizes = first_view(page, site.url)
    assert sizes["stylesheet"] > STYLESHEET
    raw = len(page.evaluate("fetch('/').then(answer => answer.text())").encode())
    assert sizes["document"] < raw / 2


def test_words_that_jump_would_be_noticed(page, site):
    page.goto(site.url)
    # What was not painted before cannot jump.
    page.evaluate(FIRST_PAINT)
    page.evaluate("document.querySelector('h1').style.marginTop = '80px'")
    assert shifts(page) != []
