"""No number and no instant in an address or a form is too large to be answered, of visitors and of staff."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from blog.models import Article
from consults.models import ConsultRequest
from pages.models import Page, Question
from tests.builders import local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock"), pytest.mark.ignore_template_errors]
NUMBERS = ["9" * 3900, "9" * 18, "-1", "٣", "0x1", "1e9", "\0"]
INSTANTS = ["0001-01-01T00:00+00:00", "9999-12-31T23:59-23:59", "0001-01-01", "9999-12-31", "2026-12-07T16:00", "+", "\0"]
AT_ONCE = (NUMBERS[0], "-1", "\0", *INSTANTS[:2], INSTANTS[3])
THE_OTHERS = [value for value in dict.fromkeys(NUMBERS + INSTANTS) if value not in AT_ONCE]
REQUESTS = "/admin/consults/consultrequest/"


def pages_with_a_number() -> list[str]:
    """Each page of the admin whose path holds a number, by name; a second one is that of a version."""
    views = [pattern for pattern in admin.site.urls[0] if hasattr(pattern, "url_patterns")]
    names = {(pattern.name, str(pattern.pattern).count("<")) for view in views for pattern in view.url_patterns if pattern.name}
    return sorted(name for name, arguments in names if arguments == 1)


@pytest.mark.parametrize(
    "number", [NUMBERS[0], pytest.param(NUMBERS[1], marks=pytest.mark.slow)], ids=["3,900 digits", "18 digits"]
)
def test_a_number_in_the_path_of_a_staff_page(superuser, number):
    names = pages_with_a_number()
    assert len(names) > 30
    for name in names:
        answer = superuser.get(reverse(f"admin:{name}", args=[number]))
        assert answer.status_code < 500, name


def paths_with(value: str) -> list[str]:
    """The path of each page of the admin that takes any id, with `value` in its place."""
    views = [pattern for pattern in admin.site.urls[0] if hasattr(pattern, "url_patterns")]
    paths = [f"/admin/{view.pattern}{str(pattern.pattern).strip('^$')}" for view in views for pattern in view.url_patterns]
    # The second way is that of simple-history.
    filled = [re.subn(r"<(?:path:)?\w+>|\(\[\^/\]\+\)", lambda _: quote(value), path) for path in paths]
    return [path for path, ids in filled if ids]


def test_a_word_for_an_id_in_the_path_of_a_staff_page_is_not_found(superuser):
    number = Page.objects.first().pk
    for path in ("abc/preview/", "%00/history/", "1.5/history/compare/", f"{number}/history/abc/"):
        assert superuser.get(f"/admin/pages/page/{path}").status_code == 404, path
    # Every other such page, without what a request costs around it.
    paths = paths_with("abc")
    assert len(paths) > 100
    for path in paths:
        match, request = resolve(path), RequestFactory().get(path)
        with pytest.raises(Http404):
            match.func(request, *match.args, **match.kwargs)


def test_a_word_for_an_id_in_an_action_of_a_staff_list_is_not_found(superuser):
    chosen = {"action": "decline_selected", "_selected_action": [submit().pk]}
    assert superuser.post(REQUESTS, chosen).status_code != 404
    for value in ("abc", "\0", "9" * 30):
        chosen["_selected_action"].append(value)
        assert superuser.post(REQUESTS, chosen).status_code == 404, value
        chosen["_selected_action"].pop()


@pytest.mark.databases(postgresql=pytest.mark.slow)
def test_a_nul_where_a_text_is_looked_for(superuser):
    """PostgreSQL holds none."""
    filters = [("auth/user", "username"), ("pages/page", "key"), ("staff/signin", "kind")]
    for model, name in filters:
        assert superuser.get(f"/admin/{model}/", {name: "a\0b"}).status_code < 500, model
    assert Client().post("/admin/login/", {"username": "a\0b", "password": "x"}).status_code == 200


def filters_of(list_page: admin.ModelAdmin, *, every: bool) -> set[str]:
    """What the query of a list may name: its filters, the parts of its dates, and columns: every one, or one of each kind."""
    listed = {getattr(one, "parameter_name", one) for one in list_page.list_filter}
    fields = list_page.model._meta.concrete_fields
    columns = {field.name for field in fields} if every else {type(field): field.name for field in fields}.values()
    parts = {f"{list_page.date_hierarchy}__{part}" for part in ("year", "month", "day")} if list_page.date_hierarchy else set()
    return {"p", *listed, *columns, *parts, *(f"{name}__gte" for name in columns)}


@pytest.mark.databases(postgresql=pytest.mark.nightly)
@pytest.mark.parametrize(
    "every", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["a column of each kind", "every one"]
)
@pytest.mark.parametrize(
    "list_page",
    [
        # Lists of texts are alike: among the slow tests.
        pytest.param(page, id=page.opts.label_lower, marks=[] if page.opts.app_label == "consults" else pytest.mark.slow)
        for page in admin.site._registry.values()
    ],
)
def test_a_number_in_a_filter_of_a_staff_list(superuser, list_page, every):
    url = reverse(f"admin:{list_page.opts.app_label}_{list_page.opts.model_name}_changelist")
    for name in sorted(filters_of(list_page, every=every)):
        assert superuser.get(url, {name: "9" * 30}).status_code < 500, name


def test_a_list_of_staff_takes_the_filters_that_it_shows_and_no_other(superuser, rf):
    """`regex` of all: an expression that takes for ever would hold a web worker."""
    request = rf.get("/")
    request.user = superuser.user
    for page in admin.site._registry.values():
        shown = page.get_changelist_instance(request).filter_specs
        names = {name for one in shown for name in one.expected_parameters()}
        names |= {f"{page.date_hierarchy}__year"} if page.date_hierarchy else set()
        assert [name for name in sorted(names) if not page.lookup_allowed(name, "1", request)] == [], page
        for field in page.model._meta.concrete_fields:
            refused = [field.name, *(f"{field.name}__{lookup}" for lookup in ("regex", "iregex", "contains", "gte", "range"))]
            refused = [one for one in refused if one not in names and page.lookup_allowed(one, "x", request)]
            assert refused == [], f"{page} {refused}"
    for path in (REQUESTS, f"{REQUESTS}export/", "/admin/auth/user/"):
        assert superuser.get(path, {"status": "all", "reference__regex": "((((", "p": "1"}).status_code in (302, 400), path
    assert superuser.get("/admin/auth/user/", {"is_active__exact": "1"}).status_code == 200


@pytest.mark.parametrize("value", [*AT_ONCE, *(pytest.param(value, marks=pytest.mark.slow) for value in THE_OTHERS)])
def test_a_number_or_an_instant_in_a_query_or_a_form(superuser, value):
    request = submit()
    page, own = f"{REQUESTS}{request.pk}/", f"/consults/{request.token}/"
    visitor = Client()
    asked = [
        visitor.get("/book-a-consult/", {"from": value}),
        visitor.post("/book-a-consult/", {"starts_at": value}),
        visitor.get(own, {"from": value}),
        visitor.post(own, {"action": "move", "starts_at": value}),
        superuser.get(REQUESTS, {"from": value, "starts": value, "p": value, "status": value}),
        superuser.get(f"{REQUESTS}diary/", {"from": value, "days": value}),
        superuser.get(f"{REQUESTS}by-phone/", {"starts_at": value}),
        superuser.get(f"{page}change/", {"seen": value}),
        superuser.post(f"{page}act/", {"action": "reschedule", "version": value, "starts_at": value}),
        superuser.post(f"{page}act/", {"action": "reschedule", "version": "1", "starts_at": value}),
    ]
    chosen = {"action": "decline_selected", "_selected_action": [str(request.pk)], f"version-0{request.pk}": "1"}
    asked += [superuser.get(REQUESTS, {"id__range": value}), superuser.post(REQUESTS, chosen)]
    for row in (Article.objects.first(), Page.objects.first(), Question.objects.first()):
        history = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])
        asked.append(superuser.get(f"{history}compare/", {"older": value, "newer": value}))
    assert [answer.request["PATH_INFO"] for answer in asked if answer.status_code >= 500] == []


def test_a_ruined_row_in_the_last_year_of_all_closes_no_page(superuser, client):
    """No form takes such a start: it stands for a database that was changed by hand."""
    other, ruined, moving = (
        submit(key=key, starts_at=local(f"2026-12-0{day} 16:00")) for key, day in zip("abc", "378", strict=True)
    )
    last = datetime(9999, 12, 31, 23, 50, tzinfo=UTC)
    ConsultRequest.objects.filter(pk=ruined.pk).update(starts_at=last)
    ConsultRequest.objects.filter(pk=moving.pk).update(status="requested", confirmed_starts_at=last)
    for page in ("/admin/", REQUESTS, *(f"{REQUESTS}{row.pk}/change/" for row in (other, ruined, moving)), f"{REQUESTS}diary/"):
        answer = superuser.get(page, follow=True)
        assert answer.status_code == 200, page
    assert "December 31" in superuser.get("/admin/").content.decode()
    for row in (ruined, moving):
        assert client.get(f"/consults/{row.token}/").status_code == 200


def test_no_address_offers_suggestions_that_no_form_asks_for(superuser):
    query = "app_label=consults&model_name=consultrequest&field_name=assigned_to"
    for term in ("%00", "a", ""):
        assert superuser.get(f"/admin/autocomplete/?term={term}&{query}").status_code == 404
