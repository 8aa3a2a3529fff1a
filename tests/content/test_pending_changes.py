"""A pending change beside a live text: nothing of it is public before it is published, and then all of it at once."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError, IntegrityError, connections
from django.test import Client
from django.urls import reverse

from blog.models import Article
from clinic_site import due_changes, page_cache
from clinic_site.due_changes import publish_due_changes
from content import search_index
from content.editing import pending
from content.editing.conflict import fingerprint
from content.models import PendingChange, PendingChangeQuerySet, Reference
from content.share_picture import name_of
from content.sync import Report, _remove_retired
from pages.models import Clinic, Page, Provider, Question
from tests.builders import CHICAGO, WEDNESDAY, colleague
from tests.clinic_site.wsgi import ask
from tests.content.test_editing import WHOLE, address, make_article, opened, save

pytestmark = [pytest.mark.django_db, pytest.mark.databases(postgresql=pytest.mark.slow), pytest.mark.usefixtures("clock")]
MARKER = "Heronmarker"
TOMORROW = {"publish_at_0": "2026-12-03", "publish_at_1": "08:00"}
AT_ITS_TIME = WEDNESDAY + timedelta(hours=22)


def codes(answer) -> set[str] | None:
    """None when a form was saved, else the codes of what was refused."""
    if answer.status_code == 302:
        return None
    return {error.code for found in answer.context["adminform"].form.errors.as_data().values() for error in found}


def propose(staff, row, *, form: dict | None = None, **changed) -> set[str] | None:
    """Saves a pending change from the form of the text."""
    return save(staff, row, form=form, _pending="Save as pending change", **changed)


def edit(staff, row, *, form: dict | None = None, **changed) -> set[str] | None:
    """The same from the form of the pending change."""
    url = address(row, "pending_edit")
    return codes(staff.post(url, (form or opened(staff, url)) | changed))


def pend(row, by, **values) -> PendingChange:
    """What saving the form of the text with these values keeps, without the form."""
    change = PendingChange(values=values, base=fingerprint(row), proposed_by=by, proposed_at=WEDNESDAY)
    change.text = row
    change.save()
    return change


def act(staff, row, action: str, **posted) -> str:
    """Presses a button on the page of the pending change: what the page says that comes next, or what it shows again."""
    url, change = address(row, "pending"), PendingChange.objects.of(row).first()
    answer = staff.post(url, {"action": action, "version": change.version if change else ""} | posted)
    if answer.status_code == 200:
        return words(answer)
    assert answer.status_code == 302
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def change_of(row) -> PendingChange:
    return PendingChange.objects.of(row).get()


@pytest.fixture
def nora(db) -> Provider:
    return Provider.objects.create(name="Nora Sample", is_published=True)


@pytest.fixture
def reviewed_first(db):
    """Named after the fixture that makes the clinic."""
    Clinic.objects.update(medical_review_first=True)


class Visitor:
    """Asks as visitors do, through the cache of finished pages."""

    def __init__(self, monkeypatch) -> None:
        monkeypatch.setattr(page_cache, "LOOK_EVERY_SECONDS", 0)
        # The end of a request would end the transaction of the test, on PostgreSQL.
        monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
        self.cache = page_cache.PageCache(WSGIHandler())

    def read(self, url: str) -> str:
        path, _, query = url.partition("?")
        return ask(self.cache, path=path, query=query)[2].decode(errors="replace")


def public_answers(visitor: Visitor, *rows) -> dict[str, str]:
    """Every kind of answer that a text of these is in, by its address."""
    search_index.fill()
    paths = {row.get_absolute_url().partition("#")[0] for row in rows}
    paths |= {"/", "/faqs/", "/blog/", "/meet-our-providers/", "/blog/feed/", "/sitemap.xml", "/robots.txt"}
    paths |= {"/manifest.webmanifest", "/visit/", "/no-such-page/", f"/search/?q={MARKER.lower()}", f"/search/?q={MARKER[:5]}"}
    return {path: visitor.read(path) for path in sorted(paths)}


def test_nothing_of_a_pending_change_is_in_any_public_answer_before_it_is_published(superuser, clinic, nora, monkeypatch):
    visitor, day, title = Visitor(monkeypatch), {"updated_on": date(2026, 12, 1)}, f"{MARKER} in the morning"
    for key in Page.WITH_OWN_VIEW:
        page = Page.objects.create(key=key, title=key.title(), browser_title=key, description="A page.", **day)
        page.render()
        page.save()
    home = Page.objects.get(key=Page.HOME)
    article = make_article()
    question = Question.objects.create(slug="q", group="safety", question="Where are herons?", answer="Here.", on_home=True)
    proposed = {
        article: {
            "title": title,
            "browser_title": MARKER,
            "description": MARKER,
            "summary": MARKER,
            "slug": f"{MARKER.lower()}-1",
        },
        home: {"lede": MARKER, "description": MARKER, "browser_title": MARKER, "body": f"## {MARKER}"},
        question: {"question": f"What is a {MARKER}?", "also_asked": MARKER, "answer": MARKER},
        nora: {"name": f"{MARKER} Sample", "bio": MARKER, "slug": "nora"},
    }
    proposed[article] |= {"body": f"{WHOLE}\n\n## {MARKER}", "slug": f"{MARKER.lower()}-1"}
    before = public_answers(visitor, *proposed)
    for row, changed in proposed.items():
        assert propose(superuser, row, **changed) is None
    # A search repeats what was typed.
    during = public_answers(visitor, *proposed)
    assert [path for path, answer in during.items() if MARKER.lower() in answer.lower() and "?q=" not in path] == []
    assert [path for path in before if before[path] != during[path]] == []
    hidden = {path: ask(visitor.cache, path=path)[0] for path in (f"/share/{name_of(title)}.png", f"/blog/{MARKER.lower()}-1/")}
    assert set(hidden.values()) == {"404"}
    # The negative control: each of these answers does show what is published.
    for row in proposed:
        assert "is on the site now" in act(superuser, row, "publish")
        row.refresh_from_db()
    after = public_answers(visitor, *proposed)
    shown = {path for path, answer in after.items() if MARKER in answer}
    assert shown >= {article.get_absolute_url(), "/", "/faqs/", "/blog/", "/blog/feed/", nora.get_absolute_url()}
    assert MARKER.lower() in after["/sitemap.xml"]
    assert article.get_absolute_url() in after[f"/search/?q={MARKER.lower()}"]
    assert f'"headline":"{title}"' in after[article.get_absolute_url()], "structured data"
    assert f"/share/{name_of(title)}.png" in after[article.get_absolute_url()]
    assert b"".join(Client().get(f"/share/{name_of(title)}.png").streaming_content)


def test_it_is_previewed_compared_and_shown_to_colleagues_who_are_signed_in(superuser, clinic):
    article = make_article()
    pend(article, superuser.user, title=MARKER)
    for name in ("anna", "nobody"):
        reader = Client()
        reader.force_login(colleague(name, "Front desk" if name == "anna" else ""))
        page = reader.get(address(article, "pending"))
        assert f"<ins>{MARKER}</ins>" in page.content.decode()
        assert "Publish now" not in page.content.decode()
        preview = reader.get(address(article, "pending_preview"))
        assert f"<h1>{MARKER}</h1>" in preview.content.decode()
        assert "no-store" in preview["Cache-Control"]
        refused = [reader.post(address(article, "pending"), {"action": one}).status_code for one in ("publish", "drop", "x")]
        assert refused == [403, 403, 403]
        assert reader.get(address(article, "pending_edit")).status_code == 403
    for name in ("pending", "pending_preview", "pending_edit"):
        assert Client().get(address(article, name))["Location"].startswith("/admin/login/")
    editor = Client()
    editor.force_login(colleague("ed", "Editors"))
    assert "Publish now" in editor.get(address(article, "pending")).content.decode()
    for answer, number in (("yes", 1), ("no", Article.objects.count() - 1)):
        listed = editor.get(reverse("admin:blog_article_changelist"), {"pending": answer})
        assert listed.context["cl"].result_count == number
        assert (address(article, "pending") in listed.content.decode()) == (answer == "yes")
    front = words(editor.get("/admin/"))
    assert "Pending changes: 1" in front
    assert "Waits to be published." in front
    assert "This text has a pending change by alex" in words(editor.get(address(article)))


def test_the_history_names_who_proposed_reviewed_and_published(superuser, clinic, nora):
    article = make_article()
    pend(article, superuser.user, title="Two")
    assert "It can be" not in act(superuser, article, "review", reviewed_by=nora.pk, reviewed_on="2026-12-02")
    editor = Client()
    editor.force_login(colleague("ed", "Editors"))
    act(editor, article, "publish")
    article.refresh_from_db()
    assert (article.title, article.updated_on, article.reviewed_by) == ("Two", date(2026, 12, 2), nora)
    newest = article.history.first()
    assert newest.history_user.username == "ed"
    said = "Proposed by alex, reviewed by Nora Sample on December 2, 2026, published by ed."
    assert newest.history_change_reason == said
    assert said in words(editor.get(address(article, "history")))
    assert "Medically reviewed by Nora Sample" in Client().get("/blog/one/").content.decode()
    assert not PendingChange.objects.exists()


@pytest.mark.databases
def test_publishing_is_one_transaction(superuser, clinic, monkeypatch):
    article = make_article()
    pend(article, superuser.user, title="Two", slug="two")

    def fail(*_, **__):
        raise IntegrityError("in the middle")

    with monkeypatch.context() as patch:
        # The last thing that publishing does.
        patch.setattr(PendingChange, "delete", fail)
        with pytest.raises(IntegrityError):
            act(superuser, article, "publish")
    article.refresh_from_db()
    assert (article.title, article.history.count(), change_of(article).values["title"]) == ("One", 1, "Two")
    assert not article.former_slugs.exists()
    act(superuser, article, "publish")
    article.refresh_from_db()
    assert (article.title, article.history.count(), article.former_slugs.count()) == ("Two", 2, 1)


@pytest.mark.parametrize("is_changed", [True, False], ids=["one letter more", "as it was read"])
def test_a_review_is_for_exactly_the_words_that_were_read(superuser, clinic, nora, reviewed_first, is_changed):
    article = make_article()
    pend(article, superuser.user, title="Two")
    read = change_of(article).version
    act(superuser, article, "review", reviewed_by=nora.pk, reviewed_on="2026-12-02")
    if is_changed:
        assert edit(superuser, article, title="Two.") is None
        assert change_of(article).reviewed_by is None
        # By another way, with the review put back: the words are still others.
        PendingChange.objects.update(reviewed_by=nora, reviewed_on=date(2026, 12, 2), reviewed_digest="0" * 64)
        assert "Somebody saved the pending change meanwhile" in act(
            superuser, article, "review", reviewed_by=nora.pk, reviewed_on="2026-12-02", version=read
        )
    said = act(superuser, article, "publish")
    article.refresh_from_db()
    assert (article.title, pending.UNREVIEWED in said) == (("One", True) if is_changed else ("Two", False))
    assert article.reviewed_by == (None if is_changed else nora)


def test_with_the_owners_rule_medical_words_go_live_only_after_review(superuser, clinic, nora, reviewed_first):
    article = make_article()
    legal = Page.objects.create(key="x", title="X", browser_title="X", description="X", updated_on=date(2026, 12, 1))
    question = Question.objects.create(slug="q", group="safety", question="Where are herons?", answer="Here.", medical=True)
    form, asked = opened(superuser, address(article)), opened(superuser, address(question))
    by_nora = {"reviewed_by": str(nora.pk), "reviewed_on": "2026-12-02"}
    assert save(superuser, article, form=form | {"title": "Two"}) == {"needs_review"}
    assert save(superuser, article, form=form | {"title": "Two"} | by_nora) == {"needs_review"}
    assert save(superuser, question, form=asked | {"answer": "Here. More."}) == {"needs_review"}
    unmarked = {name: value for name, value in asked.items() if name != "medical"}
    assert save(superuser, question, form=unmarked) == {"needs_review"}, "taking the mark off would be a way around"
    assert save(superuser, question, form=asked | {"also_asked": "egret"}) is None, "these are no words that visitors read"
    assert save(superuser, legal, lede="Other words.") is None
    assert save(superuser, make_article(slug="draft", is_draft=True), title="Two") is None
    question.refresh_from_db()
    pend(question, superuser.user, answer="Here. More.")
    assert pending.UNREVIEWED in act(superuser, question, "publish")
    assert pending.UNREVIEWED in act(superuser, question, "time", **TOMORROW)
    act(superuser, question, "review", **by_nora)
    assert "is on the site now" in act(superuser, question, "publish")
    question.refresh_from_db()
    assert question.answer == "Here. More."
    Clinic.objects.update(medical_review_first=False)
    assert save(superuser, article, form=form | {"title": "Two"}) is None


@pytest.mark.slow
def test_a_draft_and_an_older_version_go_on_the_site_under_the_rule_only_with_a_review(superuser, clinic, nora, reviewed_first):
    draft = make_article(is_draft=True)
    fields = {"question": "Where are herons?", "answer": "Here.", "medical": True, "is_published": False}
    hidden = Question.objects.create(slug="q", group="safety", **fields)
    assert save(superuser, draft, is_draft="") == {"needs_review"}
    assert save(superuser, draft, is_draft="", reviewed_by=str(nora.pk), reviewed_on="2026-12-02") is None
    assert save(superuser, hidden, is_published="on") == {"needs_review"}
    assert propose(superuser, hidden, is_published="on") is None
    act(superuser, hidden, "review", reviewed_by=nora.pk, reviewed_on="2026-12-02")
    assert "is on the site now" in act(superuser, hidden, "publish")
    version = address(draft, "simple_history", draft.history.first().pk)
    Article.objects.update(title="Two")
    assert codes(superuser.post(version, opened(superuser, version))) == {"needs_review"}
    assert Article.objects.get().title == "Two"


@pytest.mark.slow
def test_only_owners_turn_the_rule_on(client, clinic):
    for role, is_on in (("Editors", False), ("Owners", True)):
        client.force_login(colleague(role.lower(), role))
        url = reverse("admin:pages_clinic_change", args=[1])
        form = opened(client, url) | {"medical_review_first": "on"}
        assert client.post(url, form | {"summary": "A clinic."}).status_code == 302
        assert Clinic.objects.get().medical_review_first is is_on


def test_what_was_changed_on_the_site_meanwhile_is_shown_and_publishing_waits_for_a_look(superuser, clinic):
    article = make_article()
    assert propose(superuser, article, title="Mine") is None
    assert save(superuser, article, summary="Theirs") is None
    assert pending.STALE in act(superuser, article, "publish")
    assert pending.STALE in act(superuser, article, "time", **TOMORROW)
    page = superuser.get(address(article, "pending"))
    assert "Saved by alex at 2026-12-02 16:00 UTC." in words(page)
    assert "+ Theirs" in words(page)
    seen = page.context["seen"]
    Article.objects.update(subtitle="Again")
    assert pending.STALE in act(superuser, article, "looked", seen=seen), "they have not seen that"
    act(superuser, article, "looked", seen=superuser.get(address(article, "pending")).context["seen"])
    act(superuser, article, "publish")
    article.refresh_from_db()
    assert (article.title, article.summary, article.subtitle) == ("Mine", "One.", "")
    assert [record.summary for record in article.history.all()][:2] == ["One.", "Theirs"], "nothing is lost"
    # Editing the pending words, with the differences above the form, is a look as well.
    assert propose(superuser, article, title="Mine again") is None
    Article.objects.update(subtitle="Live")
    assert "+ Live" in words(superuser.get(address(article, "pending_edit")))
    assert edit(superuser, article, subtitle="Live") is None
    assert "is on the site now" in act(superuser, article, "publish")


@pytest.mark.databases
def test_two_colleagues_never_replace_each_others_pending_words_unseen(superuser, clinic):
    article = make_article()
    first = opened(superuser, address(article))
    assert propose(superuser, article, title="Theirs") is None
    assert propose(superuser, article, form=first | {"title": "Mine"}) == {"stale_pending"}
    assert propose(superuser, article, title="Mine") == {"stale_pending"}, "also where the form came with a note of it"
    assert change_of(article).values["title"] == "Theirs"
    second = opened(superuser, address(article, "pending_edit"))
    assert second["title"] == "Theirs"
    assert edit(superuser, article, title="Theirs again") is None
    answer = superuser.post(address(article, "pending_edit"), second | {"title": "Mine"})
    assert "Your version is below and is not saved yet" in words(answer)
    assert "- Theirs again + Mine" in words(answer)
    again = {"seen_pending": answer.context["adminform"].form["seen_pending"].value()}
    assert edit(superuser, article, form=second | {"title": "Mine"} | again) is None
    assert change_of(article).values["title"] == "Mine"
    # Published meanwhile: the form becomes a new pending change once it is sent again.
    third = opened(superuser, address(article, "pending_edit")) | {"title": "Late"}
    act(superuser, article, "publish")
    assert edit(superuser, article, form=third) == {"stale", "changed_meanwhile", "stale_pending"}
    assert "has no pending change" in words(superuser.get(address(article, "pending"), follow=True))


def test_a_deleted_text_loses_no_pending_words_unseen(superuser, clinic):
    article = make_article()
    assert propose(superuser, article, body=f"{WHOLE} {MARKER}") is None
    asked = words(superuser.get(address(article, "delete")))
    assert "Pending change by alex of December 2, 2026, which no visitor has seen: its words would be lost" in asked
    form = opened(superuser, address(article, "pending_edit"))
    # By another way than the admin, which takes the pending change along.
    Article.objects.filter(pk=article.pk)._raw_delete("default")
    for answer in (
        superuser.get(address(article, "pending")),
        superuser.get(address(article, "pending_preview")),
        superuser.post(address(article, "pending_edit"), form | {"title": "Typed since"}),
    ):
        assert answer.status_code == 410
        assert MARKER in answer.content.decode()
        assert "there is nothing left to change" in words(answer)
    assert "Typed since" in answer.content.decode()
    assert "A text that was deleted" in words(superuser.get("/admin/"))
    assert "The pending words were dropped" in act_on_gone(superuser, article)
    assert not PendingChange.objects.exists()


def act_on_gone(staff, row) -> str:
    return words(staff.post(address(row, "pending"), {"action": "drop"}, follow=True))


@pytest.mark.slow
def test_deleting_a_text_in_the_admin_takes_its_pending_change_along(superuser, clinic):
    article, other = make_article(), make_article(slug="other")
    for row in (article, other):
        pend(row, superuser.user, title="Two")
    superuser.post(address(article, "delete"), {"post": "yes"})
    assert [change.object_id for change in PendingChange.objects.all()] == [other.pk]


def test_a_text_that_is_no_longer_shipped_stays_while_somebody_proposes_a_change(staff):
    page, report = Page.objects.create(key="cost", updated_on=date(2026, 12, 1)), Report()
    pend(page, staff, lede=MARKER)
    loaded = {"cost": "0"}
    _remove_retired("pages.page", {"cost": page}, loaded, {}, report)
    assert Page.objects.filter(key="cost").exists()
    assert len(report.kept) == 1


@pytest.mark.slow
def test_the_checks_of_a_save_are_those_of_a_pending_change_and_run_again_when_it_is_published(superuser, clinic):
    Reference.objects.create(key="known-2020", authors="A", title="T")
    article = make_article()
    assert propose(superuser, article, body=f"{WHOLE} [@nobody-2020] [x](/nope/)") == {"unknown_citation", "broken_link"}
    assert propose(superuser, article, body=f"{WHOLE} It is a miracle.") == {"claim_miracle", "justify"}
    assert not PendingChange.objects.exists()
    assert propose(superuser, article, body=f"{WHOLE} [@known-2020]") is None
    Reference.objects.filter(key="known-2020").delete()
    assert "[@known-2020] is not in the list of references." in words(superuser.get(address(article, "pending")))
    assert "Not published. Body: Line 1: [@known-2020] is not in the list of references." in act(superuser, article, "publish")
    article.refresh_from_db()
    assert article.body == WHOLE


@pytest.mark.slow
def test_an_author_or_an_address_that_is_gone_by_then_is_said_and_nothing_breaks(superuser, clinic, nora):
    article = make_article()
    pend(article, superuser.user, author=nora.pk, slug="two")
    nora.delete()
    make_article(slug="two")
    assert superuser.get(address(article, "pending_preview")).status_code == 200
    refused = act(superuser, article, "publish")
    assert "Author: Select a valid choice." in refused
    assert "Article with this Slug already exists." in refused
    assert superuser.get(address(article, "pending_edit")).status_code == 200


def test_a_change_is_dropped_and_the_log_says_by_whom(superuser, clinic):
    article = make_article()
    pend(article, superuser.user, title="Two")
    before = change_of(article).version
    assert edit(superuser, article, title="Three") is None
    assert "Nothing was done" in act(superuser, article, "drop", version=before, sure="on"), "they have not seen these words"
    assert "Check the box first" in act(superuser, article, "drop")
    act(superuser, article, "drop", sure="on")
    assert not PendingChange.objects.exists()
    assert LogEntry.objects.first().change_message == "Dropped the pending change by alex."
    article.refresh_from_db()
    assert article.title == "One"


def due(now=AT_ITS_TIME, **how) -> int:
    return publish_due_changes(now=now, zone=CHICAGO, **how)


def scheduled(staff, row, **changed) -> None:
    pend(row, staff.user, **changed)
    assert "It will be published on Thursday, December 3, 2026, at 8:00 AM." in act(staff, row, "time", **TOMORROW)


@pytest.mark.databases
def test_a_change_is_published_at_its_time_and_never_before(superuser, clinic, clock):
    article = make_article()
    scheduled(superuser, article, title="Two")
    assert due(AT_ITS_TIME - timedelta(seconds=1)) == 0
    # After a restore, or when a clock jumped, what is due waits for an owner.
    assert due(after=AT_ITS_TIME) == 0
    clock(AT_ITS_TIME + timedelta(minutes=2))
    superuser.force_login(superuser.user)
    assert "Its time came on December 3 at 8:00 AM, and it still waits" in words(superuser.get("/admin/"))
    article.refresh_from_db()
    assert article.title == "One"
    assert due() == 1
    article.refresh_from_db()
    assert (article.title, article.updated_on) == ("Two", date(2026, 12, 3))
    assert article.history.first().history_change_reason == "Proposed by alex, published at the time that alex set."
    assert due() == 0


@pytest.mark.parametrize(
    ("day", "time", "said"),
    [
        pytest.param("2026-12-02", "09:59", "That moment has passed. Choose one in the future, or publish now.", id="past"),
        pytest.param("2026-12-02", "10:00", "That moment has passed.", id="now", marks=pytest.mark.slow),
        pytest.param("9999-12-31", "10:00", "Enter a date from 1900 to 2199.", id="never", marks=pytest.mark.slow),
        pytest.param("", "", "This field is required.", id="empty", marks=pytest.mark.slow),
        pytest.param("2027-03-14", "02:30", "couldn", id="an hour that the clock leaves out", marks=pytest.mark.slow),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_the_change_stays(superuser, clinic, day, time, said):
    article = make_article()
    pend(article, superuser.user, title="Two")
    assert said in act(superuser, article, "time", publish_at_0=day, publish_at_1=time)
    assert change_of(article).publish_at is None


@pytest.mark.slow
def test_a_new_edit_takes_the_time_off_and_so_does_a_button(superuser, clinic):
    article = make_article()
    scheduled(superuser, article, title="Two")
    assert edit(superuser, article, title="Three") is None
    assert change_of(article).publish_at is None
    act(superuser, article, "time", **TOMORROW)
    act(superuser, article, "no-time")
    assert change_of(article).publish_at is None


def test_what_cannot_be_published_at_its_time_stays_is_told_and_holds_nothing_up(superuser, clinic, monkeypatch):
    Reference.objects.create(key="known-2020", authors="A", title="T")
    slugs = ("refused", "gone", "unreadable", "locked", "broken", "whole")
    refused, gone, unreadable, locked, broken, whole = (make_article(slug=slug, title=slug.title()) for slug in slugs)
    scheduled(superuser, refused, body=f"{WHOLE} [@known-2020]")
    for row in (gone, unreadable, locked, broken, whole):
        scheduled(superuser, row, title=f"{row.title} two")
    Reference.objects.filter(key="known-2020").delete()
    Article.objects.filter(pk=gone.pk)._raw_delete("default")
    PendingChange.objects.of(unreadable).update(values={"published_at": "never"})
    publish, failing = pending.publish, {locked.pk: DatabaseError("by a lock"), broken.pk: RuntimeError("by anything")}

    def publish_unless_it_fails(change, **how):
        if change.object_id in failing:
            raise failing[change.object_id]
        return publish(change, **how)

    with monkeypatch.context() as patch:
        patch.setattr(pending, "publish", publish_unless_it_fails)
        # The last one counts, too.
        assert due() == 1
    whole.refresh_from_db()
    assert whole.title == "Whole two"
    problems = {change.object_id: change.problem for change in PendingChange.objects.all()}
    assert problems == {
        refused.pk: "Body: Line 1: [@known-2020] is not in the list of references.",
        gone.pk: pending.GONE,
        unreadable.pk: f"What is kept for published at {pending.UNREADABLE}",
        locked.pk: "",
        broken.pk: due_changes.BROKEN,
    }
    assert due(AT_ITS_TIME + timedelta(days=1)) == 1, "a lock ends; a person decides what becomes of the others"
    assert due(AT_ITS_TIME + timedelta(days=1)) == 0
    front = words(superuser.get("/admin/"))
    assert "It was not published at its time, December 3, 8:00 AM: Body: Line 1: [@known-2020]" in front
    Reference.objects.create(key="known-2020", authors="A", title="T")
    assert "is on the site now" in act(superuser, refused, "publish")


def test_one_that_takes_the_worker_down_is_not_begun_again(superuser, clinic, monkeypatch):
    article = make_article()
    scheduled(superuser, article, title="A new title")

    def dies(change, **how):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pending, "publish", dies)
        with pytest.raises(KeyboardInterrupt):
            due()
    assert due(AT_ITS_TIME + timedelta(minutes=1)) == 0
    assert due_changes.BEGUN in words(superuser.get("/admin/"))
    assert "is on the site now" in act(superuser, article, "publish")


def test_who_left_publishes_nothing_at_a_time_that_they_set(clinic):
    article = make_article()
    user = colleague("ed", "Editors")
    pend(article, user, title="Two")
    PendingChange.objects.update(publish_at=AT_ITS_TIME, scheduled_by=user)
    user.is_active = False
    user.save()
    assert due() == 0
    assert change_of(article).problem == due_changes.NOT_ALLOWED


@pytest.mark.usefixtures("clock")
def test_the_worker_publishes_what_is_due(superuser, clinic, settings, tmp_path, monkeypatch):
    from clinic_site import backups
    from clinic_site.background_work import BackgroundWork

    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(backups, "back_up_if_due", lambda **_: None)
    article = make_article()
    scheduled(superuser, article, title="Two")
    work, titles = BackgroundWork(), []
    for seconds in (-10, -1, 4):
        now = AT_ITS_TIME + timedelta(seconds=seconds)
        work.turn(now=now, steady=1000.0 + seconds, read_clock=lambda now=now: now)
        titles.append(Article.objects.get(pk=article.pk).title)
    assert titles == ["One", "One", "Two"]


def test_without_the_look_at_its_time_it_would_be_live_early(superuser, clinic, monkeypatch):
    article = make_article()
    scheduled(superuser, article, title="Two")
    monkeypatch.setattr(PendingChangeQuerySet, "due", lambda changes, **_: changes.all())
    assert due(WEDNESDAY) == 1
    assert Article.objects.get().title == "Two"


def test_without_the_look_at_the_words_a_review_would_cover_others(superuser, clinic, nora, reviewed_first, monkeypatch):
    article = make_article()
    pend(article, superuser.user, title="Two")
    act(superuser, article, "review", reviewed_by=nora.pk, reviewed_on="2026-12-02")
    PendingChange.objects.update(values={"title": "Two."})
    with monkeypatch.context() as patch:
        patch.setattr(pending, "is_pending_reviewed", lambda *_: True)
        assert pending.check(change_of(article), article, now=WEDNESDAY, today=date(2026, 12, 2)).is_valid()
    assert pending.UNREVIEWED in act(superuser, article, "publish")


def test_without_its_transaction_half_of_it_would_be_published(superuser, clinic, monkeypatch):
    article = make_article()
    change = pend(article, superuser.user, title="Two")

    def fail(*_, **__):
        raise IntegrityError("in the middle")

    monkeypatch.setattr(PendingChange, "delete", fail)
    how = {"version": change.version, "by": superuser.user, "now": WEDNESDAY, "today": date(2026, 12, 2)}
    with pytest.raises(IntegrityError):
        pending.publish.__wrapped__(change, **how)
    assert (Article.objects.get().title, PendingChange.objects.count()) == ("Two", 1)
