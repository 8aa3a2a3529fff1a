"""The staff's menu: four things a role needs every day, and everything else that it may see in one drawer."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets
from django.urls import reverse

from clinic_site import staff_menu
from tests.builders import colleague

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic"), pytest.mark.ignore_template_errors]
DAILY = {
    "Front desk": ["Desk", "Diary", "Find", "Take a call"],
    "Clinicians": ["Desk", "Diary", "Find", "Take a call"],
    "Editors": ["Desk", "FAQs", "Pages", "Missing facts"],
    "Owners": ["Desk", "Diary", "Find", "Take a call"],
}


def entries(menu: dict) -> list[staff_menu.Entry]:
    return [*menu["daily"], *(entry for _, group in menu["rest"] for entry in group)]


@pytest.mark.slow
def test_each_role_has_four_things_and_every_entry_opens_for_it(client):
    for role, labels in DAILY.items():
        user = colleague(role.lower().replace(" ", "-"), role)
        client.force_login(user)
        menu = staff_menu.read_menu(user, path="/admin/")
        assert [entry.label for entry in menu["daily"]] == labels
        urls = [entry.url for entry in entries(menu)]
        assert len(urls) == len(set(urls)), role
        refused = {url for url in urls if client.get(url).status_code != 200}
        # This asks an owner for the password again first.
        assert refused <= {reverse("admin:auth_user_changelist")}, role
        # Who may not edit the website reads whom to ask, where they would look for it.
        is_told = staff_menu.NOT_THEIRS in client.get("/admin/").content.decode()
        assert is_told == (role in {"Front desk", "Clinicians"}), role


def test_no_list_of_the_admin_is_left_out_of_the_menu(superuser):
    shown = {entry.url for entry in entries(staff_menu.read_menu(superuser.user, path="/admin/"))}
    lists = {reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry}
    assert lists - shown == set()


def test_the_page_says_where_one_is_and_lists_are_titled_as_the_menu_calls_them(superuser):
    for label, name in (("FAQs", "pages_question"), ("Calls and messages", "consults_outboxmessage"), ("Roles", "auth_group")):
        page = superuser.get(reverse(f"admin:{name}_changelist")).content.decode()
        assert f"<h1>{label}</h1>" in page
        assert re.search(rf'aria-current="page">\s*{label}\s*</a>', page), label
        assert "nav-sidebar" not in page


def test_who_has_no_role_yet_is_told_so_and_the_page_of_an_app_leads_to_the_desk(client):
    client.force_login(colleague("new"))
    assert "Please ask an owner for a role" in client.get("/admin/").content.decode()
    assert client.get("/admin/consults/")["Location"] == "/admin/"


def test_no_field_is_left_off_a_form_that_names_its_fields():
    """One that is typed nowhere is printed nowhere. What a tick of the page "Before launch" sets is on no form."""
    ticked = {"confirmed_answer_days", "confirmed_erase_days", "confirmed_privacy_on"}
    left_off = {}
    for model, page in admin.site._registry.items():
        named = flatten_fieldsets(page.fieldsets) if page.fieldsets else page.fields
        typed = [field for field in model._meta.get_fields() if field.concrete and field.editable and not field.auto_created]
        if named and (missing := {field.name for field in typed} - {*flatten(named)} - {*(page.exclude or ())} - ticked):
            left_off[model.__name__] = missing
    assert left_off == {}


def test_lists_speak_in_words(superuser):
    """An empty list offers nothing to do and says so; a full one names what is done with its rows."""
    empty, full = (superuser.get(f"/admin/{name}/").content.decode() for name in ("pages/picture", "auth/group"))
    assert "Nothing is in this list yet." in empty
    assert "Do this" not in empty
    assert "With the checked rows:" in full
    assert "Choose what to do" in full
    assert "4 in this list" in full
    for machine in ("---------", "Action:", ">Go<", "4 groups", "Select group"):
        assert machine not in full, machine
    assert "Colors: automatic" in full
    form = superuser.get("/admin/blog/article/add/").content.decode()
    assert '<option value="" selected>None</option>' in form
    for machine in ("---------", "delete-related", "change-related"):
        assert machine not in form, machine
