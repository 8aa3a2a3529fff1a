"""A forgotten password: the link comes by mail, tells a stranger nothing, and no mail server is waited for."""

import os
import re
import socket
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from consults.messages import outbox
from consults.messages.delivery import deliver_due
from consults.models import OutboxMessage
from staff.models import ForgottenPassword
from staff.password_reset import answer_forgotten
from tests.builders import WEDNESDAY
from tests.staff.signing_in import PASSWORD, STEP, set_up, sign_in

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
PAGE = "/admin/password_reset/"


def ask(client, address: str = "olga@clinic.example", **options):
    return client.post(PAGE, {"email": address}, **options)


def test_a_forgotten_password_is_set_by_mail_and_the_second_step_stays(client, owner, two_steps, settings):
    settings.PUBLIC_URL = "https://clinic.example"
    sign_in(client)
    set_up(client)
    client.logout()
    OutboxMessage.objects.all().delete()
    assert "Forgotten" in client.get("/admin/login/").content.decode()
    assert ask(client, "OLGA@clinic.example").status_code == 302
    assert answer_forgotten(now=WEDNESDAY) == 1
    deliver_due(now=WEDNESDAY)
    [letter] = mail.outbox
    assert letter.to == ["olga@clinic.example"]
    link = re.search(r"https://clinic\.example(/admin/reset/\S+)", letter.body)[1]
    assert "ketamine" not in (letter.subject + letter.body).lower()
    form = client.get(link)["Location"]
    fresh = {"new_password1": "windows-of-seven-lamps", "new_password2": "windows-of-seven-lamps"}
    assert client.post(form, fresh).status_code == 302
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(STEP), "the link is only the first step"
    client.logout()
    assert sign_in(client).status_code == 200
    assert sign_in(client, password="windows-of-seven-lamps").status_code == 302


@pytest.mark.parametrize("address", ["nobody@clinic.example", "patient@clinic.example", "gone@clinic.example"])
def test_who_is_no_staff_gets_no_mail_and_the_same_answer(client, owner, address):
    User.objects.create_user("pat", "patient@clinic.example", PASSWORD)
    User.objects.create_user("gone", "gone@clinic.example", PASSWORD, is_staff=True, is_active=False)
    assert ask(client, address)["Location"] == "/admin/password_reset/done/"
    assert answer_forgotten(now=WEDNESDAY) == 0
    assert not OutboxMessage.objects.filter(kind="password_reset").exists()
    assert not ForgottenPassword.objects.exists()


def work_done(client, address: str) -> tuple:
    """The answer, and each statement without its values."""
    with CaptureQueriesContext(
        connection,
    ) as made:
        answer = ask(client, address)
    return answer.status_code, answer.content, [re.sub(r"'[^']*'|X'[0-9A-F]*'|\d+", "?", query["sql"]) for query in made]


def test_the_request_does_the_same_work_whether_the_account_exists_or_not(client, owner):
    ask(client)  # the first post of an address makes its row of the rate limit
    assert work_done(client, "olga@clinic.example") == work_done(client, "nobo@clinic.example")


def test_a_mail_server_that_hangs_is_not_waited_for(client, owner, settings):
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = *hanging.getsockname(), 1
        assert ask(client).status_code == 302
        hanging.setblocking(False)
        with pytest.raises(BlockingIOError):
            hanging.accept()


def test_an_account_gets_three_letters_an_hour_however_they_are_asked_for(client, owner, clock):
    for number in range(7):
        ask(client, REMOTE_ADDR=f"198.51.100.{number}")
    assert answer_forgotten(now=WEDNESDAY) == 3
    ask(client)
    assert answer_forgotten(now=WEDNESDAY + timedelta(minutes=20)) == 1


def test_the_typed_address_is_sealed_and_waits_an_hour_for_a_key_that_opens_it(client, owner, settings, caplog):
    ask(client)
    assert b"olga" not in bytes(ForgottenPassword.objects.get().sealed)
    keys, settings.FIELD_KEYS = settings.FIELD_KEYS, [os.urandom(32)]
    failed: set[int] = set()
    for _ in range(2):
        assert answer_forgotten(now=WEDNESDAY, failed=failed) == 0, "no key opens it"
    assert [record.getMessage() for record in caplog.records if "cannot be opened" in record.getMessage()] == [
        "a request for a new password cannot be opened: its key is not among FIELD_KEYS"
    ]
    settings.FIELD_KEYS = keys
    ask(client, "elsewhere@clinic.example")
    assert answer_forgotten(now=WEDNESDAY + timedelta(minutes=59)) == 1
    assert not ForgottenPassword.objects.exists()
    ask(client)
    settings.FIELD_KEYS = [os.urandom(32)]
    assert answer_forgotten(now=WEDNESDAY + timedelta(hours=1)) == 0
    assert not ForgottenPassword.objects.exists()


def test_an_address_that_cannot_be_written_keeps_no_other_waiting(client, owner, caplog):
    ForgottenPassword.objects.remember("a@b\ud800.example", now=WEDNESDAY)
    ask(client)
    failed: set[int] = set()
    assert [answer_forgotten(now=WEDNESDAY, failed=failed) for _ in range(2)] == [1, 0]
    assert "cannot be answered" in caplog.text


def test_a_letter_that_could_not_be_written_is_still_asked_for(client, owner, monkeypatch):
    ask(client)

    def disk_is_full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "write_to_staff", disk_is_full)
        with pytest.raises(OperationalError):
            answer_forgotten(now=WEDNESDAY)
    assert answer_forgotten(now=WEDNESDAY) == 1
    assert answer_forgotten(now=WEDNESDAY) == 0


def test_what_was_asked_for_long_ago_gets_no_letter(client, owner):
    ask(client)
    assert answer_forgotten(now=WEDNESDAY + timedelta(hours=2)) == 0


def test_links_lead_to_the_sites_own_address_whatever_the_request_says(client, owner, settings):
    settings.ALLOWED_HOSTS = ["*"]
    ask(client, headers={"host": "evil.example"})
    answer_forgotten(now=WEDNESDAY)
    assert "evil" not in str(OutboxMessage.objects.get().opened)
