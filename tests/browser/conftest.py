"""The real site in a real browser. One Chromium and one site of each kind for all tests of a process.

Tests share a site: each asks for a time of its own (`pages.choose_time`) under a name of its own (`pages.tell_who`), and
counts only what it made itself.
"""

from contextlib import contextmanager

import pytest

from tests.browser.chromium import DESKTOP, PHONE, find_chromium, new_context, running_chromium
from tests.browser.desk import open_desk
from tests.environment import skip_for_want_of
from tests.postgresql import settings_on
from tests.server import started_before

# Keeps every layout shift from the first moment of a document on.
WATCH_SHIFTS = """
window.shifts = []
const keep = list => shifts.push(...list.getEntries())
new PerformanceObserver(keep).observe({type: 'layout-shift', buffered: true})
"""


@pytest.fixture(scope="session")
def browser():
    program = find_chromium()
    if program is None:
        skip_for_want_of("Chromium was not found: no chromium on PATH, and CHROMIUM is not set")
    with pytest.MonkeyPatch.context() as patch, running_chromium(program) as running:
        # Playwright keeps an event loop running in this thread, beside which Django would refuse its database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "on")
        yield running


@contextmanager
def _running(folder, settings: dict[str, str] | None = None):
    site = started_before(folder, {"WEB_WORKERS": "1"} | (settings or {}))
    try:
        yield site.serve()
    finally:
        site.stop()


@pytest.fixture(scope="session")
def site(browser, tmp_path_factory):
    """The site of visitors: its words and hours stay as they ship."""
    with _running(tmp_path_factory.mktemp("browser")) as site:
        yield site


@pytest.fixture(scope="session")
def staff(site):
    """Name and password of a member of the visitors' site's staff who may do everything."""
    return site.make_staff()


@pytest.fixture(scope="session")
def workshop(browser, tmp_path_factory):
    """A site with DEBUG on, which serves the page of components and the stylesheet in its parts."""
    with _running(tmp_path_factory.mktemp("workshop"), {"DEBUG": "on"}) as site:
        yield site


@pytest.fixture(scope="session")
def desk_on_sqlite(browser, tmp_path_factory):
    """The site of staff, who change its words and hours: a `Desk` with colleagues and an afternoon's requests."""
    with _running(tmp_path_factory.mktemp("desk")) as site:
        yield open_desk(site)


@pytest.fixture(scope="session")
def desk_on_postgresql(browser, tmp_path_factory):
    """The same on PostgreSQL."""
    with _running(tmp_path_factory.mktemp("desk"), settings_on("postgresql")) as site:
        yield open_desk(site)


@pytest.fixture
def writers(request, database):
    """The site of staff on the database of the test: `databases`."""
    return request.getfixturevalue(f"desk_on_{database}").site


@pytest.fixture
def site_of_its_own(browser, tmp_path, database):
    """A site for one test alone, on the database of the test: `databases`."""
    with _running(tmp_path, settings_on(database)) as site:
        yield site


@pytest.fixture
def plain_page(browser):
    """A browser without JavaScript."""
    with new_context(browser, java_script_enabled=False, viewport=PHONE) as context:
        yield context.new_page()


@pytest.fixture
def page(browser):
    """An everyday browser. `page.complaints` is what its console said was wrong."""
    with new_context(browser, viewport=DESKTOP) as context:
        context.add_init_script(WATCH_SHIFTS)
        page = context.new_page()
        page.complaints = []

        def listen(said) -> None:
            if said.type in {"error", "warning"}:
                page.complaints.append(f"{said.text} {said.location['url']}")

        page.on("console", listen)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        yield page


@pytest.fixture(scope="session")
def _examiner(browser):
    with new_context(browser, bypass_csp=True, viewport=DESKTOP) as context:
        yield context.new_page()


@pytest.fixture
def examined_page(_examiner):
    """A browser for axe, which is a script that the site's policy refuses to run. Everything else is as visitors have it.

    Shared, because many tests look at a single page with it; each test starts without cookies.
    """
    _examiner.goto("about:blank")
    _examiner.context.clear_cookies()
    _examiner.set_viewport_size(DESKTOP)
    _examiner.emulate_media(color_scheme="light")
    return _examiner
