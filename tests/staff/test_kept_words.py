"""Words are never lost: what is posted too late is kept for who typed it, and comes back as it was, for a person to save."""

import logging
import re
from datetime import timedelta
from html import unescape

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db.models import TextField
from django.test import Client, RequestFactory
from django.utils import timezone

from blog.models import Article
from clinic_site import database_copy, kept_forms
from consults.erasure import erase_at_once
from consults.models import AccessRecord, ConsultRequest, Reason, SpecialHours
from content.editing import kept_form
from content.editing.conflict import fingerprint
from content.models import PendingChange
from guard import sealing
from pages.models import Clinic
from pages.supply import read_supply
from staff import ended_sessions, factors, kept_words, second_factor, sessions
from staff.cleanup import delete_ended_sessions, delete_kept_words
from staff.models import KeptWords, StaffSession
from tests.browsers import hidden_fields
from tests.builders import WEDNESDAY, colleague, submit
from tests.content.test_editing import make_article
from tests.staff.signing_in import PASSWORD, STEP, digits, set_up

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
TYPED = "We have no open time that fits, and are sorry."
LINE = "This is what you had typed at 10:31 AM. It is not saved yet."
LATE, A_DAY = timedelta(minutes=31), timedelta(days=1)
REQUESTS = "/admin/consults/consultrequest/"
ADD_REASON = "/admin/consults/reason/add/"
REASON = {"use": "decline", "code": "no-time", "label": "No open time", "text": TYPED, "position": "10", "is_offered": "on"}
LOGIN, LOGOUT, AGAIN, USERS = "/admin/login/", "/admin/logout/", "/admin/reauthenticate/", "/admin/auth/user/"


class Browser(Client):
    """Checks tokens as a site does. `page` opens a page in a tab and answers the token of its form."""

    def __init__(self, name: str = "", **kwargs) -> None:
        super().__init__(enforce_csrf_checks=True, **kwargs)
        if name:
            self.enter(name)

    def page(self, path: str = ADD_REASON) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path, follow=True).content.decode())
        return found[1] if found else ""

    def send(self, path: str, form: dict, token: str, **headers):
        return self.post(path, form | {"csrfmiddlewaretoken": token}, **headers)

    def enter(self, name: str = "olga", goes_to: str = "/admin/"):
        form = {"username": name, "password": PASSWORD, "next": goes_to}
        return self.send(LOGIN, form, self.page(LOGIN))


def pass_time(clock, much: timedelta = LATE) -> None:
    clock(timezone.now() + much)


def lost(clock, *, path: str = ADD_REASON, form: dict | None = None, name: str = "olga") -> Browser:
    """A browser that has posted the form after its session ran out."""
    browser = Browser(name)
    token = browser.page(path)
    pass_time(clock)
    browser.send(path, form or REASON, token)
    return browser


def shown(browser: Client, path: str = ADD_REASON) -> str:
    return browser.get(path).content.decode()


@pytest.mark.databases(postgresql=pytest.mark.slow)
def test_what_was_typed_comes_back_unsaved_and_is_gone_once_it_is_saved(owner, clock):
    browser = Browser("olga")
    token = browser.page()
    pass_time(clock)
    answer = browser.send(ADD_REASON, REASON | {"_save": "Save"}, token)
    assert answer["Location"] == f"{LOGIN}?next={ADD_REASON}"
    assert "What you typed is kept for a day" in shown(browser, LOGIN)
    assert not Reason.objects.filter(code="no-time").exists()
    assert browser.enter(goes_to=ADD_REASON)["Location"] == ADD_REASON
    page = shown(browser)
    assert LINE in page
    assert TYPED in page
    assert not Reason.objects.filter(code="no-time").exists(), "it is shown, and only a person saves it"
    assert LINE in shown(browser), "also when the page is loaded again"
    assert browser.send(ADD_REASON, REASON | {"label": ""}, browser.page()).status_code == 200
    assert KeptWords.objects.exists(), "what was refused is not saved"
    assert TYPED not in shown(browser, f"{ADD_REASON}?kept=no")
    assert browser.send(ADD_REASON, REASON, browser.page()).status_code == 302
    assert Reason.objects.get(code="no-time").text == TYPED
    assert not KeptWords.objects.exists()
    assert TYPED not in shown(browser)


