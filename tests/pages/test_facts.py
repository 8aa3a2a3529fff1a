"""The clinic's facts are printed where people look for them, as they are now; what is not set leaves no trace, or is
said to be missing where people come for it.
"""

import re
import time

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from blog.models import Article
from consults.models import ConsultPolicy, SpecialHours
from content import placeholders, search_index
from content.files import read_content_files
from content.models import kinds
from content.publishing import problems
from content.search import find
from pages.consult_kind import read_consult_kind
from pages.models import Clinic, Page, Picture, Question
from pages.models.safety import SAFETY
from pages.visiting import first_sentence
from tests.builders import WEDNESDAY
from tests.pages.test_public_pages import ARTICLES, PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock")]
# Fact -> where it is asked for, beside /visit/, which has them all.
WHERE = {
    "phone": ["/book-a-consult/", "/accessibility/", "/for-clinicians/", "/for-family/"],
    "fax": ["/for-clinicians/"],
    "email": ["/book-a-consult/", "/accessibility/"],
    "fees": ["/cost/", "/faqs/", "/book-a-consult/", "/good-faith-estimate/", "/terms-of-service/"],
    "insurance": ["/cost/", "/faqs/", "/good-faith-estimate/"],
    "routes": ["/faqs/", "/for-clinicians/"],
    "ages": ["/faqs/", "/for-clinicians/", "/book-a-consult/", "/terms-of-service/"],
    "referral_policy": ["/faqs/", "/for-clinicians/"],
    "referral_reply": ["/for-clinicians/"],
    "preparation": ["/faqs/"],
    "after_hours": ["/faqs/", "/for-family/"],
    "interpreter": ["/faqs/", "/accessibility/"],
    "parking": ["/faqs/", "/accessibility/"],
    "good_faith_contact": ["/cost/", "/good-faith-estimate/"],
    "legal_name": ["/terms-of-service/", "/privacy-policy/"],
    "consult_kind": ["/faqs/", "/book-a-consult/"],
    "consult_fee": ["/cost/", "/faqs/", "/book-a-consult/", "/good-faith-estimate/"],
    "billing_policy": ["/cost/", "/good-faith-estimate/"],
    "spravato": ["/cost/", "/faqs/", "/for-clinicians/"],
    "hosting_provider": ["/privacy-policy/"],
    "mail_provider": ["/privacy-policy/"],
    "area": ["/"],
    **{name: ["/treatment-day/", "/for-clinicians/"] for name in SAFETY},
}
NOT_ON_VISIT = {"hosting_provider", "mail_provider", *SAFETY}
EVERYWHERE = [*PUBLIC, "/book-a-consult/", "/book-a-consult/sent/", "/search/?q=cost", "/blog/feed/", "/nope/"]
# What a text may not look like once a page is put together: braces outside scripts.
_SCRIPT = re.compile(r"<script.*?</script>", re.S)


def mark(name: str) -> str:
    return f"(507) 555-{len(name):04}" if name == "phone" else f"MARK.{name.replace('_', '.')}.END"


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def set_all() -> None:
    Clinic.objects.update(**{name: mark(name) for name in WHERE})


def test_every_fact_that_is_set_is_found_where_it_is_asked_for(client):
    paths = {"/visit/", *(path for paths in WHERE.values() for path in paths)}
    before = {path: read(client, path) for path in paths}
    set_all()
    after = {path: read(client, path) for path in paths}
    for name, others in WHERE.items():
        for path in [*([] if name in NOT_ON_VISIT else ["/visit/"]), *others]:
            main = after[path].partition("<footer")[0]
            assert mark(name) not in before[path], name
            assert mark(name) in main, f"{name} on {path}"


def test_a_fact_is_escaped_keeps_its_lines_and_is_no_placeholder_itself(client):
    Clinic.objects.update(fees="A <b>bold</b> price & more.\nSecond line {ages} [@lii-2023].", ages="SECRET")
    page = read(client, "/faqs/")
    assert "A &lt;b&gt;bold&lt;/b&gt; price &amp; more.<br>Second line {ages} [@lii-2023]." in page
    assert "<b>bold" not in read(client, "/visit/")


