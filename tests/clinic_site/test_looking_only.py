"""Who may only look at everything changes nothing, by a POST to any address of the admin."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.urls import URLPattern
from simple_history.admin import SimpleHistoryAdmin

from consults.listings import read_state
from consults.models import Listing, Reason
from pages import clinic_admin
from pages.models import Clinic, Provider, Question
from tests.builders import colleague, submit

pytestmark = pytest.mark.django_db

# Of one's own account, and what a visit writes: that of the session once in a while.
_OWN = {
    *("second_factor", "second_factor_set_up", "second_factor_renew", "second_factor_phone", "second_factor_passkey"),
    *("second_factor_new_passkey", "reauthenticate", "own_sessions", "login", "logout"),
}
# With what one typed oneself and is asked for the password first, shown to nobody else.
_OF_A_VISIT = {"django_session", "staff_staffsession", "guard_ratelimit", "consults_accessrecord", "staff_keptwords"}
# One answer to each question of the pages that are the site's own; forms of rows are filled from the row.
_ANSWERS = {
    "action": "note",
    "version": "1",
    "note": "Changed by who may only look.",
    "staff_notes": "Changed",
    "assign_to": "me",
    "fact": "parking",
    "parking": "Beside the house.",
    "replace": "yes",
    "sure": "yes",
    "source": "1",
    "tried": "0",
    "date": "2027-01-04",
    "day": "2026-12-24",
    "answer": "closed",
    "hours": "closed",
    "up_to": "9",
    "letters": "drop",
    "post": "yes",
    "claims_justification": "Because.",
    "_saveasnew": "x",
}


@pytest.fixture
def written():
    """The tables that were written to."""
    found: list[str] = []

    def watch(execute, sql, params, many, context):
        if match := re.match(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', sql):
            found.append(match[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def addresses(patterns, before: str = ""):
    for found in patterns:
        route = before + str(found.pattern)
        if isinstance(found, URLPattern):
            yield route, found.name
        else:
            yield from addresses(found.url_patterns, route)


def path_of(route: str, *, key: object, version: object) -> str:
    plain = re.sub(r"\^|\$|\\Z", "", route).replace("([^/]+)/history/([^/]+)/", f"{key}/history/{version}/")
    plain = plain.replace("([/]+)/history/([/]+)/", f"{key}/history/{version}/")
    return "/admin/" + re.sub(r"<(\w+:)?\w+>", str(key), plain)


def form_of(row) -> dict:
    """The fields of a row as its form would send them."""
    fields = ((field.name, field.value_from_object(row)) for field in row._meta.concrete_fields if field.editable)
    return {name: value for name, value in fields if value not in (None, False)}


def restored(client, path: str) -> dict:
    """What the form of an older version sends, with another answer."""
    form = client.get(path).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in shown.items() if value not in (None, False)}


def posts(client):
    """Address, its name and what is sent there, of everything the admin answers."""
    rows = {f"{model._meta.app_label}/{model._meta.model_name}/": model for model in admin.site._registry}
    for route, name in addresses(admin.site.urls[0]):
        if name in _OWN or name in {"jsi18n", "password_change_done"} or "(?P" in route:
            continue
        model = next((model for start, model in rows.items() if route.startswith(start)), None)
        row = model._default_manager.first() if model else None
        key = row.pk if row else 1
        version = row.history.first().pk if row is not None and hasattr(row, "history") else 1
        path, sent = path_of(route, key=key, version=version), (form_of(row) if row else {}) | _ANSWERS
        if name and name.endswith("_simple_history"):
            sent = restored(client, path) | {"answer": "Changed.", "claims_justification": "Because."}
        yield path, name, sent
        if name and name.endswith("_changelist") and model:
            page = admin.site._registry[model]
            own = [action if isinstance(action, str) else action.__name__ for action in page.actions or ()]
            for action in (*own, "delete_selected"):
                yield path, name, sent | {"action": action, ACTION_CHECKBOX_NAME: [str(key)], "index": "0"}


@pytest.fixture
def rows(content, monkeypatch):
    """A row of each kind, with a version, and what the listings kit shows."""
    monkeypatch.setattr(clinic_admin, "findings", lambda **_: [])
    monkeypatch.setitem(_ANSWERS, "shown", read_state().shown_in_form)
    submit()
    Provider.objects.create(name="Lee Example", slug="lee-example")
    for model in (Question, Clinic, Provider):
        model.objects.first().save()
    assert Listing.objects.exists()
    assert Reason.objects.exists()


def test_who_may_only_look_changes_nothing_by_any_post(client, rows, written):
    group = Group.objects.create(name="Lookers")
    group.permissions.set(Permission.objects.filter(codename__startswith="view_"))
    looker = colleague("lou")
    looker.groups.add(group)
    client.force_login(looker)
    changed, tried = [], set()
    for path, name, sent in list(posts(client)):
        written.clear()
        answer = client.post(path, sent)
        if found := set(written) - _OF_A_VISIT:
            changed.append((path, answer.status_code, found))
        tried.add(name)
    assert changed == []
    with_history = {m._meta for m, page in admin.site._registry.items() if isinstance(page, SimpleHistoryAdmin)}
    assert {f"{opts.app_label}_{opts.model_name}_simple_history" for opts in with_history} <= tried
    assert len(tried) > 100


def test_what_is_posted_would_change_something(superuser, rows, written):
    """Negative control: the same, by somebody who may."""
    changed = set()
    for path, name, sent in list(posts(superuser)):
        if name and re.search(r"question_(simple_history|delete)|listing_tick|request_assign|reason_change$", name):
            written.clear()
            superuser.post(path, sent)
            if set(written) - _OF_A_VISIT:
                changed.add(name.split("_", 1)[1])
    assert changed == {"question_simple_history", "question_delete", "listing_tick", "consultrequest_assign", "reason_change"}
