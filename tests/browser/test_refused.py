"""What is refused where words are edited: a clear sentence, and nothing of what was typed is lost. With script and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP, new_context
from tests.browser.desk import SUPERUSER
from tests.browser.pages import log_in, press
from tests.builders import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.databases(postgresql=pytest.mark.nightly)]

NO_PICTURE = {"name": "heron.jpg", "mimeType": "image/jpeg", "buffer": b"This is no picture."}
ARTICLE = "/admin/blog/article/{}/"
# Published, and nothing is pending for it.
COPY = (
    "from blog.models import Article; row = Article.objects.earliest('pk');"
    "row.slug, row.pk = f\"copy-{Article.objects.latest('pk').pk}\", None; row.save(); print(row.pk)"
)
# By another way than the admin, which takes the pending change along.
DELETE = "from blog.models import Article; Article.objects.filter(pk={})._raw_delete('default')"
RUN_OUT = (
    "from datetime import timedelta; from django.utils import timezone; from staff.models import StaffSession as S;"
    "S.objects.update(seen_at=timezone.now() - timedelta(hours=2))"
)
# Somebody else saves the text meanwhile.
SAVED_BY_ANOTHER = (
    "from pages.models import Question; row = Question.objects.get(pk={}); row.answer += '\\n\\nTerns dive.'; row.save()"
)


@pytest.fixture
def site(writers):
    return writers


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def desk(request, browser, site):
    """A browser, logged in. `desk.has_script`: whether it has JavaScript."""
    with new_context(browser, java_script_enabled=request.param, viewport=DESKTOP) as context:
        page = context.new_page()
        page.has_script = request.param
        log_in(page, site, SUPERUSER, PASSWORD)
        yield page


def propose(desk, site, words: str) -> int:
    """As a pending change of an article of its own. Returns the article's number."""
    number = int(site.shell(COPY))
    desk.goto(site.url + ARTICLE.format(number) + "change/")
    desk.locator("#id_subtitle").fill(words)
    press(desk, "Save as pending change")
    expect(desk.locator(".messagelist .success")).to_contain_text("Visitors see nothing of it")
    return number


def test_a_file_that_is_no_picture_is_refused_and_its_description_stays(desk, site):
    desk.goto(f"{site.url}/admin/pages/picture/add/")
    desk.locator("#id_upload").set_input_files(NO_PICTURE)
    desk.locator("#id_name").fill("Heron")
    desk.locator("#id_alt").fill("A heron in the reeds")
    press(desk, "Save")
    expect(desk.locator(".field-upload .errorlist")).to_have_text(
        "This file is not a JPEG, PNG or WebP picture, or it is damaged."
    )
    expect(desk.locator("#id_name")).to_have_value("Heron")
    expect(desk.locator("#id_alt")).to_have_value("A heron in the reeds")


def test_a_time_that_has_passed_is_refused_and_the_change_stays(desk, site):
    words = f"Herons by noon, {'with' if desk.has_script else 'without'} script"
    propose(desk, site, words)
    desk.get_by_label("Publish on: date").fill("2020-01-02")
    desk.get_by_label("Publish on: time").fill("09:30")
    press(desk, "Publish at this time")
    expect(desk.get_by_text("That moment has passed. Choose one in the future, or publish now.")).to_be_visible()
    expect(desk.locator("ins").filter(has_text="Herons by noon")).to_be_visible()
    assert words not in site.get("/blog/").text


@pytest.mark.databases(postgresql=pytest.mark.slow)
def test_the_pending_words_of_a_text_that_was_deleted_are_shown_and_can_be_copied(desk, site):
    number = propose(desk, site, "Herons at dusk")
    desk.get_by_role("link", name="Edit these words").click()
    desk.locator("#id_subtitle").fill("Herons at dawn")
    site.shell(DELETE.format(number))
    press(desk, "Save the pending change")
    expect(desk.get_by_role("heading", name="Nothing was saved, and nothing is lost")).to_be_visible()
    expect(desk.get_by_label("Subtitle", exact=True)).to_have_value("Herons at dawn")
    expect(desk.get_by_label("Subtitle, as kept")).to_have_value("Herons at dusk")
    desk.goto(site.url + ARTICLE.format(number) + "pending/")
    expect(desk.get_by_label("Subtitle", exact=True)).to_have_value("Herons at dusk")


def sign_in_again(desk) -> None:
    desk.get_by_label("Username").fill(SUPERUSER)
    desk.get_by_label("Password").fill(PASSWORD)
    press(desk, "Log in")
    expect(desk.get_by_text("It is not saved yet")).to_be_visible()


def test_words_that_were_posted_after_the_session_ran_out_come_back_unsaved(desk, site):
    desk.goto(f"{site.url}/admin/pages/question/13/change/")
    answer = f"{desk.locator('#id_answer').input_value()} Bitterns boom{' twice' * desk.has_script}."
    desk.locator("#id_answer").fill(answer)
    site.shell(RUN_OUT)
    press(desk, "Save and continue editing")
    sign_in_again(desk)
    expect(desk.locator("#id_answer")).to_have_value(answer)
    press(desk, "Save and continue editing")
    expect(desk.locator(".messagelist .success")).to_be_visible()
    desk.reload()
    expect(desk.locator("#id_answer")).to_have_value(re.compile(r"Bitterns boom( twice)?\.$"))


def test_words_that_come_back_to_a_text_that_was_changed_meanwhile_replace_nothing_unseen(desk, site):
    desk.goto(f"{site.url}/admin/pages/question/14/change/")
    answer = f"{desk.locator('#id_answer').input_value()} Grebes float{' twice' * desk.has_script}."
    desk.locator("#id_answer").fill(answer)
    site.shell(RUN_OUT + ";" + SAVED_BY_ANOTHER.format(14))
    press(desk, "Save and continue editing")
    sign_in_again(desk)
    told = desk.locator(".errorlist").filter(has_text="Someone else saved this text")
    expect(told).to_contain_text("+ Terns dive.")
    expect(desk.locator("#id_answer")).to_have_value(answer)
    assert site.shell("from pages.models import Question; print(Question.objects.get(pk=14).answer)").endswith("Terns dive.")
    press(desk, "Save and continue editing")
    expect(desk.locator(".messagelist .success")).to_be_visible()
    expect(desk.locator("#id_answer")).to_have_value(answer)
