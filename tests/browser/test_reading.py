"""Reading the site: every page whole, quiet and still, on any screen."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP, PHONE, SMALL_PHONE
from tests.browser.desk import SUPERUSER
from tests.browser.pages import BOOK, HOME, PUBLIC_PAGES, PUBLIC_STATES, SEARCH, log_in
from tests.builders import PASSWORD

pytestmark = pytest.mark.browser


def links(page) -> list[str]:
    """Where the page's links lead, absolute."""
    return page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.href)")


def read_everything(page, site) -> Iterator[str]:
    """Follows every link of the site from the home page, staff pages aside. The page is open while its path is told."""
    documents, waiting, anchors = {}, [HOME], set()
    while waiting:
        path = waiting.pop(0)
        if path in documents:
            continue
        answer = page.goto(site.url + path)
        assert answer.status == 200, path
        documents[path] = page.content()
        for link in links(page):
            address, anchor = urldefrag(link)
            if address.startswith(site.url):
                target = address.removeprefix(site.url)
                waiting.append(target)
                anchors.add((target, anchor)) if anchor else None
        yield path
    dangling = [f"{path}#{anchor}" for path, anchor in sorted(anchors) if f'id="{anchor}"' not in documents[path]]
    assert dangling == []


def test_every_page_is_found_by_links_and_complete_without_javascript(plain_page, site):
    hosts, titles, descriptions, found = Counter(), {}, {}, set()
    plain_page.context.on("request", lambda request: hosts.update([urlsplit(request.url).netloc]))
    for path in read_everything(plain_page, site):
        found.add(urlsplit(path).path)
        # Search is for people, not for search engines: it has neither a canonical address nor a description.
        if path == SEARCH:
            continue
        assert plain_page.locator("h1").count() == 1, path
        canonical = plain_page.locator("link[rel=canonical]").get_attribute("href")
        assert canonical == site.url + urlsplit(path).path, path
        if "?" in path:
            continue
        titles[path] = plain_page.title()
        descriptions[path] = plain_page.locator("meta[name=description]").get_attribute("content")
        crisis = plain_page.get_by_role("complementary", name="Urgent help")
        expect(crisis).to_be_visible()
        assert {"988", "911"} <= set(re.findall(r"\d+", crisis.inner_text())), path
        footer = plain_page.locator("footer").inner_text()
        for words in ("4:00 PM to 8:00 PM", "8:00 AM to noon", "200 Schilling Dr S.", "Dundas, MN 55019"):
            assert words in footer, path
    assert found == {*PUBLIC_PAGES, BOOK, SEARCH}
    assert len(set(titles.values())) == len(titles)
    assert len(set(descriptions.values())) == len(descriptions)
    assert [path for path, text in descriptions.items() if not 80 <= len(text) <= 155] == []
    assert [path for path, text in titles.items() if not text.endswith(" | Modern Therapeutics")] == []
    assert set(hosts) == {urlsplit(site.url).netloc}, "a request to another host"


def test_public_pages_leave_nothing_in_the_browser_and_complain_of_nothing(page, site):
    def kept() -> list:
        return page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")

    for path in PUBLIC_PAGES:
        page.goto(site.url + path)
        assert kept() == ["", 0, 0], path
    assert page.complaints == []
    page.goto(f"{site.url}/no-such-page/")
    assert kept() == ["", 0, 0]
    assert page.context.cookies() == []


def test_the_flow_complains_of_nothing_and_tells_no_title_or_address_what_it_is_about(page, site):
    for state in ("book", "sent-nothing", "sent", "own-page", "own-page-withdrawn", "book-errors"):
        # The console counts a refused form as an error.
        assert page.complaints == []
        PUBLIC_STATES[state](page, site)
        assert "ketamine" not in f"{page.url} {page.title()}".lower()


def test_what_the_content_policy_refuses_is_a_complaint(page, site):
    page.goto(site.url)
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = 1'}))")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("new Promise(done => requestAnimationFrame(done))")
    assert len([said for said in page.complaints if "Content Security Policy" in said]) == 2
    assert "1" not in page.title()


# The walks of the desk and of editing hold it for the pages that they pass.
@pytest.mark.slow
def test_no_staff_page_complains_in_the_console(page, desk_on_sqlite):
    site = desk_on_sqlite.site
    log_in(page, site, SUPERUSER, PASSWORD)
    lists = {link for link in links(page) if re.fullmatch(rf"{site.url}/admin/\w+/\w+/", link)}
    assert len(lists) >= 10
    for address in sorted(lists):
        page.goto(address)
        # Without one the browser asks for /favicon.ico, once, and complains of a 404.
        assert page.locator("link[rel~=icon]").count() == 1, address
        rows = page.locator("#result_list tbody th a")
        ways = [rows.first.get_attribute("href")] if rows.count() else []
        ways += [link for link in links(page) if link == f"{address}add/"]
        for way in ways:
            page.goto(way if way.startswith("http") else site.url + way)
            assert page.locator("#content h1").count() == 1
    assert page.complaints == []


@pytest.mark.parametrize("state", ["book-every-day", pytest.param("book-time-taken", marks=pytest.mark.slow)])
def test_the_words_of_a_time_stay_inside_its_box(page, site, state):
    PUBLIC_STATES[state](page, site)
    # The longest words that a time can have, whatever today is.
    page.evaluate(
        """for (const words of document.querySelectorAll('.days .choice span:last-child')) {
            const dated = words.lastChild.textContent.includes(',')
            words.lastChild.textContent = dated ? 'Wednesday, September 30, 12:00 noon' : '12:00 noon'
        }"""
    )
    for size in (SMALL_PHONE, PHONE, DESKTOP):
        page.set_viewport_size(size)
        sticking_out = page.evaluate(
            """[...document.querySelectorAll('label.choice')].filter(box => {
                const seen = [...box.lastElementChild.childNodes].filter(node => node.nodeType === Node.TEXT_NODE)
                const words = document.createRange()
                return seen.some(text => {
                    words.selectNodeContents(text)
                    return words.getBoundingClientRect().right > box.getBoundingClientRect().right
                })
            }).map(box => box.textContent)"""
        )
        assert sticking_out == [], size
