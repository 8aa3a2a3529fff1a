"""Editing a text in the admin: what is refused, what is asked for, what is kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from blog.models import Article, Reference
from content.editing.conflict import differences
from pages.models import Clinic, Page, Provider, Question
from tests.builders import CHICAGO

pytestmark = [pytest.mark.django_db, pytest.mark.databases(postgresql=pytest.mark.slow), pytest.mark.usefixtures("clock")]
WHOLE = "Treating depression with ketamine is off-label. In a crisis call or text [988](tel:988)."
NOW = datetime(2026, 12, 2, 16, tzinfo=UTC)


def make_article(**fields) -> Article:
    standard = {
        "slug": "one",
        "title": "One",
        "browser_title": "One",
        "description": "About one.",
        "summary": "One.",
        "body": WHOLE,
        "published_at": datetime(2026, 1, 1, tzinfo=UTC),
        "updated_on": date(2026, 1, 1),
    }
    return Article.objects.create(**(standard | fields))


def address(row, name: str = "change", *more) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk, *more])


def opened(superuser, url: str) -> dict:
    """The fields of the form as a browser would send them back."""
    form = superuser.get(url).context["adminform"].form
    sent = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, datetime):
            value = value.astimezone(CHICAGO)
            sent[f"{bound.name}_0"], sent[f"{bound.name}_1"] = f"{value:%Y-%m-%d}", f"{value:%H:%M:%S}"
        elif value is True:
            sent[bound.name] = "on"
        elif value not in (None, False):
            sent[bound.name] = str(value)
    return sent


def save(superuser, row, *, form: dict | None = None, **changed):
    """None when it was saved, else the codes of what was refused."""
    url = address(row)
    response = superuser.post(url, (form or opened(superuser, url)) | changed)
    if response.status_code == 302:
        return None
    errors = response.context["adminform"].form.errors.as_data()
    return {error.code for found in errors.values() for error in found}


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        pytest.param(WHOLE, None, id="a whole text"),
        pytest.param("Call [988](tel:988).", {"off_label"}, id="without the off-label sentence"),
        pytest.param("Off-label.", {"crisis_line"}, id="without the crisis line"),
        pytest.param(f"{WHOLE} [@nobody-2020]", {"unknown_citation"}, id="an unknown source"),
        pytest.param(f"{WHOLE} [@known-2020]", None, id="a known source"),
        pytest.param(f"{WHOLE} [x](/nope/)", {"broken_link"}, id="a link to nowhere"),
        pytest.param(f"{WHOLE} [x](/faqs/#nope)", {"broken_link"}, id="a link to no question"),
        pytest.param(f"{WHOLE} [x](/faqs/#bladder)", None, id="a link to a question"),
        pytest.param(f"{WHOLE} [x](/blog/draft/)", {"broken_link"}, id="a link to a draft"),
        pytest.param(f"{WHOLE}\n\n## Here\n\n[x](#here)", None, id="a link to its own heading"),
        pytest.param(f"{WHOLE} [x](#there)", {"broken_link"}, id="a link to no heading"),
        pytest.param(f"{WHOLE} It is a miracle.", {"claim_miracle", "justify"}, id="a promise"),
    ],
)
def test_what_a_published_article_may_not_say(superuser, content, body, refused):
    Reference.objects.create(key="known-2020", authors="A", title="T")
    make_article(slug="draft", is_draft=True)
    article = make_article()
    assert save(superuser, article, body=body) == refused
    article.refresh_from_db()
    assert article.body == (WHOLE if refused else body)


def test_a_draft_may_be_unfinished_but_cites_only_what_exists(superuser):
    draft = make_article(is_draft=True, body="To do. [x](/nope/)")
    assert save(superuser, draft, title="Draft") is None
    assert save(superuser, draft, body="[@nobody-2020]") == {"unknown_citation"}


def test_a_link_has_to_work_when_a_scheduled_article_appears(superuser, content):
    make_article(slug="earlier", published_at=NOW + timedelta(days=1))
    make_article(slug="later", published_at=NOW + timedelta(days=3))
    article = make_article(published_at=NOW + timedelta(days=2))
    assert save(superuser, article, body=f"{WHOLE} [x](/blog/earlier/)") is None
    assert save(superuser, article, body=f"{WHOLE} [x](/blog/later/)") == {"broken_link"}


def test_a_promise_needs_a_reason_that_stays_in_the_history(superuser):
    article = make_article()
    promise = f"{WHOLE} It is a miracle."
    assert save(superuser, article, body=promise) == {"claim_miracle", "justify"}
    assert save(superuser, article, body=promise, claims_justification="It quotes a book's title.") is None
    # The same words may be saved again; one promise more asks again.
    assert save(superuser, article, title="Two") is None
    assert save(superuser, article, body=f"{promise} A cure.") == {"claim_miracle", "claim_cure", "justify"}
    assert save(superuser, article, body=f"{promise} A cure.", claims_justification="Both are quoted.") is None
    assert save(superuser, article, body=WHOLE) is None
    article.refresh_from_db()
    assert article.claims_justification == ""
    kept = [record.claims_justification for record in article.history.all()]
    assert kept == ["", "Both are quoted.", "It quotes a book's title.", "It quotes a book's title.", ""]
    assert article.history.first().history_user.username == "alex"


@pytest.mark.ignore_template_errors
def test_a_form_has_its_words_first_its_settings_folded_and_the_justification_only_when_asked(superuser):
    question = Question.objects.create(slug="herons", group="safety", question="Where do herons stand?", answer="In water.")
    url, box = address(question), 'name="claims_justification"'
    page = superuser.get(url).content.decode()
    places = [page.index(f'name="{name}"') for name in ("question", "answer", "group", "slug", "position")]
    assert places == sorted(places)
    assert page.index("<summary>") < page.index('name="slug"')
    assert box not in page
    # A new page needs its settings, which script alone would fill in. A question can do without.
    folded = {kind: superuser.get(reverse(f"admin:pages_{kind}_add")).content.decode() for kind in ("page", "question")}
    assert [kind for kind, page in folded.items() if "<details><summary>" in page] == ["question"]
    form = opened(superuser, url)
    del form["claims_justification"]
    refused = superuser.post(url, form | {"answer": "It is a miracle."}).content.decode()
    assert box in refused
    assert refused.index('href="#id_answer">Answer</a>') < refused.index('name="question"')
    assert superuser.post(url, form | {"answer": "It is a miracle.", "claims_justification": "A book."}).status_code == 302
    assert box in superuser.get(url).content.decode()


@pytest.mark.ignore_template_errors
def test_who_saves_a_text_reads_where_it_is_now_and_what_is_like_it(superuser, content):
    add = reverse("admin:pages_question_add")
    form = opened(superuser, add) | {"question": "Is there parking?", "answer": "Yes, behind the house.", "group": "the-visit"}
    similar = Question.objects.get(question__contains="about parking")
    asked = superuser.post(add, form)
    assert not Question.objects.filter(question="Is there parking?").exists(), "it asks before visitors read a second answer"
    shown = asked.content.decode()
    assert f'Similar questions are on the site already: <a href="{address(similar)}">' in shown
    typed = '<a href="/admin/pages/clinic/missing/#parking">parking and access</a> (not set yet)'
    assert f"Is it this fact of the clinic: {typed}? Type it there once, and it is shown on " in shown
    form |= {"similar_shown": asked.context["adminform"].form["similar_shown"].value()}
    told = superuser.post(add, form, follow=True).content.decode()
    made = Question.objects.get(question="Is there parking?")
    assert made.slug == "is-there-parking"
    assert f'is on the site now. <a href="/faqs/#{made.slug}">View it</a>' in told
    assert typed in superuser.get(address(similar)).content.decode()
    Clinic.objects.update(parking="In the yard")
    is_set = '<a href="/admin/pages/clinic/1/change/#id_parking">parking and access</a> (“In the yard”)'
    assert is_set in superuser.get(address(similar)).content.decode()
    assert "What is in braces" not in superuser.get(address(made)).content.decode()
    assert "successfully" not in told
    again = superuser.post(add, form | {"is_published": ""}, follow=True).content.decode()
    assert "Saved as a draft: visitors do not see" in again
    assert Question.objects.get(slug="is-there-parking-2").is_published is False
    preview = superuser.post(f"{address(made)}".replace("change/", "preview/"), opened(superuser, address(made))).content.decode()
    assert 'preview/#preview"' in superuser.get(address(made)).content.decode()
    assert 'id="preview"' in preview
    provider = reverse("admin:pages_provider_add")
    person = opened(superuser, provider) | {"name": "Nora Sample"}
    assert "Saved as a draft" in superuser.post(provider, person, follow=True).content.decode()
    picture = superuser.get(provider).content.decode().partition('name="portrait"')[2].partition("</div>")[0]
    assert ">Add a photo</a>" in picture
    assert "delete-related" not in picture


def test_saving_without_a_change_leaves_everything_as_it_was(superuser, content):
    """As a browser sends it: with its own line ends, and without the last one."""
    for row in (Article.objects.get(slug="ketamine-benefits"), Page.objects.get(key="home"), Question.objects.first()):
        form = {name: value.replace("\n", "\r\n") for name, value in opened(superuser, address(row)).items()}
        before = (row.updated_on, row.history.count(), row.texts())
        assert save(superuser, row, form=form) is None
        row.refresh_from_db()
        assert (row.updated_on, row.history.count(), row.texts()) == before


def test_a_stale_save_is_refused_and_told_what_changed(superuser):
    article = make_article()
    first = opened(superuser, address(article))
    assert save(superuser, article, title="Theirs") is None
    response = superuser.post(address(article), first | {"title": "Mine"})
    told = str(response.context["adminform"].form.non_field_errors())
    assert "Saved by alex" in told
    assert "- One\n+ Theirs" in told.replace("&gt;", ">")
    assert Article.objects.get().title == "Theirs"
    shown_again = response.context["adminform"].form["seen"].value()
    assert save(superuser, article, form=first | {"title": "Mine", "seen": shown_again}) is None
    assert Article.objects.get().title == "Mine"


def test_a_change_that_left_no_history_is_noticed_too(superuser):
    article = make_article()
    form = opened(superuser, address(article))
    Article.objects.update(title="By another way")
    assert save(superuser, article, form=form) == {"stale", "changed_meanwhile"}


def test_a_new_address_leaves_a_redirect_and_a_draft_leaves_none(superuser, client):
    article = make_article()
    assert save(superuser, article, slug="two") is None
    assert save(superuser, article, slug="three") is None
    for former in ("one", "two"):
        answer = client.get(f"/blog/{former}/")
        assert (answer.status_code, answer["Location"]) == (301, "/blog/three/")
        # Browsers ask again: it may become the address of the page once more.
        assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert save(superuser, article, slug="one") is None
    assert client.get("/blog/one/").status_code == 200
    assert client.get("/blog/three/")["Location"] == "/blog/one/"
    draft = make_article(slug="draft", is_draft=True)
    assert save(superuser, draft, slug="moved") is None
    assert save(superuser, draft, is_draft="", body=WHOLE) is None
    assert client.get("/blog/draft/").status_code == 404


def test_a_redirect_leads_only_to_what_is_published(superuser, client):
    article = make_article()
    save(superuser, article, slug="two")
    Article.objects.update(is_draft=True)
    assert client.get("/blog/one/").status_code == 404


def test_a_scheduled_article_appears_at_its_instant_and_can_be_taken_off(superuser, client, clock):
    article = make_article(published_at=NOW + timedelta(hours=1))
    for moment, status in ((59, 404), (60, 200)):
        clock(NOW + timedelta(minutes=moment))
        assert client.get("/blog/one/").status_code == status
    superuser.force_login(superuser.user)
    superuser.post(reverse("admin:blog_article_changelist"), {"action": "unpublish", "_selected_action": [article.pk]})
    assert client.get("/blog/one/").status_code == 404
    assert article.history.first().is_draft


def test_view_on_site_is_offered_where_there_is_something_to_see(superuser):
    article = make_article()
    assert "/blog/one/" in superuser.get(address(article)).content.decode()
    Article.objects.update(is_draft=True)
    assert "View on site" not in superuser.get(address(article)).content.decode()


@pytest.mark.parametrize("number", ["", "x", "0", "٣", "9" * 25])
def test_a_version_that_is_not_there_is_not_compared(superuser, number):
    article = make_article()
    response = superuser.get(address(article, "compare"), {"older": number, "newer": article.history.first().pk})
    assert response.status_code == 302


def test_two_versions_can_be_compared_and_the_older_restored(superuser):
    article = make_article()
    save(superuser, article, title="Two", body=f"{WHOLE}\n\nMore.")
    newest, oldest = article.history.all()
    page = superuser.get(address(article, "history")).content.decode()
    assert "style=" not in page
    page = superuser.get(address(article, "compare"), {"older": oldest.pk, "newer": newest.pk}).content.decode()
    assert "<del>One</del>\n<ins>Two</ins>" in page
    assert "<ins>More.</ins>" in page
    version = address(article, "simple_history", oldest.pk)
    assert "<del>Two</del>\n<ins>One</ins>" in superuser.get(version).content.decode()
    assert superuser.post(version, opened(superuser, version)).status_code == 302
    article.refresh_from_db()
    assert (article.title, article.body, article.updated_on) == ("One", WHOLE, date(2026, 12, 2))
    assert "off-label" in article.body_html
    assert "More." not in article.body_html
    assert article.history.count() == 3


def test_restoring_keeps_the_address_leading_on(superuser, client):
    article = make_article()
    oldest = article.history.get()
    save(superuser, article, slug="two")
    version = address(article, "simple_history", oldest.pk)
    superuser.post(version, opened(superuser, version))
    assert client.get("/blog/two/")["Location"] == "/blog/one/"


@pytest.fixture
def may_be_flushed(transactional_db):
    """Such a test ends with a flush, which the triggers on sign-ins refuse on SQLite, and which installs them again."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER sign_ins_never_delete")