@pytest.mark.parametrize(
    ("busy", "late", "is_kept"),
    [
        pytest.param(0, timedelta(hours=15), True, id="overnight"),
        pytest.param(720, timedelta(hours=12), True, id="after twelve busy hours"),
        pytest.param(720, timedelta(hours=36, minutes=1), False, id="a day after twelve busy hours"),
        pytest.param(0, timedelta(hours=24, minutes=20), True, id="within a day of its end"),
        pytest.param(0, timedelta(hours=24, minutes=40), False, id="a day after its end"),
    ],
)
def test_a_session_that_ran_out_counts_for_a_day(owner, clock, busy, late, is_kept):
    """`busy`: for how many minutes it was used."""
    began, browser = timezone.now(), Browser("olga")
    token = browser.page()
    StaffSession.objects.update(seen_at=began + timedelta(minutes=busy))
    clock(began + late)
    # What the worker tidies meanwhile does not forget it before its time.
    delete_ended_sessions(now=timezone.now())
    assert browser.send(ADD_REASON, REASON, token).status_code == 302
    assert KeptWords.objects.exists() == is_kept


def test_it_comes_back_at_its_address_with_the_query_and_not_without_what_is_kept(owner, clock):
    browser = Browser("olga")
    token = browser.page()
    pass_time(clock)
    answer = browser.send(f"{ADD_REASON}?kept=no&_changelist_filters=q", REASON, token)
    assert answer["Location"] == f"{LOGIN}?next={ADD_REASON}%3F_changelist_filters%3Dq"


def test_one_form_is_kept_and_a_newer_one_takes_its_place(owner, clock):
    lost(clock)
    article = make_article()
    lost(clock, path=f"/admin/blog/article/{article.pk}/change/", form={"title": "Newer"})
    assert KeptWords.objects.get().open()["posted"] == {"title": ["Newer"]}


def test_a_form_that_is_sent_twice_and_one_of_another_tab_come_back_too(owner, clock):
    browser = Browser("olga")
    token, twin = browser.page(), Browser()
    twin.cookies = browser.cookies.copy()
    pass_time(clock)
    browser.send(ADD_REASON, REASON, token)
    assert twin.send(ADD_REASON, REASON, token)["Location"] == f"{LOGIN}?next={ADD_REASON}", "the second of two clicks"
    assert KeptWords.objects.get().open()["posted"]["text"] == [TYPED]
    browser.send(ADD_REASON, REASON | {"text": "Of another tab."}, token)
    assert KeptWords.objects.get().open()["posted"]["text"] == ["Of another tab."], "before the sign-in"
    browser.enter()
    answer = browser.send(ADD_REASON, REASON | {"text": "Of a third tab."}, token)
    assert answer["Location"] == ADD_REASON, "after it, with a token of before"
    page = shown(browser)
    assert "Of a third tab." in page
    assert "once you have signed in" not in page
    assert not Reason.objects.filter(code="no-time").exists()


def test_a_long_text_of_another_tab_is_no_larger_than_the_form_may_be(owner, clock):
    browser = Browser("olga")
    token = browser.page()
    pass_time(clock)
    browser.get("/admin/")
    long = REASON | {"text": "é" * 100_000}
    browser.send(ADD_REASON, long, token)
    assert KeptWords.objects.get().open()["posted"]["text"] == [long["text"]]
    stranger = Browser()
    assert stranger.send(ADD_REASON, long, stranger.page(LOGIN)).status_code == 413


def test_a_check_while_typing_that_ends_the_session_says_nothing_of_what_was_sent(owner, clock):
    """Nobody sent it: the form is still open, and kept when it is saved."""
    not_saved, kept = "What you sent was not saved", "What you typed is kept for a day"
    for path, told in (("/admin/blog/article/problems/", []), ("/admin/consults/reason/", [not_saved])):
        browser = Browser("olga")
        token = browser.page()
        pass_time(clock)
        assert browser.send(path, {}, token).status_code == 302
        browser.send(ADD_REASON, REASON, token)
        page = browser.get(LOGIN).content.decode()
        assert [line for line in (not_saved, kept) if line in page] == [*told, kept], path


