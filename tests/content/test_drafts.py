"""What the server tells `static/js/draft.js`: whose form it is, which state of which row, and that a save was one."""

import re

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.urls import reverse

from content.editing.conflict import fingerprint
from pages.models import Question
from tests.builders import WEDNESDAY, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def told_by(answer) -> dict[str, str] | None:
    """The attributes of the element without which nothing is kept; None where it is missing."""
    found = re.search(r'<div id="draft"[^>]*>', answer.content.decode())
    return dict(re.findall(r'data-([a-z]+)="([^"]*)"', found[0])) if found else None


def test_a_form_of_a_text_says_which_state_of_which_row_it_shows_and_who_made_it(superuser, content):
    question = Question.objects.first()
    address = reverse("admin:pages_question_change", args=[question.pk])
    told = {"model": "pages.question", "pk": str(question.pk), "version": fingerprint(question), "zone": "America/Chicago"}
    page = superuser.get(address)
    assert told_by(page) == told
    assert f'draft.js" data-user="{superuser.user.pk}" defer' in page.content.decode()
    question.also_asked, question._history_user = "egret", superuser.user
    question.save()
    page = superuser.get(address)
    assert told_by(page) == told | {"version": fingerprint(question)}
    assert "since by you on" in " ".join(page.content.decode().split())
    assert told_by(superuser.get(reverse("admin:pages_question_add"))) == told | {"pk": "", "version": ""}
    # In a window of its own, whose answer to a save is no page.
    assert told_by(superuser.get(reverse("admin:pages_question_add") + "?_popup=1")) is None


def test_no_form_about_patients_or_staff_asks_for_drafts(superuser, clinic):
    request = submit(now=WEDNESDAY)
    assert told_by(superuser.get(reverse("admin:consults_consultrequest_change", args=[request.pk]))) is None
    asking, others = set(), set()
    for model in admin.site._registry:
        page = superuser.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
        if page.status_code == 200:
            (asking if told_by(page) else others).add(model._meta.label_lower)
    assert asking == {"blog.article", "content.reference", "pages.page", "pages.provider", "pages.question"}
    assert others >= {"consults.openinghours", "consults.reason", "consults.specialhours"}


def test_the_answer_to_a_save_names_the_drafts_that_were_sent_and_a_refused_form_goes_on_with_them(superuser, content):
    address = reverse("admin:pages_question_change", args=[Question.objects.first().pk])

    def save(**changed):
        form = superuser.get(address).context["adminform"].form
        sent = {bound.name: bound.value() for bound in form if bound.value() not in (None, False)}
        return superuser.post(address, sent | changed)

    def tags(answer) -> list[str]:
        return [message.extra_tags or "" for message in get_messages(answer.wsgi_request)]

    assert tags(save(draft="abc1-def2")) == ["saved-draft-abc1-def2"]
    assert tags(save()) == [""]
    assert tags(save(draft='"><b>')) == [""]
    refused = save(draft="abc1", question="")
    assert tags(refused) == []
    assert told_by(refused)["unsaved"] == "yes"
    assert '<input type="hidden" name="draft" value="abc1"' in refused.content.decode()