@pytest.mark.usefixtures("may_be_flushed")
def test_a_version_is_restored_in_one_transaction(superuser):
    """PostgreSQL locks a row only inside one; tests usually stand inside one of their own."""
    article = make_article()
    oldest = article.history.get()
    assert save(superuser, article, title="Two") is None
    version = address(article, "simple_history", oldest.pk)
    assert superuser.post(version, opened(superuser, version)).status_code == 302
    assert Article.objects.get().title == "One"


@pytest.mark.parametrize("model", ["article", "page", "question", "provider"])
def test_the_preview_is_the_real_page_and_saves_nothing(superuser, model, content):
    Provider.objects.create(name="Real Person")
    row, field = {
        "article": lambda: (Article.objects.get(slug="ketamine-benefits"), "body"),
        "page": lambda: (Page.objects.get(key="what-is-ketamine"), "body"),
        "question": lambda: (Question.objects.first(), "answer"),
        "provider": lambda: (Provider.objects.get(), "bio"),
    }[model]()
    before = row.history.count()
    response = superuser.post(address(row, "preview"), opened(superuser, address(row)) | {field: "Not *saved* yet."})
    page = response.content.decode()
    assert "Not <em>saved</em> yet." in page
    assert 'class="mast"' in page
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    row.refresh_from_db()
    assert "Not *saved*" not in getattr(row, field)
    assert row.history.count() == before


