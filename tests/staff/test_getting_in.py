"""Signing in: one step on a laptop, two where the site is reachable from outside; nobody is locked out for ever."""

import re
import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic_site.env import Rate
from consults.models import ClientBudget
from staff.models import RecoveryCode
from staff.tidy import forget_what_is_over
from tests.builders import WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic"), pytest.mark.ignore_template_errors]
PASSWORD = "lamps-in-seven-windows"
STEP, SET_UP, CODES = "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/second-factor/codes/"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    now = [WEDNESDAY]
    for name in ("django.utils.timezone.now", "axes.handlers.proxy.now"):
        monkeypatch.setattr(name, lambda: now[0])
    return lambda instant: now.__setitem__(0, instant)


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner():
    return User.objects.create_superuser("olga", "olga@clinic.example", PASSWORD)


@pytest.fixture
def two_steps(settings):
    settings.STAFF_SECOND_FACTOR = True


def sign_in(client, name: str = "olga", password: str = PASSWORD, **headers):
    return client.post("/admin/login/?next=/admin/", {"username": name, "password": password, "next": "/admin/"}, **headers)


def digits(device: TOTPDevice, steps_ahead: int = 0) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + steps_ahead * device.step
    return f"{totp.token():06d}"


def set_up(client) -> tuple[TOTPDevice, list[str]]:
    client.get(SET_UP)
    page = client.post(SET_UP, {"code": digits(TOTPDevice.objects.get(confirmed=False))}).content.decode()
    codes = re.findall(r"<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</li>", page)
    return TOTPDevice.objects.get(confirmed=True), codes


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
    first_key = re.search(r'class="key">.*?</span>([A-Z2-7 ]+)<', client.get(SET_UP).content.decode())[1]
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    client.post("/admin/second-factor/", {"leave": "yes"})
    sign_in(client)
    assert first_key in client.get(SET_UP).content.decode(), "the key that was scanned already goes on being offered"
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
        assert method(SET_UP)["Location"].startswith("/admin/password-again/")
    client.post("/admin/password-again/", {"password": PASSWORD})
    client.get(SET_UP)
    assert TOTPDevice.objects.get(confirmed=True) == old
    client.post(SET_UP, {"code": digits(TOTPDevice.objects.get(confirmed=False))})
    assert TOTPDevice.objects.get() != old
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
    theirs = RecoveryCode.objects.renew(User.objects.create_user("berta"))
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
    assert answers == [200, 200, 429, 429]
    assert client.post(STEP, {"code": codes[0]}).status_code == 302, "a recovery code still lets in"
    client.logout()
    clock(WEDNESDAY + timedelta(hours=1))
    sign_in(client)
    assert client.post(STEP, {"code": digits(phone, steps_ahead=1)}).status_code == 302


def test_an_owner_who_lost_everything_is_let_in_by_a_command_that_leaves_a_record(client, owner, two_steps):
    sign_in(client)
    set_up(client)
    call_command("reset_second_factor", "olga")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(SET_UP), "what the old phone opened is shut"
    assert not RecoveryCode.objects.exists()
    entry = LogEntry.objects.get(change_message__contains="by the command reset_second_factor")
    assert entry.object_id == str(owner.pk)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody")