@pytest.mark.slow
def test_no_page_shows_a_brace_or_an_empty_paragraph_whether_facts_are_set_or_not(client):
    for is_set in (False, True):
        if is_set:
            set_all()
        for path in EVERYWHERE:
            page = _SCRIPT.sub("", read(client, path))
            assert "{" not in page, path
            assert not re.search(r"<(p|li|h2|h3|dd)>\s*</\1>", page), path


def test_a_row_written_by_update_shows_in_the_next_answer_and_changes_the_etag(client):
    before = client.get("/faqs/")
    Clinic.objects.update(fees="Two hundred dollars.")
    after = client.get("/faqs/")
    assert "Two hundred dollars." in after.content.decode()
    assert before["ETag"] != after["ETag"]
    assert client.get("/faqs/", headers={"if-none-match": before["ETag"]}).status_code == 200
    ConsultPolicy.objects.update(length_minutes=45, answer_open_days=1)
    page = read(client, "/faqs/")
    assert "It takes 45 minutes." in page
    assert "Within 1 clinic day (days when we are open), by closing time" in page


def test_facts_are_in_no_stored_html_and_in_no_search_entry(client):
    set_all()
    call_command("load_content", verbosity=0)
    assert read(client, "/faqs/")
    search_index.fill()
    stored = "".join(row.html for kind in kinds() for row in kind.objects.all())
    assert "{fees}" in stored
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT title, text FROM {search_index.TABLE}")
        entries = str(cursor.fetchall())
    for name in WHERE:
        assert mark(name) not in stored
        assert mark(name) not in entries
    assert "{" not in entries
    assert [result.url for result in find("parking interpreter", at=WEDNESDAY)]


def test_visit_us_has_the_way_the_hours_and_the_next_special_days_and_of_unset_facts_only_phone_and_parking(client):
    SpecialHours.objects.create(date="2026-12-25", note="Christmas Day")
    page = read(client, "/visit/").partition("<main")[2].partition("</main>")[0]
    destination = "destination=200+Schilling+Dr+S.%2C+Dundas%2C+MN+55019"
    assert f'href="https://www.google.com/maps/dir/?api=1&amp;{destination}"' in page
    assert "<iframe" not in page
    for words in ("200 Schilling Dr S.", "4:00 PM to 8:00 PM", "Friday, December 25, 2026", "Christmas Day", "30 minutes"):
        assert words in page
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", page) == ["Where and when", "What to bring"]
    assert not re.search(r"not (yet )?(known|set)|ask the clinic", page, re.I)
    # But a way that people count on is said to be missing, with what to do instead.
    for words in (
        "Our phone number is not on this website yet. Choose",
        "Parking, the entrance and steps are not on this website yet",
    ):
        assert words in page
    assert read(client, "/").count('href="/visit/"') == 2, "in the menu and in the footer"


def test_questions_for_the_clinic_stand_under_one_heading_until_their_facts_are_set(client):
    def told(page: str) -> list[str]:
        return re.findall(r'<div class="answer" id="([^"]+)"', page.partition('<h2 id="told-at-the-consult">')[2])

    page = read(client, "/faqs/")
    assert page.count(">What we tell you at the consult</h2>") == 1
    assert len(re.findall(r"ask (?:the|this) clinic|ask at (?:the|your) consult", page, re.I)) <= 4
    assert {"age", "parking-access-interpreter"} <= set(told(page))
    # What is said while the fact is missing is an answer, in the part where people look for it.
    assert {"how-much-does-it-cost", "can-someone-come-with-me"}.isdisjoint(told(page))
    Clinic.objects.update(ages="We see adults from 18.", parking="Park behind the house.")
    page = read(client, "/faqs/")
    assert "age" not in told(page)
    assert "parking-access-interpreter" in told(page), "one of its two facts is still missing"
    assert page.count('<div class="answer" id="age"') == 1
    Question.objects.update(clinic_must_answer=False)
    assert "What we tell you at the consult" not in read(client, "/faqs/")


