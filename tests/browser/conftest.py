"""The real site in a real browser."""

import pytest

from tests.browser.chromium import DESKTOP, PHONE, find_chromium, running_chromium
from tests.environment import skip_for_want_of
from tests.server import started_before

# Keeps every layout shift from the first moment of a document on.
WATCH_SHIFTS = """
window.shifts = []
const keep = list => shifts.push(...list.getEntries().map(entry => entry.value))
new PerformanceObserver(keep).observe({type: 'layout-shift', buffered: true})
"""


# Not for the whole session: Playwright keeps an event loop running in this thread, beside which Django refuses its database.
@pytest.fixture(scope="module")
def browser():
    program = find_chromium()
    if program is None:
        skip_for_want_of("Chromium was not found: no chromium on PATH, and CHROMIUM is not set")
    with running_chromium(program) as running:
        yield running


@pytest.fixture(scope="module")
def site(browser, tmp_path_factory):
    """One site for the module's tests."""
    site = started_before(tmp_path_factory.mktemp("browser"))
    try:
        yield site.serve()
    finally:
        site.stop()


@pytest.fixture(scope="module")
def staff(site):
    """Name and password of a member of staff."""
    return site.make_staff()


@pytest.fixture
def plain_page(browser):
    """A browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(browser):
    """An everyday browser. `page.complaints` is what its console said was wrong."""
    context = browser.new_context(viewport=DESKTOP)
    context.add_init_script(WATCH_SHIFTS)
    page = context.new_page()
    page.complaints = []

    def listen(said) -> None:
        if said.type in {"error", "warning"}:
            page.complaints.append(f"{said.text} {said.location['url']}")

    page.on("console", listen)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()
