"""The site's pages and their states, and how a visitor or a member of staff gets there."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import LONGEST_WAIT
from tests.server import Site, wait_for

HOME = "/"
BOOK = "/book-a-consult/"
SENT = "/book-a-consult/sent/"
SEARCH = "/search/"
REQUESTS = "/admin/consults/consultrequest/"
# The public pages: everything a link leads to, but the booking flow.
PUBLIC_PAGES = (
    HOME,
    "/meet-our-providers/",
    "/what-is-ketamine/",
    "/deciding/",
    "/faqs/",
    "/treatment-day/",
    "/medicines-and-conditions/",
    "/how-we-write/",
    "/for-clinicians/",
    "/for-family/",
    "/cost/",
    "/blog/",
    "/blog/ketamine-benefits/",
    "/blog/ketamine-words/",
    "/blog/questions-for-a-ketamine-clinic/",
    "/disclaimer/",
    "/privacy-policy/",
    "/terms-of-service/",
    "/acceptable-use/",
    "/accessibility/",
    "/good-faith-estimate/",
    "/notice-of-privacy-practices/",
    "/visit/",
)
_people = count(1)
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def choose_time(page: Page, *, last: bool = False) -> str:
    """Chooses the first time of the third day, or the last time of the last day. Returns its value.

    Not of the first day: its times pass out of reach while a form is filled in, a day before they begin.
    """
    days = page.locator(".days details")
    times = _times_of(days.last if last else days.nth(2))
    return _choose(times.last if last else times.first)


def choose_soonest_time(page: Page) -> str:
    """Chooses the first time that can still be had in a quarter of an hour. Returns its value."""
    reachable = datetime.now(UTC) + timedelta(hours=24, minutes=15)
    values = page.locator(".days input[name=starts_at]").evaluate_all("all => all.map(time => time.value)")
    soonest = page.locator(f"input[value='{next(value for value in values if datetime.fromisoformat(value) > reachable)}']")
    return _choose(_times_of(page.locator(".days details").filter(has=soonest)).filter(has=soonest))


def _times_of(day: Locator) -> Locator:
    if day.get_attribute("open") is None:
        day.locator("summary").click()
    return day.locator("label.choice")


def _choose(label: Locator) -> str:
    label.click()
    chosen = label.locator("input")
    expect(chosen).to_be_checked()
    return chosen.get_attribute("value")


def tell_who(page: Page, name: str) -> str:
    """Fills in the rest for a person whom the clinic does not know yet. Returns the email address."""
    address = f"{name.split()[0].lower()}-{next(_people)}@example.com"
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Email", exact=True).fill(address)
    page.get_by_text("By email").click()
    page.get_by_text("This form is not for emergencies").click()
    return address


def press(page: Page, name: str) -> None:
    """Presses a button and waits for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def send(page: Page) -> int:
    """Presses the form's button. Returns the status of its answer, before any redirect."""
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        press(page, "Send request")
    return answer.value.status


def book(page: Page, site: Site, name: str = "Ada Example", *, last: bool = False) -> str:
    """Sends a request. Returns the start that was asked for, as the form spells it."""
    page.goto(site.url + BOOK)
    start = choose_time(page, last=last)
    tell_who(page, name)
    assert send(page) == 303
    assert page.url == site.url + SENT
    return start


def sent_reference(page: Page) -> str:
    return REFERENCE.search(page.locator(".receipt").inner_text())[0]


def open_own_page(page: Page, site: Site, address: str) -> None:
    """By the link in the newest letter to the address."""
    letter = wait_for(lambda: site.letters(address), LONGEST_WAIT, f"a letter to {address}", lambda: site.log)[-1]
    page.goto(re.search(r"\S+/consults/[^/\s]+/", letter.get_body(("plain",)).get_content())[0])


def confirm(desk: Page, site: Site, reference: str) -> None:
    """As a member of staff who is logged in."""
    desk.goto(f"{site.url}{REQUESTS}?q={reference}")
    desk.get_by_role("row", name=reference).get_by_role("link").click()
    press(desk, "Confirm")
    expect(desk.locator(".field-status .readonly")).to_have_text("Confirmed")


# The cookies of who logged in before, by site and name: the hash of a password costs more than a page.
_sessions: dict[tuple[str, str], list] = {}


def log_in(page: Page, site: Site, name: str, password: str, *, again: bool = False) -> None:
    """By the form the first time and when `again` asks for a session of its own, else with the session of that time."""
    key = (site.url, name)
    if key in _sessions and not again:
        page.context.add_cookies(_sessions[key])
    page.goto(f"{site.url}/admin/")
    if page.url != f"{site.url}/admin/":
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{site.url}/admin/")
        _sessions[key] = page.context.cookies()