def test_a_question_that_only_the_clinic_can_answer_is_not_asked_on_the_home_page(client):
    Question.objects.filter(slug="age").update(on_home=True)
    assert "Is there a minimum or maximum age?" not in read(client, "/")
    Clinic.objects.update(ages="We see adults from 18.")
    assert "We see adults from 18." in read(client, "/")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Fine.\n\n{feees}", "Line 3: {feees} is not a fact of the clinic. Known are address, after_hours, "),
        ("{Fees} and {fees}", "Line 1: {Fees} is not a fact"),
        ("A {fees} and { fees }", "Line 1: { fees } is not a fact"),
        ("## Fees: {fees}", "Line 1: {fees} cannot be part of a heading or a link."),
        ("[Call {phone}](/faqs/)", "Line 1: {phone} cannot be part of a heading or a link."),
    ],
)
def test_a_placeholder_that_no_page_can_fill_stops_the_save(client, text, says):
    client.force_login(User.objects.create_superuser("alex"))
    question = Question.objects.get(slug="age")
    page = f"/admin/pages/question/{question.pk}/change/"
    form = client.get(page).context["adminform"].form
    posted = {name: form.initial.get(name) or "" for name in form.fields} | {"seen": form.initial["seen"]}
    refused = client.post(page, posted | {"answer": text})
    assert refused.status_code == 200
    assert any(message.startswith(says) for message in refused.context["adminform"].form.errors["answer"])
    question.refresh_from_db()
    assert "{ages}" in question.answer


def test_a_title_is_never_filled_so_it_takes_no_placeholder():
    page = Page.objects.get(key="visit")
    page.title = "Visit {name}"
    assert [(problem.code, problem.field) for problem in problems(page, at=WEDNESDAY)] == [("placeholder_place", "title")]


def test_an_unknown_placeholder_stops_load_content_and_changes_nothing(monkeypatch):
    def spoiled(folder):
        files = read_content_files(folder)
        return [type(file)(file.name, file.facts, file.body + "\n{fee}\n") if "age" in file.name else file for file in files]

    before = Page.objects.get(key="acceptable-use").body
    monkeypatch.setattr("clinic_site.starting_texts.read_content_files", spoiled)
    with pytest.raises(CommandError, match=r"nothing was changed: .*Line 3: \{fee\} is not a fact.*Known are .*fees"):
        call_command("load_content", verbosity=0)
    assert Page.objects.get(key="acceptable-use").body == before


def test_headings_names_and_figures_in_braces_are_left_alone():
    text = "## Title {#bills}\n\n{figure: anand-2023} and {number: anand-2023.responded}"
    assert list(placeholders.mistakes(text, is_markdown=True)) == []
    assert placeholders.fill("<p>{figure: a} {number: a.b}</p>", {}) == "<p>{figure: a} {number: a.b}</p>"


def test_articles_are_filled_too(client):
    article = Article.objects.get(slug="ketamine-words")
    article.body += "\n\nThe fees: {fees}\n"
    article.render()
    article.save()
    Clinic.objects.update(fees="Two hundred dollars.")
    assert "The fees: Two hundred dollars." in read(client, ARTICLES[1])


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        (None, "visit", ""),
        ("In person, at the clinic.", "visit", ""),
        ("Face to face, in our Dundas clinic.", "visit", ""),
        ("You come to our office.", "visit", ""),
        ("A clinician calls you.", "call", "By phone"),
        ("We telephone you.", "call", "By phone"),
        ("Over Zoom.", "video call", "By video"),
        ("A video call.", "video call", "By video"),
        ("Online.", "video call", "By video"),
        ("A telehealth visit.", "video call", "By video"),
    ],
)
def test_a_consult_is_called_what_the_clinic_calls_it(text, word, place):
    kind = read_consult_kind(text)
    assert (kind.word, kind.place, kind.is_clear) == (word, place, True)


def test_words_that_name_no_kind_or_several_or_deny_one_are_not_guessed_at():
    for text in (
        "As agreed with you.",
        "We do not offer phone consults. Please come to the office.",
        "We don’t do phone consults.",
        "Face to face in Dundas. Call when you arrive.",
        "By phone or Zoom.",
        "By phone. You need not come to the office.",
    ):
        Clinic.objects.update(consult_kind=text)
        clinic = Clinic.objects.get()
        assert (clinic.consult.word, clinic.consult_place, clinic.consult.is_clear) == ("visit", text, False), text
    Clinic.objects.update(consult_kind="We talk about ketamine.")
    assert Clinic.objects.get().consult_place == "Please ask us"