def test_what_is_too_large_says_that_the_browser_still_holds_it(owner, clock):
    browser = Browser("olga")
    answer = browser.send(ADD_REASON, REASON | {"text": "a" * 1_000_001}, browser.page())
    assert answer.status_code == 413
    assert "What you typed is still in your browser" in answer.content.decode()


def lay_words(clock, *, lacks: str):
    """Posts a form of before the sign-in that lacks one thing of what lets it be kept; the test above has all of them."""
    colleague("berta", "Owners")
    browser, other = Browser("olga"), Browser("olga")
    token, headers = browser.page(), {}
    pass_time(clock)
    browser.get("/admin/")
    mark = browser.session["staff_ended_session"]
    browser.enter("berta" if lacks == "the person" else "olga")
    if lacks == "the secret":
        token = other.page(LOGIN)
    if lacks == "the site":
        headers = {"HTTP_ORIGIN": "https://elsewhere.example"}
    if lacks == "the day":
        pass_time(clock, A_DAY - timedelta(minutes=1))
        browser.enter()
    session = browser.session
    session["staff_ended_session"] = {} if lacks == "the mark" else mark
    session.save()
    return browser.send(ADD_REASON, REASON, token, **headers)


@pytest.mark.parametrize("lacks", ["the secret", "the site", "the mark", "the person", "the day"])
def test_nobody_lays_words_under_somebody_elses_name(owner, clock, lacks):
    answer = lay_words(clock, lacks=lacks)
    assert answer.status_code == 403
    # Browsers keep no page of staff: what was typed is shown to who posted it, and to nobody from elsewhere.
    assert (REASON["text"] in unescape(answer.content.decode())) == (lacks != "the site")
    assert not KeptWords.objects.exists()


@pytest.mark.parametrize("lacks", ["the secret", "the site"])
def test_without_its_check_an_older_form_would_be_anybodys(owner, clock, monkeypatch, lacks):
    """The control of the test above."""
    monkeypatch.setattr(ended_sessions, "is_of_a_page_of_then", lambda *request_and_view: True)
    lay_words(clock, lacks=lacks)
    assert KeptWords.objects.get().user == owner


@pytest.mark.parametrize(
    "cookie", [pytest.param("a" * 32, id="made up"), pytest.param("", id="none"), pytest.param("\0x", id="no key at all")]
)
def test_without_the_genuine_key_nothing_is_kept(owner, clock, cookie):
    browser = Browser("olga")
    token = browser.page()
    browser.cookies["session"] = cookie
    pass_time(clock)
    assert browser.send(ADD_REASON, REASON, token)["Location"] == f"{LOGIN}?next={ADD_REASON}"
    assert not KeptWords.objects.exists()


def end_it(user: User) -> None:
    StaffSession.objects.of(user).delete()


def new_password(user: User) -> None:
    user.set_password("windows-of-seven-lamps")
    user.save()


def close(user: User) -> None:
    user.is_active = False
    user.save()


@pytest.mark.parametrize("ended", [end_it, new_password, close])
@pytest.mark.parametrize("has_run_out", [False, True])
def test_a_session_that_somebody_ended_keeps_nothing(owner, clock, ended, has_run_out):
    """As of a laptop that was stolen; also where it had run out before."""
    colleague("rosa", "Owners")
    browser = Browser("olga")
    token = browser.page()
    pass_time(clock)
    if has_run_out:
        browser.get("/admin/")
    ended(User.objects.get(username="olga"))
    browser.send(ADD_REASON, REASON, token)
    assert not KeptWords.objects.exists()


@pytest.mark.parametrize("ended", [new_password, close])
def test_a_new_password_and_a_closed_account_drop_what_is_kept(owner, clock, ended):
    colleague("rosa", "Owners")
    lost(clock)
    assert KeptWords.objects.exists()
    ended(User.objects.get(username="olga"))
    assert not KeptWords.objects.exists()


