"""A member of staff writes an article: draft, preview, schedule, publish, correct, restore."""

import re
from datetime import datetime, timedelta
from itertools import cycle

import pytest
from playwright.sync_api import expect

from tests.browser.axe import EVERY_LOOK, TWO_LOOKS, failures, other_looks
from tests.browser.chromium import DESKTOP, LONGEST_WAIT, new_context
from tests.browser.desk import SUPERUSER
from tests.browser.pages import log_in, press
from tests.builders import CHICAGO, PASSWORD
from tests.server import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.databases(postgresql=pytest.mark.nightly)]

ADD = "/admin/blog/article/add/"
BODY = """## What herons do

Treating depression with ketamine is **off-label**. In a crisis, call or text [988](tel:988).

The heron stands still. See [the questions](/faqs/)."""


@pytest.fixture
def site(writers):
    return writers


@pytest.fixture
def desk(page, site):
    """An everyday browser, logged in."""
    log_in(page, site, SUPERUSER, PASSWORD)
    page.complaints.clear()
    return page


@pytest.fixture
def plain_desk(browser, site):
    """A browser without JavaScript, logged in."""
    with new_context(browser, java_script_enabled=False, viewport=DESKTOP) as context:
        page = context.new_page()
        log_in(page, site, SUPERUSER, PASSWORD)
        yield page


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
    press(desk, "Save and continue editing")
    expect(desk.locator(".messagelist .success")).to_be_visible()


def publish(desk, moment: datetime) -> None:
    """Published from this moment on."""
    local = moment.astimezone(CHICAGO)
    desk.locator("#id_is_draft").uncheck()
    desk.locator("#id_published_at_0").fill(f"{local:%Y-%m-%d}")
    desk.locator("#id_published_at_1").fill(f"{local:%H:%M:%S}")
    save(desk)


def expect_unpublished(site, slug: str) -> None:
    assert site.get(f"/blog/{slug}/").status == 404
    assert f"/blog/{slug}/" not in site.get("/blog/").text
    assert f"/blog/{slug}/" not in site.get(f"/search/?q={slug}").text


def publish_soon(desk, site, slug: str) -> None:
    """So soon that a test can wait for it, and late enough that it was seen unpublished after it was saved."""
    for seconds in (5, 15, 45, 135):
        due = datetime.now(CHICAGO) + timedelta(seconds=seconds)
        publish(desk, due)
        answer = site.get(f"/blog/{slug}/")
        if datetime.now(CHICAGO) < due:
            assert answer.status == 404
            return
    raise AssertionError("saving an article takes minutes")


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

    # Schedule: it appears when its time comes.
    publish(desk, datetime.now(CHICAGO) + timedelta(days=2))
    expect_unpublished(site, "herons")
    publish_soon(desk, site, "herons")
    wait_for(lambda: "The heron stands still." in public_text(site, "herons"), LONGEST_WAIT, "the article", lambda: site.log)
    wait_for(lambda: "/blog/herons/" in site.get("/blog/").text, LONGEST_WAIT, "the list of articles", lambda: site.log)
    assert "/blog/herons/" in site.get("/search/?q=herons").text

    # Correct it, and see it on the site.
    desk.locator("#id_body").fill(BODY.replace("stands still", "walks slowly"))
    desk.locator("#id_change_note").fill("The heron corrected.")
    save(desk)
    wait_for(lambda: "walks slowly" in public_text(site, "herons"), LONGEST_WAIT, "the correction", lambda: site.log)

    # Compare and restore.
    desk.get_by_role("link", name="History").click()
    desk.get_by_role("button", name="Compare the two").click()
    expect(desk.locator("ins").filter(has_text="walks slowly")).to_be_visible()
    expect(desk.locator("del").filter(has_text="stands still")).to_be_visible()
    desk.go_back()
    desk.locator("#change-history tbody tr").nth(1).get_by_role("link").click()
    expect(desk.locator("ins").filter(has_text="stands still")).to_be_visible()
    desk.get_by_role("button", name="Revert").click()
    wait_for(lambda: "stands still" in public_text(site, "herons"), LONGEST_WAIT, "the restored text", lambda: site.log)
    assert desk.complaints == []