def test_only_the_forms_page_may_hold_a_frame_and_only_the_preview_be_framed(superuser, client):
    article = make_article()
    form = superuser.get(address(article))
    assert "frame-src 'self'" in form["Content-Security-Policy"]
    assert form["X-Frame-Options"] == "DENY"
    page = client.get("/blog/one/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_a_new_article_can_be_previewed_before_it_is_saved(superuser):
    url = reverse("admin:blog_article_preview")
    page = superuser.post(url, {"title": "Not yet", "body": "Words.", "is_draft": "on"}).content.decode()
    assert "<h1>Not yet</h1>" in page
    assert not Article.objects.exists()


def test_a_preview_is_for_staff_only(client):
    article = make_article()
    assert client.post(address(article, "preview"), {"title": "x"}).status_code == 302


def test_a_cited_source_is_not_deleted(superuser):
    cited = Reference.objects.create(key="cited-2020", authors="A", title="T")
    free = Reference.objects.create(key="free-2020", authors="A", title="T")
    make_article(body=f"{WHOLE} [@cited-2020]")
    for reference in (cited, free):
        superuser.post(address(reference, "delete"), {"post": "yes"})
    assert list(Reference.objects.values_list("key", flat=True)) == ["cited-2020"]


# What somebody may leave in the fields of a date: the date, the time.
DATES = {
    "empty": ("", ""),
    "no time": ("2026-12-01", ""),
    "mistyped": ("tomorrow", "noon"),
    "the last one": ("9999-12-31", "23:59"),
    "the first one": ("0001-01-01", "00:00"),
}


@pytest.mark.parametrize("written", DATES.values(), ids=DATES)
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "saved before"])
def test_an_article_to_be_published_without_a_date_is_refused_and_previewed(superuser, content, written, is_new):
    row = make_article()
    url = reverse("admin:blog_article_add") if is_new else address(row)
    form = opened(superuser, address(row)) | {"slug": "two", "body": f"{WHOLE} [x](/faqs/)"}
    form |= dict(zip(("published_at_0", "published_at_1"), written, strict=True))
    refused = superuser.post(url, form)
    assert refused.status_code == 200
    assert "published_at" in refused.context["adminform"].form.errors
    preview = url.replace("/add/", "/preview/").replace("/change/", "/preview/")
    assert superuser.post(preview, form).status_code == 200
    row.refresh_from_db()
    assert (row.slug, Article.objects.filter(slug="two").exists()) == ("one", False)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.slow