def test_a_sign_out_drops_what_is_kept_and_an_end_of_another_session_does_not(owner, clock):
    elsewhere = Browser("olga")
    browser = lost(clock)
    elsewhere.get("/admin/")
    assert KeptWords.objects.exists()
    browser.enter()
    browser.send(LOGOUT, {}, browser.page())
    assert not KeptWords.objects.exists()


def test_a_sign_out_of_a_session_that_ran_out_drops_it_too_and_leaves_no_mark(owner, clock):
    lost(clock)
    browser = Browser("olga")
    token = browser.page()
    pass_time(clock)
    browser.send(LOGOUT, {}, token)
    assert not KeptWords.objects.exists()
    browser.send(ADD_REASON, REASON, token)
    assert not KeptWords.objects.exists()


def test_somebody_else_who_signs_in_there_sees_nothing_of_it(owner, clock):
    colleague("berta", "Owners")
    browser = lost(clock)
    browser.enter("berta", goes_to=ADD_REASON)
    page = shown(browser)
    assert "It is not saved yet" not in page
    assert TYPED not in page
    assert not ended_sessions.is_noted(browser.session)
    assert browser.send(ADD_REASON, REASON | {"code": "other"}, browser.page()).status_code == 302
    assert KeptWords.objects.get().user == owner, "what they save drops nothing of hers"
    assert LINE in shown(Browser("olga")), "on any computer she is let in at"


def test_who_may_not_change_it_any_more_is_shown_nothing(owner, clock):
    berta = colleague("berta", "Owners")
    browser = lost(clock, name="berta")
    berta.groups.clear()
    browser.enter("berta")
    answer = browser.get(ADD_REASON)
    assert answer.status_code == 403
    assert TYPED not in answer.content.decode()
    clock(WEDNESDAY)
    reason = Reason.objects.create(use="cancel", code="one", label="One", text="One.")
    path = f"/admin/consults/reason/{reason.pk}/change/"
    berta.groups.set([Group.objects.get(name="Owners")])
    browser = lost(clock, path=path, form={"text": TYPED}, name="berta")
    berta.groups.clear()
    berta.user_permissions.add(Permission.objects.get(codename="view_reason"))
    browser.enter("berta")
    page = shown(browser, path)
    assert "View reason" in page
    assert TYPED not in page
    assert "It is not saved yet" not in page


def test_the_second_step_comes_before_the_words(owner, clock, two_steps):
    browser = Browser("olga")
    phone, _ = set_up_in(browser)
    token = browser.page()
    pass_time(clock)
    browser.get("/admin/")
    browser.enter(goes_to=ADD_REASON)
    assert browser.send(ADD_REASON, REASON, token)["Location"] == ADD_REASON, "the password alone keeps what it came with"
    assert KeptWords.objects.get().user == owner
    page = browser.get(ADD_REASON, follow=True)
    assert page.redirect_chain[-1][0].startswith(STEP)
    assert TYPED not in page.content.decode()
    code = {"code": digits(phone, 1), "next": ADD_REASON}
    assert browser.send(STEP, code, browser.page(STEP))["Location"] == ADD_REASON
    assert LINE in shown(browser)


def set_up_in(browser: Browser):
    plain = Client()
    plain.cookies = browser.cookies
    return set_up(plain)


def post_with_a_password_alone(clock) -> None:
    """At once and after the session has run out, twice each."""
    set_up_in(Browser("olga"))
    thief = Browser("olga")
    for much in (timedelta(0), LATE):
        token = thief.page(STEP)
        pass_time(clock, much)
        assert thief.send(ADD_REASON, REASON, token).status_code == 302
        thief.send(ADD_REASON, REASON, token)


def test_a_password_alone_lays_no_words_down(owner, clock, two_steps):
    post_with_a_password_alone(clock)
    assert not KeptWords.objects.exists()