def post_closed_day(page: Page, site: Site, day: str) -> None:
    """As a member of staff who is logged in."""
    page.goto(f"{site.url}/admin/consults/specialhours/add/")
    page.locator("[name=date]").fill(day)
    page.locator("[name=note]").fill("Roof repair")
    page.get_by_role("button", name="Save", exact=True).click()


def open_path(path: str) -> Callable[[Page, Site], None]:
    def prepare(page: Page, site: Site) -> None:
        page.goto(site.url + path)

    return prepare


def open_every_answer(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/faqs/")
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")


def open_every_day(page: Page, site: Site) -> None:
    """The days share a name, so that one is open at a time: without it all can be looked at."""
    page.goto(site.url + BOOK)
    page.evaluate("document.querySelectorAll('details').forEach(day => { day.removeAttribute('name'); day.open = true })")


def open_one_answer(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/faqs/")
    page.locator("details:not([open]) summary").first.click()


def send_an_empty_form(page: Page, site: Site) -> None:
    page.goto(site.url + BOOK)
    assert send(page) == 422


def send_a_form_with_wrong_answers(page: Page, site: Site) -> None:
    page.goto(site.url + BOOK)
    choose_time(page)
    page.get_by_label("Full name").fill("Ada Example")
    page.get_by_label("Email", exact=True).fill("ada at example")
    page.get_by_label("Phone", exact=True).fill("12")
    page.get_by_text("By phone", exact=True).click()
    assert send(page) == 422


def ask_for_a_time_just_taken(page: Page, site: Site) -> None:
    """Somebody else sends the same time while the form is being filled in."""
    page.goto(site.url + BOOK)
    choose_time(page)
    tell_who(page, "Grace Example")
    faster = page.context.new_page()
    book(faster, site, "Edith Example")
    faster.close()
    assert send(page) == 422


def send_a_request(page: Page, site: Site) -> None:
    book(page, site)


def send_without_a_cookie(page: Page, site: Site) -> None:
    page.goto(site.url + BOOK)
    page.context.clear_cookies()
    assert send(page) == 403


def read_own_page(page: Page, site: Site) -> None:
    page.goto(site.url + BOOK)
    choose_time(page)
    address = tell_who(page, "Olive Example")
    assert send(page) == 303
    open_own_page(page, site, address)


_OFFER = """
from django.contrib.auth.models import User
from django.utils import timezone
from consults import booking
from consults.desk.earlier_times import free_starts
from consults.models import ConsultRequest
now, request = timezone.now(), ConsultRequest.objects.latest("pk")
colleague, _ = User.objects.get_or_create(username="who-offers")
# Inside the notice, so that it is no visitor's choice.
soonest = next(start for start in free_starts(now=now) if start < request.starts_at)
booking.offer_earlier(request, starts_at=soonest, by=colleague, now=now)
"""


def read_an_offer(page: Page, site: Site) -> None:
    page.goto(site.url + BOOK)
    choose_time(page)
    page.get_by_text("Tell me if an earlier time opens up").click()
    address = tell_who(page, "Orla Example")
    assert send(page) == 303
    open_own_page(page, site, address)
    site.shell(_OFFER)
    page.reload()
    expect(page.get_by_role("heading", name="An earlier time is open")).to_be_visible()


def move_without_a_time(page: Page, site: Site) -> None:
    read_own_page(page, site)
    page.get_by_role("button", name="Move to this time").click()
    expect(page.locator(".summary")).to_be_visible()


def withdraw(page: Page, site: Site) -> None:
    read_own_page(page, site)
    page.locator("summary", has_text="Withdraw my request").click()
    press(page, "Yes, withdraw my request")
    expect(page.locator("summary", has_text="Withdraw my request")).to_have_count(0)


# What a visitor can meet, by a name to read aloud.
PUBLIC_STATES: dict[str, Callable[[Page, Site], None]] = {
    **{path.strip("/").replace("/", "-") or "home": open_path(path) for path in PUBLIC_PAGES},
    "faqs-one-open": open_one_answer,
    "faqs-all-open": open_every_answer,
    "search": open_path(SEARCH),
    "search-many": open_path(f"{SEARCH}?q=ketamin"),
    "search-none": open_path(f"{SEARCH}?q=zzzz"),
    "book": open_path(BOOK),
    "book-every-day": open_every_day,
    "book-errors": send_an_empty_form,
    "book-wrong-answers": send_a_form_with_wrong_answers,
    "book-time-taken": ask_for_a_time_just_taken,
    "sent": send_a_request,
    "sent-nothing": open_path(SENT),
    "own-page": read_own_page,
    "own-page-offered": read_an_offer,
    "own-page-errors": move_without_a_time,
    "own-page-withdrawn": withdraw,
    "start-again": send_without_a_cookie,
    "not-found": open_path("/no-such-page/"),
}
