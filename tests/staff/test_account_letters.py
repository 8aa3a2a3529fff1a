"""Every change of an account is told, to its person and where it matters to the owners, however it was made."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.utils import timezone

from consults.models import OutboxMessage
from staff import second_factor
from staff.models import RecoveryCode
from tests.builders import WEDNESDAY
from tests.staff.signing_in import CODES, PASSWORD, STEP, set_up, sign_in

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
BERTA, OLGA = "berta@clinic.example", "olga@clinic.example"


@pytest.fixture
def berta(owner):
    """A colleague of the owner; letters so far are not looked at."""
    user = User.objects.create_user("berta", BERTA, PASSWORD, is_staff=True)
    OutboxMessage.objects.all().delete()
    return user


def letters() -> set[tuple[str, str]]:
    """(to, what) of every letter; each is about berta's account."""
    payloads = [message.opened for message in OutboxMessage.objects.filter(kind="account")]
    assert len({(payload["to"], payload["subject"]) for payload in payloads}) == len(payloads), "no letter twice"
    return {(payload["to"], payload["subject"].partition(": ")[2]) for payload in payloads}


def changed(**fields):
    def change(user: User) -> None:
        for name, value in fields.items():
            setattr(user, name, value)
        user.save()

    return change


def new_password(user: User) -> None:
    user.set_password("windows-of-seven-lamps")
    user.save()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(new_password, {(BERTA, "new password")}, id="password"),
        pytest.param(
            changed(email="new@clinic.example"),
            {(BERTA, "new email address"), ("new@clinic.example", "new email address")},
            id="email address, to the old and the new one",
        ),
        pytest.param(changed(is_superuser=True), {(BERTA, "roles changed"), (OLGA, "roles changed")}, id="superuser"),
        pytest.param(changed(is_active=False), {(BERTA, "deactivated"), (OLGA, "deactivated")}, id="deactivated"),
        pytest.param(
            lambda user: user.groups.add(Group.objects.get(name="Owners")),
            {(BERTA, "roles changed"), (OLGA, "roles changed")},
            id="a role",
        ),
        pytest.param(
            lambda user: call_command("reset_second_factor", "berta", verbosity=0),
            {(BERTA, "second step removed"), (OLGA, "second step removed")},
            id="no second step, by a command",
        ),
        pytest.param(
            lambda user: second_factor.renew_codes(user, now=timezone.now()), {(BERTA, "new recovery codes")}, id="recovery codes"
        ),
        pytest.param(changed(first_name="Berta"), set(), id="a name, which lets nobody in"),
    ],
)
def test_a_change_is_told_to_whom_it_concerns(berta, change, expected):
    change(User.objects.get(pk=berta.pk))
    assert letters() == expected


def test_a_new_colleague_is_told_to_the_owners(berta):
    User.objects.create_superuser("clara", "clara@clinic.example", PASSWORD)
    assert letters() == {(OLGA, "made")}


def test_a_new_phone_and_a_recovery_code_are_told(client, berta, two_steps):
    sign_in(client, "berta")
    _, codes = set_up(client)
    assert letters() == {(BERTA, "new phone")}
    client.logout()
    sign_in(client, "berta")
    client.post(STEP, {"code": codes[0]})
    assert letters() == {(BERTA, "new phone"), (BERTA, "recovery code used")}
    assert RecoveryCode.objects.count() == 9


def test_a_password_set_on_the_server_is_told(berta, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda **_: "windows-of-seven-lamps")
    call_command("changepassword", "berta", verbosity=0)
    assert letters() == {(BERTA, "new password")}


def test_a_letter_is_short_and_neutral_and_holds_no_link_that_lets_in(berta, settings):
    settings.PUBLIC_URL = "https://clinic.example"
    changed(email="new@clinic.example")(berta)
    payload = OutboxMessage.objects.first().opened
    assert payload["subject"] == "Account berta: new email address"
    assert payload["text"].strip() == (
        "The email address of the account berta was changed.\n\n"
        "When: Wednesday, December 2, 2026, 10:00 AM Central Time\n\n"
        "If you did not expect this, tell an owner, and look at the account here:\nhttps://clinic.example/admin/"
    )
    assert "ketamine" not in str(payload).lower()


def test_codes_made_on_the_page_are_told(client, berta):
    sign_in(client, "berta")
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    client.post(CODES)
    assert letters() == {(BERTA, "new recovery codes")}
    assert OutboxMessage.objects.get().created_at == WEDNESDAY
