"""No text field of the admin takes a character that is not seen, and no one-line field one that breaks the line."""

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.test import RequestFactory

from guard.one_line import refuse_control_characters, refuse_hidden_characters, without_hidden_characters
from pages.models import Clinic, Question
from tests.builders import PASSWORD, colleague

FIELDS = [
    (model_admin, field)
    for model, model_admin in admin.site._registry.items()
    for field in model._meta.get_fields()
    if isinstance(field, models.CharField) and field.editable and not field.choices
]
LONG_FIELDS = [
    (model_admin, field)
    for model, model_admin in admin.site._registry.items()
    for field in model._meta.get_fields()
    if isinstance(field, models.TextField) and field.editable
]
REFUSED = ["\n", "\r\n", "\t", "\0", "\x1b", "\x85", "\u2028", "\u202e", "\u2066"]


@pytest.mark.django_db
def test_every_char_field_of_every_model_refuses_them(superuser):
    request = RequestFactory().get("/")
    request.user = superuser.user
    for model_admin, field in FIELDS:
        shown = model_admin.formfield_for_dbfield(field, request)
        assert isinstance(shown, forms.CharField), field
        assert refuse_control_characters in shown.validators, field
    for model_admin, field in LONG_FIELDS:
        if (shown := model_admin.formfield_for_dbfield(field, request)) is not None:
            assert refuse_hidden_characters in shown.validators, field


def test_there_are_such_fields_and_no_form_within_a_form_goes_past_them():
    assert len(FIELDS) > 20
    assert {"summary", "body", "answer", "text"} <= {field.name for _, field in LONG_FIELDS}
    assert [model_admin for model_admin in admin.site._registry.values() if model_admin.inlines] == []


@pytest.mark.parametrize("char", REFUSED)
def test_such_a_character_is_refused(char):
    with pytest.raises(ValidationError) as refused:
        refuse_control_characters(f"Modern{char}Therapeutics")
    assert refused.value.code == "control_character"


@pytest.mark.parametrize("text", ["Zoë “Z” O’Neil", "Дарья", "مها", "👩🏽‍⚕️", "200 Schilling Dr S."])
def test_names_of_people_and_places_are_not(text):
    refuse_control_characters(text)


@pytest.mark.django_db
@pytest.mark.ignore_template_errors
def test_a_line_break_in_the_clinics_name_is_a_message_beside_the_field(client, clinic):
    client.force_login(colleague("oscar", "Owners"))
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    page = client.get("/admin/pages/clinic/1/change/").context["adminform"].form
    posted = {name: page.initial.get(name) or "" for name in page.fields} | {"name": "Modern\r\nBcc: x@evil.example"}
    answer = client.post("/admin/pages/clinic/1/change/", posted)
    assert answer.context["adminform"].form.errors.as_data()["name"][0].code == "control_character"
    assert Clinic.objects.get().name == "Modern Therapeutics"


def test_a_text_of_several_lines_may_have_several(rf):
    shown = admin.site._registry[Question].formfield_for_dbfield(Question._meta.get_field("answer"), rf.get("/"))
    assert shown.clean("One.\n\nTwo.") == "One.\n\nTwo."


@pytest.mark.parametrize("char", ["\0", "\x0b", "\x0c", "\x1b", "\x85", "\x9f", "\ud800", "\u202e", "\u2066"])
def test_a_character_that_nobody_sees_is_refused_in_a_text_of_several_lines_with_its_place(char):
    text = f"First line.\r\n\tAbout{char} us"
    with pytest.raises(ValidationError, match="Line 2 contains an invisible character after “About”"):
        refuse_hidden_characters(text)
    assert without_hidden_characters(text) == "First line.\r\n\tAbout us"
    refuse_hidden_characters(without_hidden_characters(text))