def test_five_wrong_passwords_wait_an_hour_and_never_for_ever(client, owner, clock):
    assert [sign_in(client, password="wrong").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert sign_in(client).status_code == 429
    clock(WEDNESDAY + timedelta(minutes=50))
    assert sign_in(client, password="wrong").status_code == 429, "trying while it waits does not make it longer"
    clock(WEDNESDAY + timedelta(minutes=61))
    assert sign_in(client).status_code == 302


def test_another_name_and_another_address_are_not_held_up(client, owner):
    User.objects.create_superuser("berta", password=PASSWORD)
    for _ in range(5):
        sign_in(client, password="wrong")
    assert sign_in(client, "berta").status_code == 302
    client.logout()
    assert sign_in(client, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_an_address_has_a_limit_over_all_names(client, owner, settings):
    settings.STAFF_RATE = Rate(6, 3600)
    answers = [sign_in(client, f"name-{number}").status_code for number in range(8)]
    assert answers == [200] * 6 + [429] * 2
    assert client.post("/admin/password_reset/", {"email": "olga@clinic.example"}).status_code == 429
    assert sign_in(client, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_no_address_is_stored_and_what_is_stored_goes(client, owner, clock):
    sign_in(client, password="wrong", REMOTE_ADDR="198.51.100.7")
    attempt = AccessAttempt.objects.get()
    assert attempt.ip_address.startswith("fd")
    everything = str(list(AccessAttempt.objects.values())) + str(list(ClientBudget.objects.values()))
    assert "198.51" not in everything
    assert "wrong" not in everything
    sign_in(client, REMOTE_ADDR="198.51.100.8")
    assert forget_what_is_over(now=WEDNESDAY + timedelta(minutes=59)) == 0
    forget_what_is_over(now=WEDNESDAY + timedelta(hours=13))
    assert (AccessAttempt.objects.count(), Session.objects.filter(expire_date__lt=timezone.now()).count()) == (0, 0)


@pytest.mark.parametrize(
    ("visits", "still_in"),
    [
        pytest.param([29], True, id="29 idle minutes"),
        pytest.param([31], False, id="31 idle minutes"),
        pytest.param([20 * n for n in range(1, 36)], True, id="busy for 11 hours and 40 minutes"),
        pytest.param([20 * n for n in range(1, 37)], False, id="busy for 12 hours"),
    ],
)
def test_a_session_ends_when_nobody_is_there_and_after_twelve_hours(client, owner, clock, visits, still_in):
    sign_in(client)
    client.get("/admin/")
    for minutes in visits:
        clock(WEDNESDAY + timedelta(minutes=minutes))
        answer = client.get("/admin/auth/user/?x=1")
        if answer.status_code != 302 or answer["Location"].startswith("/admin/auth"):
            continue
        assert answer["Location"] == "/admin/login/?next=/admin/auth/user/%3Fx%3D1"
    assert client.get("/admin/").status_code == (200 if still_in else 302)
    if not still_in:
        assert "You were signed out" in client.get("/admin/login/").content.decode()


AGAIN = [
    "/admin/auth/group/add/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{pk}/change/",
    "/admin/auth/user/{pk}/password/",
    CODES,
]


@pytest.mark.parametrize("path", AGAIN)
def test_the_password_is_asked_again_before_what_reaches_far(client, owner, clock, path):
    path = path.format(pk=owner.pk)
    sign_in(client)
    asked = client.get(path)
    assert asked["Location"] == f"/admin/password-again/?next={path}"
    wrong = client.post(asked["Location"], {"password": "wrong", "next": path})
    assert "This is not your password" in wrong.content.decode()
    assert client.get(path).status_code == 302
    assert client.post(asked["Location"], {"password": PASSWORD, "next": path})["Location"] == path
    assert client.get(path).status_code == 200
    clock(WEDNESDAY + timedelta(minutes=11))
    assert client.get(path).status_code == 302


def test_a_form_posted_without_the_password_changes_nothing_and_leads_back(client, owner):
    other = User.objects.create_user("berta", is_staff=True)
    TOTPDevice.objects.create(user=other)
    sign_in(client)
    page = f"http://testserver/admin/auth/user/{other.pk}/change/"
    answer = client.post(f"/admin/auth/user/{other.pk}/second-factor/", headers={"referer": page})
    assert answer["Location"].endswith(f"/admin/auth/user/{other.pk}/change/")
    assert TOTPDevice.objects.exists()
    client.post("/admin/password-again/", {"password": PASSWORD})
    client.post(f"/admin/auth/user/{other.pk}/second-factor/")
    assert not TOTPDevice.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_going_on_leads_to_pages_of_this_site_only(client, owner, elsewhere):
    sign_in(client)
    assert client.post("/admin/password-again/", {"password": PASSWORD, "next": elsewhere})["Location"] == "/admin/"


def test_wrong_passwords_asked_again_count_as_failed_sign_ins(client, owner):
    sign_in(client)
    answers = [client.post("/admin/password-again/", {"password": "wrong"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]


def test_a_forgotten_password_is_set_by_mail_and_the_second_step_stays(client, owner, two_steps, settings):
    settings.PUBLIC_URL = "https://clinic.example"
    sign_in(client)
    set_up(client)
    client.logout()
    assert "Forgotten" in client.get("/admin/login/").content.decode()
    assert client.post("/admin/password_reset/", {"email": "OLGA@clinic.example"}).status_code == 302
    letter = mail.outbox[0]
    link = re.search(r"https://clinic\.example(/admin/reset/\S+)", letter.body)[1]
    assert "ketamine" not in (letter.subject + letter.body).lower()
    form = client.get(link)["Location"]
    fresh = {"new_password1": "windows-of-seven-lamps", "new_password2": "windows-of-seven-lamps"}
    assert client.post(form, fresh).status_code == 302
    assert sign_in(client).status_code == 200
    assert sign_in(client, password="windows-of-seven-lamps").status_code == 302
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(STEP)


@pytest.mark.parametrize("address", ["nobody@clinic.example", "patient@clinic.example"])
def test_who_is_no_staff_gets_no_mail_and_the_same_answer(client, owner, address):
    User.objects.create_user("pat", "patient@clinic.example", PASSWORD)
    answer = client.post("/admin/password_reset/", {"email": address})
    assert answer["Location"] == "/admin/password_reset/done/"
    assert mail.outbox == []


def as_owner(client) -> User:
    """An owner by role, who is no superuser and has just given the password again."""
    user = User.objects.create_user("rosa", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Owners"))
    sign_in(client, "rosa")
    client.post("/admin/password-again/", {"password": PASSWORD})
    return user


def account(user: User, **changes) -> dict:
    groups = list(user.groups.values_list("pk", flat=True))
    return {"username": user.username, "is_active": "on", "is_staff": "on", "groups": groups, **changes}


def test_an_owner_makes_nobody_a_superuser_and_takes_no_superusers_account(client, owner):
    rosa = as_owner(client)
    page = client.get(f"/admin/auth/user/{rosa.pk}/change/").content.decode()
    assert 'name="groups"' in page
    assert 'name="is_superuser"' not in page
    assert 'name="user_permissions"' not in page
    client.post(f"/admin/auth/user/{rosa.pk}/change/", account(rosa, is_superuser="on"))
    rosa.refresh_from_db()
    assert not rosa.is_superuser
    for path in (f"/admin/auth/user/{owner.pk}/password/", f"/admin/auth/user/{owner.pk}/second-factor/"):
        assert client.post(path, {"password1": "x", "password2": "x"}).status_code == 403


@pytest.mark.parametrize("change", [{"groups": []}, {"is_active": ""}, {"is_staff": ""}])
def test_the_last_owner_cannot_be_taken_away(client, change):
    rosa = as_owner(client)
    form = account(rosa) | change
    form = {name: value for name, value in form.items() if value != ""}
    page = client.post(f"/admin/auth/user/{rosa.pk}/change/", form)
    assert "This is the last owner" in page.content.decode()
    User.objects.create_superuser("second", password=PASSWORD)
    assert client.post(f"/admin/auth/user/{rosa.pk}/change/", form).status_code == 302


def test_nobody_deletes_an_account(client, owner):
    sign_in(client)
    client.post("/admin/password-again/", {"password": PASSWORD})
    assert client.post(f"/admin/auth/user/{owner.pk}/delete/", {"post": "yes"}).status_code == 403
