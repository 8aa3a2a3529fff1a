"""Each role sees and does what it needs, and nothing else."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from consults.models import AccessRecord, ConsultRequest
from staff.roles import CLINICIANS, EDITORS, FRONT_DESK, OWNERS
from tests.builders import WEDNESDAY, submit

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.databases(postgresql=pytest.mark.slow), pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
REQUESTS = "/admin/consults/consultrequest/"


def log_in(client, role: str | None):
    user = User.objects.create_user(f"{role or 'nobody'}", is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


ROLES = (FRONT_DESK, CLINICIANS, EDITORS, OWNERS, None)
# What a page answers to each role, in the order of ROLES.
PAGES = {
    "/admin/": (200, 200, 200, 200, 200),
    REQUESTS: (200, 200, 403, 200, 403),
    f"{REQUESTS}{{request}}/change/": (200, 200, 403, 200, 403),
    f"{REQUESTS}{{request}}/history/": (200, 200, 403, 200, 403),
    f"{REQUESTS}{{request}}/delete/": (403, 403, 403, 403, 403),
    f"{REQUESTS}by-phone/": (200, 200, 403, 200, 403),
    "/admin/consults/outboxmessage/": (200, 200, 403, 200, 403),
    "/admin/consults/accessrecord/": (403, 403, 403, 200, 403),
    "/admin/consults/openinghours/": (200, 200, 403, 200, 403),
    "/admin/consults/openinghours/add/": (403, 403, 403, 200, 403),
    "/admin/consults/specialhours/add/": (403, 403, 403, 200, 403),
    "/admin/consults/specialhours/day/": (403, 403, 403, 200, 403),
    "/admin/consults/consultpolicy/1/change/": (403, 403, 403, 200, 403),
    "/admin/consults/reason/": (403, 403, 403, 200, 403),
    "/admin/consults/referralsource/": (403, 403, 403, 200, 403),
    "/admin/consults/printedsheet/": (403, 403, 403, 200, 403),
    "/admin/consults/monthlycount/": (403, 403, 403, 200, 403),
    "/admin/pages/clinic/1/change/": (403, 403, 200, 200, 403),
    "/admin/pages/page/": (403, 403, 200, 200, 403),
    "/admin/pages/question/add/": (403, 403, 200, 200, 403),
    "/admin/blog/article/add/": (403, 403, 200, 200, 403),
    "/admin/auth/user/": (403, 403, 403, 200, 403),
    "/admin/auth/group/": (403, 403, 403, 200, 403),
    "/admin/staff/signin/": (403, 403, 403, 200, 403),
    "/admin/sessions/": (200, 200, 200, 200, 200),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.slow
def test_a_role_opens_what_it_needs_and_nothing_else(client, role):
    request, staff = submit(), log_in(client, role)
    answered = {path: staff.get(path.format(request=request.pk)).status_code for path in PAGES}
    assert answered == {path: statuses[ROLES.index(role)] for path, statuses in PAGES.items()}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_deletes_a_request_by_hand(client, role):
    request = submit()
    staff = log_in(client, role)
    assert staff.post(f"{REQUESTS}{request.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.post(REQUESTS, {"action": "delete_selected", "_selected_action": [request.pk], "post": "yes"})
    assert ConsultRequest.objects.filter(pk=request.pk).exists()
    assert not User.objects.get(username=role or "nobody").has_perm("consults.delete_consultrequest")


def test_no_role_changes_what_the_roles_may():
    for role in ROLES[:-1]:
        given = set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))
        assert not given & {"add_group", "change_group", "delete_group", "delete_user"}, role


def test_a_clinician_may_what_the_front_desk_may_and_give_a_clinicians_reason():
    given = {role: set(Group.objects.get(name=role).permissions.values_list("codename", flat=True)) for role in ROLES[:-1]}
    assert given[CLINICIANS] - given[FRONT_DESK] == {"give_clinicians_reason"}
    assert given[FRONT_DESK] < given[CLINICIANS]
    assert "give_clinicians_reason" not in given[OWNERS]


def test_editors_may_keep_every_model_of_the_content_apps():
    editors = Group.objects.get(name=EDITORS)
    given = set(editors.permissions.values_list("content_type__app_label", "codename"))
    for app, codename in Permission.objects.filter(content_type__app_label__in=("content", "pages", "blog")).values_list(
        "content_type__app_label", "codename"
    ):
        is_history = "_historical" in codename
        is_owners = codename in {"change_owners_facts", "add_oldaddress", "change_oldaddress", "delete_oldaddress"}
        assert ((app, codename) in given) == ((not is_history or codename.startswith("view_")) and not is_owners), codename
    assert {app for app, _ in given} == {"content", "pages", "blog"}


def test_the_roles_are_made_again_after_every_migrate():
    Group.objects.get(name=OWNERS).delete()
    desk = Group.objects.get(name=FRONT_DESK)
    before = set(desk.permissions.all())
    desk.permissions.add(Permission.objects.get(codename="delete_consultrequest"))
    call_command("migrate", verbosity=0)
    assert set(desk.permissions.all()) == before
    assert Group.objects.get(name=OWNERS).permissions.filter(codename="view_accessrecord").exists()


def test_opening_a_request_leaves_a_row_that_owners_read(client):
    request = submit()
    desk = log_in(client, FRONT_DESK)
    desk.get(f"{REQUESTS}{request.pk}/change/")
    record = AccessRecord.objects.get()
    assert (record.kind, record.request, record.by.username, record.at) == ("opened", request, FRONT_DESK, WEDNESDAY)
    page = log_in(client, OWNERS).get("/admin/consults/accessrecord/").content.decode()
    assert request.reference in page
    assert FRONT_DESK in page
    assert "Ada Example" not in page


def test_a_request_that_may_not_be_opened_leaves_no_row(client):
    request = submit()
    log_in(client, EDITORS).get(f"{REQUESTS}{request.pk}/change/")
    client.get(f"{REQUESTS}999999/change/")
    assert not AccessRecord.objects.exists()
