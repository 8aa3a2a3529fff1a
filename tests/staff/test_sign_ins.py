"""Who signed in and who failed to is kept for owners, and every line about it is in the security log."""

import logging

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic_site.log_bounds import OnceAMinute
from staff import sign_in_guard, sign_in_signals
from staff.models import SignIn
from tests.builders import WEDNESDAY, colleague, submit
from tests.staff.signing_in import STEP, digits, set_up, sign_in

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]


@pytest.fixture(autouse=True)
def _every_line_is_logged(monkeypatch):
    """A line says how many of its kind were left out in this process: that depends on the tests before."""
    monkeypatch.setattr(OnceAMinute, "_count", lambda *_: 0)


def kept() -> list[tuple[str, str | None]]:
    return list(SignIn.objects.order_by("pk").values_list("kind", "user__username"))


def test_signing_in_and_out_and_failing_leave_rows(client, owner, two_steps):
    sign_in(client, password="wrong")
    sign_in(client)
    phone, codes = set_up(client)
    client.post(STEP, {"leave": "yes"})
    sign_in(client)
    client.post(STEP, {"code": "000000"})
    client.post(STEP, {"code": digits(phone, steps_ahead=1)})
    client.post("/admin/logout/")
    sign_in(client)
    client.post(STEP, {"code": codes[0]})
    expected = ["failed", "password", "out", "password", "refused", "code", "out", "password", "recovery"]
    assert kept() == [(kind, "olga") for kind in expected]
    assert set(SignIn.objects.values_list("at", flat=True)) == {WEDNESDAY}


def test_of_a_typed_name_only_a_keyed_hash_is_kept(client, owner, settings):
    for name in ("my-Secret-passw0rd", "my-Secret-passw0rd", "another"):
        sign_in(client, name)
    marks = list(SignIn.objects.order_by("pk").values_list("name_index", flat=True))
    assert marks[0] == marks[1] != marks[2]
    assert "secret" not in str(list(SignIn.objects.values())).lower()
    settings.FIELD_KEYS = [b"k" * 32]
    sign_in(client, "another")
    assert SignIn.objects.first().name_index not in marks, "without the key nobody can try names out"


def test_guessing_does_not_fill_the_disk(client, owner, monkeypatch):
    monkeypatch.setattr(sign_in_signals, "MOST_FAILURES_KEPT", 3)
    for number in range(6):
        sign_in(client, f"name-{number}")
    assert len(kept()) == 3


def test_made_up_names_of_one_address_leave_few_rows_and_keep_out_none_of_a_name_with_an_account(client, owner, monkeypatch):
    """For the same work, so that the time it takes tells no name that exists."""
    monkeypatch.setattr(sign_in_signals, "MOST_MADE_UP_KEPT", 2)
    done = {}
    for name in ("a", "b", "c", "d", "olga", "olga", "olga"):
        with CaptureQueriesContext(connection) as made:
            sign_in(client, name, "wrong")
        done.setdefault(name, [query["sql"].split(" ")[0] for query in made if "SAVEPOINT" not in query["sql"]])
    assert kept() == [("failed", None)] * 2 + [("failed", "olga")] * 3
    assert done["d"] == done["olga"]
    sign_in(client, "e", "wrong", REMOTE_ADDR="198.51.100.7")
    assert len(kept()) == 6


def change_rows():
    return [lambda: SignIn.objects.update(kind="out"), lambda: SignIn.objects.all()._raw_delete("default")]


@pytest.mark.databases
def test_the_database_refuses_to_change_or_delete_a_sign_in(database, owner):
    SignIn.objects.write(SignIn.Kind.FAILED, at=WEDNESDAY, user=owner)
    for change in change_rows():
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert kept() == [("failed", "olga")]


def test_without_its_triggers_a_sign_in_could_be_changed(owner):
    """Negative control; and they are there again after every migrate."""
    SignIn.objects.write(SignIn.Kind.FAILED, at=WEDNESDAY, user=owner)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER sign_ins_never_update")
    assert SignIn.objects.update(kind="out") == 1
    sign_in_guard.install_triggers()
    with pytest.raises(IntegrityError), transaction.atomic():
        SignIn.objects.update(kind="failed")


@pytest.mark.parametrize(("role", "status"), [("Front desk", 403), ("Editors", 403), ("Owners", 200)])
def test_owners_alone_read_them(client, owner, role, status):
    client.force_login(colleague("rosa", role))
    assert client.get("/admin/staff/signin/").status_code == status
    for path in ("add/", "1/change/", "1/delete/"):
        assert client.post(f"/admin/staff/signin/{path}").status_code in {302, 403}


def lines(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "clinic.security"]


def test_the_security_log_tells_what_happened_without_a_name_or_an_address(client, owner, caplog, two_steps):
    with caplog.at_level(logging.INFO, "clinic.security"):
        sign_in(client, "my-Secret-passw0rd", REMOTE_ADDR="198.51.100.7")
        sign_in(client, password="wrong")
        sign_in(client)
        phone, _ = set_up(client)
        client.post("/admin/logout/")
        sign_in(client)
        client.post(STEP, {"code": "000000"})
        client.post(STEP, {"code": digits(phone, steps_ahead=1)})
        call_command("reset_second_factor", "olga", verbosity=0)
    number = owner.pk
    assert lines(caplog) == [
        "sign_in_failed",
        f"sign_in_failed account={number}",
        f"signed_in account={number}",
        f"phone_set_up account={number} by={number}",
        f"signed_out account={number}",
        f"signed_in account={number}",
        f"code_refused account={number}",
        f"code_accepted account={number}",
        f"second_step_removed account={number} by={number}",
    ]
    for secret in ("Secret", "olga", "198.51"):
        assert secret not in str([(record.getMessage(), record.args) for record in caplog.records if record.name[:6] == "clinic"])


def test_refusals_and_changes_of_roles_are_logged(client, caplog):
    request, anna = submit(), colleague("anna", "Editors")
    client.force_login(anna)
    caplog.clear()
    with caplog.at_level(logging.INFO, "clinic.security"):
        client.get(f"/admin/consults/consultrequest/{request.pk}/change/")
        anna.groups.add(Group.objects.get(name="Owners"))
        strict = Client(enforce_csrf_checks=True)
        strict.post(f"/consults/{request.token}/", {"action": "withdraw"})
    assert lines(caplog) == [
        f"refused account={anna.pk} view=admin:consults_consultrequest_change",
        f"roles_changed account={anna.pk}",
        "refused view=consults:own_page",
    ]
    assert request.token not in caplog.text


def test_an_account_made_by_a_command_is_logged(caplog, clinic):
    with caplog.at_level(logging.INFO, "clinic.security"):
        call_command("createsuperuser", "--noinput", username="root", email="root@clinic.example", verbosity=0)
    assert lines(caplog) == [f"account_made account={User.objects.get().pk}"]
