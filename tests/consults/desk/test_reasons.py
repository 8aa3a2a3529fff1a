"""The reasons that staff choose from: letters print them, and email is read by others too."""

import pytest
from django.test import Client

from consults.models import Reason
from tests.builders import colleague

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock")]


def test_a_reason_that_names_the_treatment_or_an_illness_is_refused_and_those_that_ship_are_not():
    shipped = list(Reason.objects.all())
    assert shipped
    for reason in shipped:
        reason.full_clean()
    client = Client()
    client.force_login(colleague("olga", "Owners"))
    typed = {"use": "decline", "code": "other", "label": "Other care", "position": 1}
    for text in (
        "Ketamine is not safe for you.",
        "We do not treat PTSD.",
        "Please see a psychiatrist first.",
        "No INFUSIONS now.",
    ):
        answer = client.post("/admin/consults/reason/add/", typed | {"text": text})
        errors = answer.context["adminform"].form.errors.as_data()
        assert [error.code for error in errors["text"]] == ["names_treatment"], text
        answer = client.post("/admin/consults/reason/add/", typed | {"text": "We are full.", "text_for_move": text})
        assert list(answer.context["adminform"].form.errors.as_data()) == ["text_for_move"], text
    assert Reason.objects.count() == len(shipped)
    assert client.post("/admin/consults/reason/add/", typed | {"text": "We are full."}).status_code == 302
