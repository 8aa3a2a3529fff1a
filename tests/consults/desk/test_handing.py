"""A note for colleagues is seen before the next decision, and a request is handed to somebody who may take it."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults.models import ConsultRequest, Reason
from tests.builders import colleague, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"
# The one main button of a decision.
FILLED = r'class="button">\s*Confirm'


def test_a_note_stands_before_the_decision_and_the_desk_says_that_there_is_one(desk):
    request = submit()
    page = f"{REQUESTS}{request.pk}/change/"
    assert "has a note" not in desk.get("/admin/").content.decode()
    assert re.search(FILLED, desk.get(page).content.decode())
    form = {"action": "note", "version": 1, "staff_notes": "Ask Dr. Grace first"}
    saved = desk.post(f"{REQUESTS}{request.pk}/act/", form, follow=True).content.decode()
    assert "Note saved. Colleagues read it at the top of this page" in saved
    assert "The site tells nobody of it" in saved
    shown = desk.get(page).content.decode()
    assert not re.search(FILLED, shown), "what the note says may speak against it"
    before = shown.partition('value="confirm"')[0]
    assert "Ask Dr. Grace first" in before
    assert re.search(r"by Anna, December 2, 2026, 10:00\sAM", before)
    assert "has a note" in desk.get("/admin/").content.decode()
    emptied = desk.post(f"{REQUESTS}{request.pk}/act/", {"action": "note", "version": 2}, follow=True).content.decode()
    assert "Note saved. Nobody" not in emptied
    assert "Colleagues read it" not in emptied
    assert "has a note" not in desk.get("/admin/").content.decode()


def test_a_request_is_handed_to_a_colleague_who_may_decide_and_to_nobody_else(client, desk):
    request = submit()
    grace, edda = colleague("grace", "Clinicians"), colleague("edda", "Editors")
    colleague("berta", "Front desk")
    gone = colleague("gone", "Clinicians")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    shown = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    choice = shown.partition('id="assign_to"')[2].partition("</select>")[0]
    assert re.findall(r">([^<]+)</option>", choice) == ["Choose a colleague", "Grace, clinician", "Berta, Front desk"]
    assert "has the role of clinician" not in shown
    for refused in (edda.pk, gone.pk, desk.user.pk, "", "x", 10**9):
        answer = desk.post(f"{REQUESTS}{request.pk}/assign/", {"assign_to": refused}, follow=True).content.decode()
        assert "Choose a colleague from the list." in answer, refused
    assert ConsultRequest.objects.get().assigned_to is None
    answer = desk.post(f"{REQUESTS}{request.pk}/assign/", {"assign_to": grace.pk}, follow=True).content.decode()
    assert "Handed to Grace, clinician. The site does not tell them, so please do." in answer
    assert "with Grace" in " ".join(desk.get("/admin/").content.decode().split())
    # Twice to the same colleague is one hand-over.
    desk.post(f"{REQUESTS}{request.pk}/assign/", {"assign_to": grace.pk})
    happened = " ".join(desk.get(f"{REQUESTS}{request.pk}/change/").content.decode().partition('class="timeline"')[2].split())
    assert happened.count("<strong>Handed to Grace</strong>") == 1
    assert re.search(r"<strong>Handed to Grace</strong> <span class=\"quiet\">by Anna, December 2, 2026, 10:00.AM", happened)
    # Somebody in a hurry does not confirm what another was asked about.
    shown = " ".join(desk.get(f"{REQUESTS}{request.pk}/change/").content.decode().split())
    assert "<strong>Grace has this request.</strong> Ask them before you answer it." in shown
    assert not re.search(FILLED, shown)
    client.force_login(grace)
    shown = " ".join(client.get(f"{REQUESTS}{request.pk}/change/").content.decode().split())
    assert "has this request" not in shown
    assert re.search(FILLED, shown)
    for given, words in (("nobody", "Assigned to nobody"), ("me", "Taken on")):
        client.post(f"{REQUESTS}{request.pk}/assign/", {"assign_to": given})
        shown = " ".join(client.get(f"{REQUESTS}{request.pk}/change/").content.decode().split())
        assert f'<strong>{words}</strong> <span class="quiet">by Grace' in shown
    assert "with <strong>you</strong>" in " ".join(client.get("/admin/").content.decode().split())


def test_the_page_says_so_where_no_colleague_is_a_clinician(desk):
    colleague("olga", "Owners")
    Reason.objects.create(use="decline", code="decline-other", label="Other care", text="It fits better.", for_clinicians=True)
    none = "None of these colleagues has the role of clinician."
    request = submit()
    shown = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert "Olga, Owners" in shown
    assert shown.count(none) == 2, "under the list, and where a reason asks for one"
    colleague("grace", "Clinicians")
    assert none not in desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()


def test_the_list_of_colleagues_takes_the_same_queries_for_one_and_many(desk):
    page = f"{REQUESTS}{submit().pk}/change/"
    colleague("grace", "Clinicians")
    desk.get(page)
    with CaptureQueriesContext(connection) as one:
        desk.get(page)
    for number in range(5):
        colleague(f"grace{number}", "Clinicians")
    with CaptureQueriesContext(connection) as many:
        desk.get(page)
    assert len(one) == len(many)