def test_call_or_visit_follows_the_fact_on_the_form_and_the_pages(client):
    assert "anything we need to arrange the visit" in read(client, "/book-a-consult/")
    Clinic.objects.update(consult_kind="By phone.")
    form = read(client, "/book-a-consult/")
    assert "anything we need to arrange the call" in form
    assert "is not a confirmed call" in form
    assert "A request is not a confirmed call." in read(client, "/terms-of-service/")


def test_without_a_phone_nobody_is_told_to_call_the_clinic(client):
    without = {path: read(client, path) for path in ("/treatment-day/", "/for-family/", "/book-a-consult/")}
    assert "Call your own doctor or an urgent care the same day" in without["/treatment-day/"]
    assert "Call their own doctor or an urgent care the same day" in without["/for-family/"]
    assert all("Our phone number is not on this website yet. Choose “By phone”" in page for page in without.values())
    Clinic.objects.update(phone="(507) 555-0100")
    for path, page in without.items():
        now = read(client, path)
        assert ("Call the clinic or a doctor the same day" in now) == ("own doctor or an urgent care" in page)
        assert "phone number is not" not in now
    assert 'Call <a href="tel:5075550100">(507) 555-0100</a>.' in read(client, "/book-a-consult/")


def test_the_booking_page_says_how_long_what_and_when_before_the_times(client):
    main = read(client, "/book-a-consult/").partition("<main")[2]
    above = main.partition('name="starts_at"')[0]
    for words in (
        "conversation of 30 minutes",
        "It takes place at the clinic.",
        "within 2 clinic days (days when we are open)",
        "withdraw your request",
    ):
        assert words in above
    assert "You can also choose this to ask something first" in main.partition('value="none"')[2]
    Clinic.objects.update(consult_kind="By video.")
    assert "By video." in read(client, "/book-a-consult/").partition('name="starts_at"')[0]
    assert "It takes place at the clinic." not in read(client, "/faqs/")


def test_beside_the_button_stands_what_it_commits_one_to_and_nothing_that_is_not_set(client):
    def terms(path: str) -> list[str]:
        listed = read(client, path).partition('<ul class="terms"')[2].partition("</ul>")[0]
        return [re.sub(r"<[^>]+>", "", item) for item in re.findall(r"<li>(.*?)</li>", listed)]

    too_long = "A consult costs two hundred dollars. To this, a fee of thirty dollars is added for the room, each time."
    for facts, said in (
        ({}, []),
        ({"consult_kind": "By phone or Zoom."}, []),
        ({"consult_kind": "At the clinic.", "consult_fee": "A consult is free."}, ["In person", "A consult is free"]),
        ({"consult_kind": "By video.", "consult_fee": too_long}, ["By video", "What it costs"]),
    ):
        Clinic.objects.update(**{"consult_kind": None, "consult_fee": None} | facts)
        for path in ("/", "/book-a-consult/"):
            assert terms(path) == ["30 minutes", *said, "You decide later"], facts
    assert 'href="/visit/#consult_fee"' in read(client, "/")
    assert '<dt id="consult_fee">' in read(client, "/visit/")
    form = read(client, "/book-a-consult/").partition('<ul class="terms"')[2]
    assert form.index("Send request") < form.index("</form>"), "right above the button"


def test_a_phone_that_is_set_is_one_tap_away_at_the_top_of_every_page(client):
    assert 'class="call"' not in read(client, "/")
    Clinic.objects.update(phone="+1 (507) 555-0100")
    for path in EVERYWHERE:
        if path.endswith("/") and path not in ("/blog/feed/", "/nope/"):
            top = read(client, path).partition('<header class="mast">')[2].partition("</header>")[0]
            assert '<a class="call" href="tel:+15075550100">Call +1 (507) 555-0100</a>' in top, path