def test_a_year_in_which_nothing_happens_is_refused(superuser, content, day):
    source, page = Reference.objects.first(), Page.objects.first()
    assert save(superuser, source, last_checked=day) == {"max_value" if day > "2" else "min_value"}
    assert save(superuser, page, review_by=day) == {"max_value" if day > "2" else "min_value"}
    assert superuser.get(reverse("admin:pages_clinic_prelaunch")).status_code == 200


@pytest.mark.parametrize("group", ["", "nope", None])
def test_a_question_can_be_previewed_before_it_has_a_group(superuser, content, group):
    url = reverse("admin:pages_question_preview")
    form = {"question": "May I bring a friend?", "answer": "Yes.", "group": group, "position": "x"}
    page = superuser.post(url, {name: value for name, value in form.items() if value is not None})
    assert page.status_code == 200
    assert "May I bring a friend?" in page.content.decode()


def test_a_thousand_lines_that_are_alike_are_compared_as_lines_and_more_than_that_not_at_all():
    """Looking for similar ones takes an hour, while the save holds its row. What ends a hang is the limit of a test."""
    before, after = (
        Reference(authors="\n".join(f"Bus stop {n} is near the {word}" for n in range(1000))) for word in ("mill", "pond")
    )
    ((label, lines),) = differences(before, after)
    assert (label, len(lines), lines[0]) == ("Authors", 2000, ("-", "Bus stop 0 is near the mill"))
    before, after = (Reference(authors="\n".join([word] * 3000)) for word in ("mill", "pond"))
    assert differences(before, after) == [
        ("Authors", [("-", "3,000 lines"), ("+", "3,000 lines, too many to be compared one by one")])
    ]