def test_what_may_not_be_published_is_named_and_two_editors_do_not_overwrite_each_other(desk, plain_desk, site):
    write(desk, site, "Storks")
    desk.locator("#id_body").fill(f"{BODY} A miracle. [x](/nope/) [@nobody-2020]")
    desk.locator("#id_is_draft").uncheck()
    desk.get_by_role("button", name="Save and continue editing").click()
    told = desk.locator(".field-body .errorlist").inner_text()
    for words in ("“miracle”", "/nope/", "[@nobody-2020]"):
        assert words in told
    expect(desk.locator(".field-claims_justification .errorlist")).to_contain_text("explain here why")
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


@pytest.mark.databases(postgresql=pytest.mark.slow)
@pytest.mark.slow
def test_a_change_is_proposed_shown_and_published_with_script_and_without(examined_page, plain_desk, site):
    log_in(examined_page, site, SUPERUSER, PASSWORD)
    write(examined_page, site, "Egrets")
    examined_page.locator("#id_is_draft").uncheck()
    save(examined_page)
    form = examined_page.url
    for desk, words in ((examined_page, "walks slowly"), (plain_desk, "wades slowly")):
        desk.goto(form)
        desk.locator("#id_body").fill(BODY.replace("stands still", words.replace("slowly", "fast")))
        press(desk, "Save as pending change")
        expect(desk.locator(".messagelist .success")).to_contain_text("Visitors see nothing of it")
        pending = desk.locator(".pending-link b").inner_text()
        desk.get_by_role("link", name="Edit these words").click()
        desk.locator("#id_body").fill(BODY.replace("stands still", words))
        if desk is examined_page:
            assert failures(desk, EVERY_LOOK) == []
        press(desk, "Save the pending change")
        if desk is examined_page:
            assert failures(desk, EVERY_LOOK) == []
            # What the device kept of either form is saved.
            desk.get_by_role("link", name="Edit these words").click()
            desk.wait_for_timeout(600)
            expect(desk.get_by_role("group", name="Unsaved words").get_by_role("button")).to_have_count(0)
            desk.goto(pending)
        desk.get_by_role("link", name="Preview the page").click()
        expect(desk.get_by_text(f"The heron {words}.")).to_be_visible()
        assert words not in public_text(site, "egrets")
        desk.goto(pending)
        expect(desk.locator("ins").filter(has_text=words)).to_be_visible()
        press(desk, "Publish now")
        wait_for(lambda words=words: words in public_text(site, "egrets"), LONGEST_WAIT, "the change", lambda: site.log)


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
# They have the parts of the article or of the provider. By night they are seen in every look.
MORE_OF_THE_SAME = {"question", "picture", "reference"}


@pytest.mark.parametrize("others", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["a look each", "the other looks"])
def test_axe_finds_nothing_where_words_are_edited(examined_page, site, others):
    page, found = examined_page, {}
    # They share their styles: in one look after the other, what is wrong with a style shows.
    looks = cycle(other_looks(look) if others else [look] for look in TWO_LOOKS)
    log_in(page, site, SUPERUSER, PASSWORD)
    page.goto(site.url + SCREENS["article"])
    page.locator("#id_subtitle").fill("A miracle")
    press(page, "Save and continue editing")
    found["a refused save"] = failures(page, next(looks))
    page.locator("#id_subtitle").fill(f"Another subtitle, seen in {'other looks' if others else 'one'}")
    save(page)
    for screen, path in SCREENS.items():
        seen_in = next(looks)
        if screen in MORE_OF_THE_SAME:
            if not others:
                continue
            seen_in = EVERY_LOOK
        page.goto(site.url + path)
        found[screen] = failures(page, seen_in)
    page.goto(site.url + SCREENS["history"])
    with page.expect_navigation():
        page.locator("#change-history tbody tr").last.get_by_role("link").click()
    found["an older version"] = failures(page, next(looks))
    page.goto(site.url + SCREENS["history"])
    press(page, "Compare the two")
    found["two versions"] = failures(page, next(looks))
    assert {screen: problems for screen, problems in found.items() if problems} == {}
