"""A member of staff writes an article: draft, preview, schedule, publish, correct, restore."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.axe import failures
from tests.browser.chromium import DESKTOP
from tests.browser.pages import log_in
from tests.builders import CHICAGO
from tests.server import wait_for

ADD = "/admin/blog/article/add/"
BODY = """## What herons do

Treating depression with ketamine is **off-label**. In a crisis, call or text [988](tel:988).

The heron stands still. See [the questions](/faqs/)."""


@pytest.fixture
def desk(page, site, staff):
    """An everyday browser, logged in."""
    log_in(page, site, *staff)
    page.complaints.clear()
    return page


@pytest.fixture
def plain_desk(browser, site, staff):
    """A browser without JavaScript, logged in."""
    context = browser.new_context(java_script_enabled=False, viewport=DESKTOP)
    page = context.new_page()
    log_in(page, site, *staff)
    yield page
    context.close()


def write(desk, site, title: str) -> None:
    """The address follows from the title."""
    desk.goto(site.url + ADD)
    desk.locator("#id_title").press_sequentially(title)
    expect(desk.locator("#id_slug")).to_have_value(title.lower())
    desk.locator("#id_summary").fill("Where herons stand.")
    desk.locator("#id_body").fill(BODY)
    desk.locator("#id_browser_title").fill(title)
    desk.locator("#id_description").fill("Where herons stand, in one sentence.")


def save(desk) -> None:
    with desk.expect_navigation():
        desk.get_by_role("button", name="Save and continue editing").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()


def set_published(desk, moment: datetime) -> None:
    local = moment.astimezone(CHICAGO)
    desk.locator("#id_published_at_0").fill(f"{local:%Y-%m-%d}")
    desk.locator("#id_published_at_1").fill(f"{local:%H:%M:%S}")


def public_text(site, slug: str) -> str:
    answer = site.get(f"/blog/{slug}/")
    return answer.text if answer.status == 200 else ""


def test_from_a_draft_to_a_restored_version(desk, site):
    write(desk, site, "Herons")
    expect(desk.locator("#id_is_draft")).to_be_checked()
    save(desk)
    assert site.get("/blog/herons/").status == 404

    # Preview: the real page with what is not saved yet.
    desk.locator("#id_subtitle").fill("Not saved yet")
    desk.get_by_role("button", name="Show preview").click()
    preview = desk.frame_locator("iframe[name=preview]")
    expect(preview.get_by_role("heading", name="Herons", exact=True)).to_be_visible()
    expect(preview.locator(".lede")).to_have_text("Not saved yet")
    expect(preview.locator(".mast")).to_be_visible()
    save(desk)

    # Schedule: it appears by itself.
    due = datetime.now(CHICAGO) + timedelta(seconds=8)
    desk.locator("#id_is_draft").uncheck()
    set_published(desk, due)
    save(desk)
    if datetime.now(CHICAGO) < due - timedelta(seconds=1):
        assert site.get("/blog/herons/").status == 404
        assert "/blog/herons/" not in site.get("/blog/").text
        assert "/blog/herons/" not in site.get("/search/?q=heron").text
    wait_for(lambda: "The heron stands still." in public_text(site, "herons"), 20, "the scheduled article", lambda: site.log)
    wait_for(lambda: "/blog/herons/" in site.get("/blog/").text, 5, "the list of articles", lambda: site.log)
    assert "/blog/herons/" in site.get("/search/?q=heron").text
    assert site.get("/blog/herons/").status == 200

    # Correct it, and see it on the site within two seconds.
    desk.locator("#id_body").fill(BODY.replace("stands still", "walks slowly"))
    desk.locator("#id_change_note").fill("The heron corrected.")
    save(desk)
    wait_for(lambda: "walks slowly" in public_text(site, "herons"), 2, "the correction", lambda: site.log)

    # Compare and restore.
    desk.get_by_role("link", name="History").click()
    desk.get_by_role("button", name="Compare the two").click()
    expect(desk.locator("ins").filter(has_text="walks slowly")).to_be_visible()
    expect(desk.locator("del").filter(has_text="stands still")).to_be_visible()
    desk.go_back()
    desk.locator("#change-history tbody tr").nth(1).get_by_role("link").click()
    expect(desk.locator("ins").filter(has_text="stands still")).to_be_visible()
    desk.get_by_role("button", name="Revert").click()
    wait_for(lambda: "stands still" in public_text(site, "herons"), 2, "the restored text", lambda: site.log)
    assert desk.complaints == []


def test_what_may_not_be_published_is_named_and_two_editors_do_not_overwrite_each_other(desk, plain_desk, site):
    write(desk, site, "Storks")
    desk.locator("#id_body").fill(f"{BODY} A miracle. [x](/nope/) [@nobody-2020]")
    desk.locator("#id_is_draft").uncheck()
    desk.get_by_role("button", name="Save and continue editing").click()
    told = desk.locator(".field-body .errorlist").inner_text()
    for words in ("“miracle”", "/nope/", "[@nobody-2020]"):
        assert words in told
    expect(desk.locator(".field-claims_justification .errorlist")).to_contain_text("write here why")
    desk.locator("#id_body").fill(BODY)
    save(desk)

    plain_desk.goto(desk.url)
    desk.locator("#id_subtitle").fill("From the first")
    save(desk)
    plain_desk.locator("#id_subtitle").fill("From the second")
    plain_desk.get_by_role("button", name="Save and continue editing").click()
    told = plain_desk.locator(".errornote + .errorlist").inner_text()
    assert "Someone else saved this text while you were editing it" in told
    assert "+ From the first" in told
    expect(plain_desk.locator("#id_subtitle")).to_have_value("From the second")
    plain_desk.get_by_role("button", name="Save and continue editing").click()
    expect(plain_desk.locator(".messagelist .success")).to_be_visible()
    assert desk.complaints == []


def test_the_preview_works_without_javascript(plain_desk, site):
    plain_desk.goto(site.url + ADD)
    plain_desk.locator("#id_title").fill("Cranes")
    plain_desk.get_by_role("button", name="Show preview").click()
    preview = plain_desk.frame_locator("iframe[name=preview]")
    expect(preview.get_by_role("heading", name="Cranes", exact=True)).to_be_visible()
    assert re.search(r"/article/add/$", plain_desk.url)


def test_the_desk_for_words_shows_what_is_open(desk, site):
    desk.goto(f"{site.url}/admin/")
    desk.get_by_role("link", name="What is unset, unreviewed or unverified").click()
    expect(desk.get_by_role("heading", name="Medical review")).to_be_visible()
    expect(desk.get_by_text("Not set: phone.")).to_be_visible()
    assert desk.complaints == []


SCREENS = {
    "article": "/admin/blog/article/1/change/",
    "page": "/admin/pages/page/1/change/",
    "question": "/admin/pages/question/1/change/",
    "provider": "/admin/pages/provider/add/",
    "picture": "/admin/pages/picture/add/",
    "reference": "/admin/content/reference/1/change/",
    "clinic": "/admin/pages/clinic/1/change/",
    "history": "/admin/blog/article/1/history/",
    "before launch": "/admin/pages/clinic/prelaunch/",
}


def test_axe_finds_nothing_where_words_are_edited(browser, site, staff):
    # axe is a script that the site's policy refuses to run. Everything else is as staff have it.
    with browser.new_context(reduced_motion="reduce", bypass_csp=True, viewport=DESKTOP) as context:
        page = context.new_page()
        log_in(page, site, *staff)
        page.goto(site.url + SCREENS["article"])
        page.locator("#id_subtitle").fill("A miracle")
        page.get_by_role("button", name="Save and continue editing").click()
        found = {"a refused save": failures(page)}
        page.locator("#id_subtitle").fill("Another subtitle")
        save(page)
        for screen, path in SCREENS.items():
            page.goto(site.url + path)
            found[screen] = failures(page)
            if screen == "history":
                page.locator("#change-history tbody tr").last.get_by_role("link").click()
                found["an older version"] = failures(page)
                page.go_back()
                page.get_by_role("button", name="Compare the two").click()
                found["two versions"] = failures(page)
    assert {screen: problems for screen, problems in found.items() if problems} == {}
