"""Signing in: one step on a laptop, two where the site is reachable from outside; nobody is locked out."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from clinic_site.env import Rate
from consults.models import OutboxMessage
from staff import second_factor
from staff.models import Phone, RecoveryCode
from tests.builders import WEDNESDAY
from tests.staff.signing_in import CODES, PASSWORD, SET_UP, STEP, digits, digits_of, set_up, shown_key, sign_in

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]


def test_on_a_laptop_the_password_is_enough(client, owner):
    assert sign_in(client)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_where_the_site_is_public_the_password_alone_opens_nothing(client, owner, two_steps):
    sign_in(client)
    for path in ("/admin/", "/admin/consults/consultrequest/", "/admin/auth/user/", "/admin/password_change/", CODES):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith(SET_UP), path
    assert client.get("/admin/second-factor/set-up/").status_code == 200


def test_the_first_owner_sets_up_a_phone_and_is_never_locked_out_half_way(client, owner, two_steps):
    sign_in(client)
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200, "before a key was shown"
    shown_key(client)
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    assert not Phone.objects.exists()
    client.post("/admin/second-factor/", {"leave": "yes"})
    sign_in(client)
    _, codes = set_up(client)
    assert len(set(codes)) == 10
    assert client.get("/admin/").status_code == 200


def test_later_the_second_step_asks_for_a_code_and_refuses_one_that_was_used(client, owner, two_steps):
    sign_in(client)
    phone, _ = set_up(client)
    used = digits(phone)
    client.logout()
    sign_in(client)
    assert client.get("/admin/consults/consultrequest/?q=x", follow=True).redirect_chain[-1][0].startswith(STEP)
    assert client.get(SET_UP)["Location"].startswith(STEP), "a password alone does not replace the phone"
    assert "not right, or it was used already" in client.post(STEP, {"code": used}).content.decode()
    fresh = digits(phone, steps_ahead=1)
    assert client.post(STEP, {"code": f"{fresh[:3]} {fresh[3:]}", "next": "/admin/auth/user/"})["Location"] == "/admin/auth/user/"
    assert client.get("/admin/").status_code == 200


def test_another_phone_takes_the_password_again_and_the_old_one_counts_until_then(client, owner, two_steps):
    sign_in(client)
    old, _ = set_up(client)
    for method in (client.get, client.post):
        assert method(SET_UP)["Location"].startswith("/admin/reauthenticate/")
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    key = shown_key(client)
    assert Phone.objects.get() == old
    client.post(SET_UP, {"code": digits_of(key)})
    assert Phone.objects.get() != old
    assert client.get("/admin/").status_code == 200


def test_the_session_key_changes_at_the_second_step(client, owner, two_steps):
    sign_in(client)
    before = client.session.session_key
    set_up(client)
    assert client.session.session_key != before


def test_a_recovery_code_lets_in_once_and_is_kept_hashed(client, owner, two_steps):
    sign_in(client)
    _, codes = set_up(client)
    stored = " ".join(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert not any(code in stored or code.replace("-", "") in stored.upper() for code in codes)
    for accepted in (True, False):
        client.logout()
        sign_in(client)
        assert (client.post(STEP, {"code": codes[0].lower()}).status_code == 302) == accepted
    assert RecoveryCode.objects.count() == 9
    assert "recovery code; 9 left" in LogEntry.objects.first().get_change_message()


def test_a_recovery_code_of_somebody_else_is_refused(client, owner, two_steps):
    sign_in(client)
    set_up(client)
    theirs = second_factor.renew_codes(User.objects.create_user("berta"), now=WEDNESDAY)
    client.logout()
    sign_in(client)
    assert client.post(STEP, {"code": theirs[0]}).status_code == 200
    assert RecoveryCode.objects.filter(user__username="berta").count() == 10


def test_guesses_at_the_digits_are_limited_and_the_limit_ends(client, owner, two_steps, settings, clock):
    settings.STAFF_CODE_RATE = Rate(3, 3600)
    sign_in(client)
    phone, codes = set_up(client)
    client.logout()
    sign_in(client)
    answers = [client.post(STEP, {"code": "000000"}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert client.post(STEP, {"code": codes[0]}).status_code == 302, "a recovery code still lets in"
    client.logout()
    clock(WEDNESDAY + timedelta(hours=1))
    sign_in(client)
    assert client.post(STEP, {"code": digits(phone, steps_ahead=1)}).status_code == 302


@pytest.mark.parametrize("guess", [pytest.param("000000", id="six digits"), pytest.param("7K3M-9QXA", id="a recovery code")])
def test_guesses_have_a_limit_for_the_day_which_is_told(client, owner, two_steps, settings, clock, guess):
    settings.STAFF_CODE_RATE, settings.STAFF_CODE_DAILY_RATE = Rate(2, 3600), Rate(5, 86_400)
    sign_in(client)
    set_up(client)
    client.logout()
    OutboxMessage.objects.all().delete()
    answers = []
    for hour in range(5):
        clock(WEDNESDAY + timedelta(hours=hour))
        sign_in(client)
        answers += [client.post(STEP, {"code": guess}).status_code for _ in range(3)]
    assert answers.count(200) == 5
    subjects = [message.opened["subject"] for message in OutboxMessage.objects.all()]
    assert subjects == ["Account olga: many wrong codes"]


def test_an_owner_who_lost_everything_is_let_in_by_a_command_that_leaves_a_record(client, owner, two_steps):
    sign_in(client)
    set_up(client)
    call_command("reset_second_factor", "olga")
    assert client.get("/admin/").status_code == 302, "what the old phone opened is shut"
    sign_in(client)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(SET_UP)
    assert not RecoveryCode.objects.exists()
    entry = LogEntry.objects.get(change_message__contains="by the command reset_second_factor")
    assert entry.object_id == str(owner.pk)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody")