def test_without_the_look_at_the_second_step_a_password_alone_would(owner, clock, two_steps, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(sessions, "has_passed_the_door", lambda request: True)
    post_with_a_password_alone(clock)
    assert KeptWords.objects.exists()


def test_words_wait_until_a_new_phone_is_set_up(owner, clock, two_steps):
    browser = Browser("olga")
    set_up_in(browser)
    token = browser.page()
    pass_time(clock)
    browser.send(ADD_REASON, REASON, token)
    second_factor.remove(owner, by=owner, message="Lost.", now=timezone.now())
    browser.enter()
    assert TYPED not in browser.get(ADD_REASON, follow=True).content.decode()
    set_up_in(browser)
    assert LINE in shown(browser)


def test_who_leaves_at_the_second_step_drops_nothing(owner, clock, two_steps):
    browser = Browser("olga")
    set_up_in(browser)
    token = browser.page()
    pass_time(clock)
    browser.send(ADD_REASON, REASON, token)
    browser.enter()
    browser.send(STEP, {"leave": "yes"}, browser.page(STEP))
    assert KeptWords.objects.exists()


def test_the_password_that_is_asked_again_loses_nothing_and_none_is_kept(owner, clock):
    browser = Browser("olga")
    browser.send(AGAIN, {"password": PASSWORD}, browser.page(AGAIN))
    path, token = f"{USERS}add/", browser.page(f"{USERS}add/")
    pass_time(clock, timedelta(minutes=11))
    form = {"username": "fresh.name", "password1": "seven-lamps-seven", "password2": "seven-lamps-seven"}
    assert browser.send(path, form, token)["Location"] == f"{AGAIN}?next={path}"
    assert KeptWords.objects.get().open()["posted"] == {"username": ["fresh.name"]}
    browser.send(AGAIN, {"password": PASSWORD}, browser.page(AGAIN))
    page = shown(browser, path)
    assert "This is what you had typed" in page
    assert 'value="fresh.name"' in page
    assert not User.objects.filter(username="fresh.name").exists()


def test_no_field_for_a_password_and_no_token_is_kept_and_every_other_is(owner):
    http = RequestFactory().get("/")
    http.user = owner
    for model_admin in admin.site._registry.values():
        if not (model_admin.has_add_permission(http) or model_admin.has_change_permission(http)):
            continue
        for name, field in model_admin.get_form(http, None).base_fields.items():
            is_secret = isinstance(field.widget, forms.PasswordInput) or "password" in name
            assert bool(kept_words._SECRET.search(name)) == is_secret, f"{model_admin}: {name}"
    assert kept_words._SECRET.search("csrfmiddlewaretoken")


def test_it_is_sealed_and_in_no_log_and_in_no_backup(owner, clock, caplog):
    with caplog.at_level(logging.DEBUG):
        browser = lost(clock)
        browser.enter()
        shown(browser)
    assert TYPED not in caplog.text
    row = KeptWords.objects.get()
    assert TYPED.encode() not in bytes(row.sealed)
    assert KeptWords._meta.db_table in database_copy._EMPTIED
    row.page = "/admin/elsewhere/"
    with pytest.raises(sealing.CannotOpen):
        row.open()


def test_it_is_gone_after_a_day(owner, clock):
    browser = lost(clock)
    pass_time(clock, A_DAY - timedelta(minutes=1))
    assert delete_kept_words(now=timezone.now()) == 0
    pass_time(clock, timedelta(minutes=1))
    browser.enter()
    assert TYPED not in shown(browser), "also before the worker has deleted it"
    assert delete_kept_words(now=timezone.now()) == 1
    row = lost(clock) and KeptWords.objects.get()
    clock(row.kept_at - timedelta(hours=1))
    assert delete_kept_words(now=timezone.now()) == 0, "a clock that was set right loses nothing"
    clock(row.kept_at - A_DAY)
    assert delete_kept_words(now=timezone.now()) == 1


def test_without_its_key_the_page_says_so_and_loses_nothing_else(owner, clock, settings):
    browser, keys = lost(clock), settings.FIELD_KEYS
    browser.enter()
    settings.FIELD_KEYS = [b"\1" * 32]
    page = shown(browser)
    assert "What you had typed at 10:31 AM is kept and cannot be read" in page
    assert TYPED not in page
    settings.FIELD_KEYS = keys
    assert TYPED in shown(browser)


def test_a_text_that_somebody_else_saved_meanwhile_shows_what_changed(owner, clock):
    article = make_article()
    path = f"/admin/blog/article/{article.pk}/change/"
    browser = Browser("olga")
    opened = browser.get(path).context["adminform"].form
    form = {name: opened[name].value() or "" for name in ("seen", "slug", "browser_title", "description", "summary", "body")}
    token = browser.page(path)
    Article.objects.filter(pk=article.pk).update(title="Theirs")
    pass_time(clock)
    browser.send(path, form | {"title": "Mine"}, token)
    browser.enter()
    answer = browser.get(path)
    returned = answer.context["adminform"].form
    assert returned["title"].value() == "Mine"
    assert {"stale", "changed_meanwhile"} <= {error.code for error in returned.non_field_errors().as_data()}
    assert returned["seen"].value() != form["seen"], "saving again replaces what was shown"
    assert Article.objects.get().title == "Theirs"


def test_a_pending_change_comes_back_to_its_form_also_where_it_was_published_meanwhile(owner, clock):
    article = make_article()
    path = f"/admin/blog/article/{article.pk}/pending/edit/"
    change = PendingChange(values={"title": "Two"}, base=fingerprint(article), proposed_by=owner, proposed_at=WEDNESDAY)
    change.text = article
    change.save()
    browser = Browser("olga")
    opened = browser.get(path).context["adminform"].form
    form = {name: opened[name].value() or "" for name in ("seen", "seen_pending", "slug", "browser_title", "description", "body")}
    token = browser.page(path)
    pass_time(clock)
    browser.send(path, form | {"title": "Mine"}, token)
    browser.enter()
    answer = browser.get(path)
    assert answer.context["adminform"].form["title"].value() == "Mine"
    assert {error.code for error in answer.context["adminform"].form.non_field_errors().as_data()} == set()
    assert PendingChange.objects.get().values == {"title": "Two"}
    PendingChange.objects.all().delete()
    answer = browser.get(path)
    assert answer.context["adminform"].form["title"].value() == "Mine"
    assert "The pending change was published or dropped while you were editing it." in answer.content.decode()
    Article.objects.all().delete()
    assert "Mine" in shown(browser, path), "and where the text itself is gone"


def test_a_row_without_versions_names_who_saved_it_meanwhile(owner, clock):
    reason = Reason.objects.create(use="cancel", code="one", label="One", text="One.")
    path = f"/admin/consults/reason/{reason.pk}/change/"
    browser = lost(clock, path=path, form=REASON)
    entry = LogEntry.objects.log_actions(colleague("berta").pk, [reason], CHANGE, "Changed Label.", single_object=True)
    LogEntry.objects.filter(pk=entry.pk).update(action_time=timezone.now() + timedelta(minutes=1))
    browser.enter()
    assert "Saved meanwhile, which saving now may replace: Berta, today, 10:32 AM: Changed Label." in shown(browser, path)


def test_the_forms_of_every_row_take_what_comes_back(owner):
    """Each makes its own form its own way; those that nobody may add to are left out."""
    http = RequestFactory().get("/")
    http.user = owner
    filled = 0
    for model_admin in admin.site._registry.values():
        assert isinstance(model_admin, kept_forms.KeptForms)
        if model_admin.has_add_permission(http):
            http.kept_form = kept = kept_form.KeptForm(http.GET.copy(), WEDNESDAY, "at 10:31 AM", fills_change_form=True)
            form_class = model_admin.get_form(http, None)
            assert form_class.base_fields is form_class.__mro__[1].base_fields, "with what the admin has changed of them"
            assert (form_class(initial={}).is_bound, kept.is_shown) == (True, True), model_admin
            filled += 1
    assert filled > 10


@pytest.fixture
def asked(owner):
    """A request, and the reason for which it could be declined."""
    Reason.objects.create(**(REASON | {"position": 1, "is_offered": True}))
    return submit()


def act_late(clock, found: ConsultRequest, **form) -> Browser:
    page = f"{REQUESTS}{found.pk}/change/"
    browser = Browser("olga")
    token = browser.page(page)
    pass_time(clock)
    answer = browser.send(f"{REQUESTS}{found.pk}/act/", {"version": found.version} | form, token)
    assert answer["Location"] == f"{LOGIN}?next={page}"
    return browser


def test_a_decision_is_never_made_without_a_second_click(asked, clock):
    for form, chosen in (
        ({"action": "decline", "reason": "no-time"}, r'<details name="action" open>\s*<summary>Decline'),
        ({"action": "confirm"}, "Nothing was done yet: press it again"),
    ):
        browser = act_late(clock, asked, **form)
        browser.enter()
        opened = AccessRecord.objects.filter(kind=AccessRecord.Kind.OPENED).count()
        page = shown(browser, f"{REQUESTS}{asked.pk}/change/")
        assert "You had chosen “" in page
        assert re.search(chosen, page)
        assert AccessRecord.objects.filter(kind=AccessRecord.Kind.OPENED).count() == opened + 1
        assert (ConsultRequest.objects.get().status, ConsultRequest.objects.get().version) == ("requested", asked.version)
        clock(WEDNESDAY)
        if form["action"] == "decline":
            assert re.search(r'<option value="no-time"\s+selected>', page)
    browser.enter()
    page = f"{REQUESTS}{asked.pk}/change/"
    browser.send(f"{REQUESTS}{asked.pk}/act/", {"action": "confirm", "version": asked.version}, browser.page(page))
    assert ConsultRequest.objects.get().status == "confirmed"
    assert not KeptWords.objects.exists()


def test_a_note_comes_back_into_its_field_with_what_changed_meanwhile(asked, clock):
    browser = act_late(clock, asked, action="note", staff_notes="Call after six\nplease")
    other = Browser(colleague("berta", "Owners").username)
    path, act = f"{REQUESTS}{asked.pk}/change/", f"{REQUESTS}{asked.pk}/act/"
    other.send(act, {"action": "confirm", "version": asked.version}, other.page(path))
    browser.enter()
    page = shown(browser, path)
    assert LINE in page
    assert 'maxlength="2000">Call after six\nplease</textarea>' in page
    assert "Since you opened it: confirmed by Berta." in page
    version = ConsultRequest.objects.get().version
    assert f'name="version" value="{version}"' in page, "pressing again is about what was shown"
    assert ConsultRequest.objects.get().staff_notes == ""
    browser.send(act, {"action": "note", "version": version, "staff_notes": "Call after six"}, browser.page(path))
    assert ConsultRequest.objects.get().staff_notes == "Call after six"
    assert "It is not saved yet" not in shown(browser, path)


def test_a_note_about_a_person_who_was_erased_does_not_come_back(asked, clock):
    browser = act_late(clock, asked, action="note", staff_notes="Call after six")
    browser.enter()
    path = f"{REQUESTS}{asked.pk}/change/"
    assert "Call after six" in shown(browser, path)
    erase_at_once(ConsultRequest.objects.get(), by=User.objects.get(), now=timezone.now())
    assert "Call after six" not in shown(browser, path)


def test_a_note_that_the_desk_refuses_comes_back_too(asked, clock):
    browser = Browser("olga")
    path, act = f"{REQUESTS}{asked.pk}/change/", f"{REQUESTS}{asked.pk}/act/"
    answer = browser.send(act, {"action": "note", "version": asked.version + 1, "staff_notes": "Mine"}, browser.page(path))
    assert "done=" not in answer["Location"]
    assert ">Mine</textarea>" in shown(browser, path)


@pytest.mark.parametrize(
    ("path", "form", "back"),
    [
        pytest.param(f"{REQUESTS}by-phone/", {"full_name": "Ada Caller", "contact_by": "phone"}, "Ada Caller", id="by phone"),
        pytest.param(
            "/admin/consults/specialhours/day/",
            {"date": "2026-12-24", "hours": "closed", "note": "Eve"},
            'value="Eve"',
            id="a day",
        ),
        pytest.param("/admin/pages/clinic/missing/", {"fact": "fees", "fees": "Ask us about fees."}, "Ask us about", id="a fact"),
    ],
)
def test_the_other_forms_of_the_desk_come_back_too_and_do_nothing(owner, clock, path, form, back):
    browser = lost(clock, path=path, form=form)
    browser.enter()
    answer = browser.get(path)
    assert answer.status_code == 200
    assert LINE in answer.content.decode()
    assert back in answer.content.decode()
    assert not ConsultRequest.objects.exists()
    assert not SpecialHours.objects.exists()


def test_files_are_not_kept_and_the_line_says_so(owner, clock, tmp_path):
    path, file = "/admin/pages/picture/add/", tmp_path / "one.png"
    file.write_bytes(b"picture")
    browser = Browser("olga")
    token = browser.page(path)
    pass_time(clock)
    with file.open("rb") as opened:
        browser.send(path, {"alt": "A lamp", "file": opened}, token)
    browser.enter()
    page = shown(browser, path)
    assert "A file that you chose was not kept: choose it again." in page
    assert "A lamp" in page


def test_the_mark_of_a_session_that_ran_out_outlives_one_that_was_never_let_in(owner, clock, two_steps):
    browser = Browser("olga")
    set_up_in(browser)
    token = browser.page()
    for _ in range(2):
        pass_time(clock)
        browser.get("/admin/")
        browser.enter()
    assert ended_sessions.is_noted(browser.session)
    assert browser.send(ADD_REASON, REASON, token)["Location"] == ADD_REASON
    assert factors.phone_of(owner)
    assert KeptWords.objects.get().user == owner


def test_another_caller_and_a_form_opened_without_what_is_kept_drop_nothing(clock, clinic):
    """Two callers at once: the first one's form waits while the second one's is saved."""
    colleague("anna", "Front desk")
    by_phone, ada, berta = f"{REQUESTS}by-phone/", {"full_name": "Ada Caller"}, {"full_name": "Berta Caller"}
    both = {"email": "c@example.com", "contact_by": "email", "starts_at": "none"}
    browser = lost(clock, path=by_phone, form=ada | both, name="anna")
    browser.enter("anna")
    token = browser.page(f"{by_phone}?kept=no")
    assert "Ada Caller" not in shown(browser, f"{by_phone}?kept=no")
    assert browser.send(f"{by_phone}?kept=no", berta | both, token).status_code == 302
    assert [request.full_name for request in ConsultRequest.objects.all()] == ["Berta Caller"]
    assert "Ada Caller" in shown(browser, by_phone)
    # Saved itself, it is gone.
    assert browser.send(by_phone, ada | both | {"email": "ada@example.com"}, token).status_code == 302
    assert not KeptWords.objects.exists()


def test_a_decision_drops_no_note_and_a_click_no_words(asked, clock):
    page, note = f"{REQUESTS}{asked.pk}/", {"action": "note", "version": asked.version, "staff_notes": "Bring the ramp."}
    browser = Browser("olga")
    token = browser.page(f"{page}change/")
    pass_time(clock)
    browser.send(f"{page}act/", note, token)
    assert "What you typed is kept for a day" in shown(browser, LOGIN)
    # The button in another tab of the session that has ended: it is pressed again later.
    browser.send(f"{page}act/", {"action": "confirm", "version": asked.version}, token)
    browser.enter("olga")
    token = browser.page(f"{page}change/")
    assert "Bring the ramp." in shown(browser, f"{page}change/")
    assert "done=" in browser.send(f"{page}act/", {"action": "confirm", "version": asked.version}, token)["Location"]
    assert "Bring the ramp." in shown(browser, f"{page}change/")


def test_an_answer_about_one_missing_fact_drops_no_other(owner, clock):
    missing = "/admin/pages/clinic/missing/"
    texts = {field.name for field in Clinic._meta.fields if isinstance(field, TextField)} - set(Clinic.OWNERS_FACTS)
    first, second, *_ = [wanted.fact for wanted in read_supply().missing if wanted.fact in texts]
    browser = lost(clock, path=missing, form={"fact": first, first: "Behind the house, by the river."})
    browser.enter(goes_to=missing)
    page = shown(browser, missing)
    assert "Behind the house" in page
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'value="{second}"' in form)
    fields = hidden_fields(form)
    token = fields.pop("csrfmiddlewaretoken")
    assert browser.send(missing, fields | {second: "Ring at the side door."}, token).status_code == 302
    assert "Behind the house" in shown(browser, missing)