def test_the_home_page_has_the_first_sentence_about_the_area_and_visit_us_has_all(client):
    for text, first in (
        ("Off Highway 3, near St. Olaf. Plows come early.", "Off Highway 3, near St. Olaf."),
        ("At 200 Schilling Dr S. The lot is\nbehind. Come in.", "At 200 Schilling Dr S. The lot is behind."),
        ("Take Exit 69!", "Take Exit 69!"),
        ("", ""),
    ):
        assert first_sentence(text) == first
    assert 'href="/visit/#area"' not in read(client, "/")
    Clinic.objects.update(area="We are off Highway 3. In winter, allow more time.")
    assert "We are off Highway 3. <a" in read(client, "/")
    assert "In winter" not in read(client, "/")
    assert "We are off Highway 3. In winter, allow more time." in read(client, "/visit/")


def test_who_searches_can_tell_what_and_where_from_the_title_and_it_follows_the_facts(client):
    def title(path: str) -> str:
        return re.search(r"<title>(.*?) \|", read(client, path))[1]

    pages = ("/", "/visit/", "/meet-our-providers/", "/cost/", "/book-a-consult/")
    for path in pages:
        assert title(path).endswith(" in Dundas, MN"), path
    assert title("/faqs/") == Page.objects.get(key="faqs").browser_title
    # The browser's history is read by others too.
    assert "ketamine" not in title("/book-a-consult/").lower()
    assert "Modern Therapeutics is a ketamine clinic in Dundas, MN." in read(client, "/visit/")
    Clinic.objects.update(city="", state="")
    for path in pages:
        assert title(path) == Page.objects.get(key=path.strip("/") or "home").browser_title


def test_photographs_stand_below_the_words_with_their_size_and_load_late(client, django_assert_max_num_queries):
    found = {
        slot: Picture.objects.create(name=slot, alt=f"The {slot}.", digest=digit * 64, width=640, height=480, widths=[320, 640])
        for slot, digit in (("outside", "a"), ("entrance", "b"), ("room", "c"))
    }
    assert "<figure>" not in read(client, "/visit/")
    Clinic.objects.update(**found)
    for path, slots in {"/visit/": ["outside", "entrance"], "/treatment-day/": ["room"]}.items():
        with django_assert_max_num_queries(6):
            page = read(client, path).partition("<main")[2]
        shown = re.findall(r"<img [^>]*>", page)
        assert [re.search(r'alt="The (\w+)\."', image)[1] for image in shown] == slots
        for image in shown:
            assert 'width="640" height="480" loading="lazy"' in image
        assert page.index("<h2") < page.index("<img")
    found["outside"].delete()
    assert read(client, "/visit/").count("<img ") == 1


def test_a_fact_that_is_looked_for_is_said_to_be_missing_until_it_is_set(client):
    said = [
        ("/", "consult_fee", "What the consult itself costs is not on this website yet"),
        ("/treatment-day/", "routes", "How we give ketamine (an infusion, a shot or another way) is not on this website yet"),
        ("/deciding/", "spravato", "Whether we give Spravato is not on this website yet"),
        ("/cost/", "insurance", "Whether we bill insurance, and which plans, is not on this website yet"),
        ("/cost/", "fees", "The price of treatment is not on this website yet"),
        ("/for-clinicians/", "monitoring", "Who prescribes, and what we measure during treatment, is not on this website yet"),
        ("/accessibility/", "interpreter", "How to get an interpreter is not on this website yet"),
        ("/meet-our-providers/", "legal_name", "The clinic’s legal name, its owner and its medical director are not on"),
    ]
    for path, _, words in said:
        assert words in read(client, path), path
    set_all()
    for path, name, words in said:
        now = read(client, path)
        assert words not in now, path
        assert mark(name) in now.partition("<footer")[0], path


def test_many_placeholders_in_one_line_are_each_looked_at_once():
    """Where each was looked for among all links of its line, this took minutes."""
    line = "[x](/visit/) {fees} " * 15_000
    begun = time.process_time()
    assert list(placeholders.mistakes(line, is_markdown=True)) == []
    assert [mistake.code for mistake in placeholders.mistakes(f"{line}[{{fees}}](/visit/)", is_markdown=True)] == [
        "placeholder_place"
    ]
    assert time.process_time() - begun < 3
