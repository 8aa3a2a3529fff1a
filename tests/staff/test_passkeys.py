"""Passkeys as the second step: only this site's, only the account's own, each challenge answered once."""

import json
import re
from html import unescape

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from clinic_site import passkey_settings as where
from clinic_site.env import PublicURL
from consults.models import OutboxMessage
from staff import passkeys, second_factor
from staff.models import Phone, RecoveryCode, SignIn, StaffSession
from tests.staff.signing_in import CODES, PASSWORD, RECOVERY_CODE, SET_UP, STEP, digits, digits_of, set_up, sign_in
from tests.staff.software_key import SITE, SoftwareKey, text

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock", "offered"),
]
ADD = "/admin/second-factor/passkeys/"
PHONE = "/admin/second-factor/phone/"
REFUSED = r'<p class="errornote" role="alert">(.*?)</p>'


@pytest.fixture
def offered(settings):
    """Where passkeys are offered, as `clinic_site.passkey_settings` sets it up for this address."""
    settings.STAFF_PASSKEYS = True
    settings.STAFF_RECOVERY_CODE_ITERATIONS = 1
    for name, value in where.settings_of(PublicURL("https", "clinic.example", SITE)).items():
        setattr(settings, name, value)


def confirm(client) -> None:
    client.post("/admin/reauthenticate/", {"password": PASSWORD, "next": "/admin/"})


def asked(client, path: str) -> str:
    """The options that the page holds for the browser."""
    return unescape(re.search(r'data-options="([^"]+)"', client.get(path, follow=True).content.decode())[1])


def add(client, key: SoftwareKey, name: str = "Blue key", **more):
    return client.post(ADD, {"name": name, "passkey": key.make(asked(client, ADD))} | more)


def use(client, key: SoftwareKey):
    return client.post(STEP, {"passkey": key.use(asked(client, STEP)), "next": "/admin/"})


def refusal(response) -> str:
    return unescape(re.search(REFUSED, response.content.decode())[1])


def letter() -> str:
    """The newest one about an account."""
    return OutboxMessage.objects.filter(kind="account").latest("pk").opened["text"].strip()


def is_in(client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def key(client, owner, two_steps) -> SoftwareKey:
    """The owner's passkey, with which they are signed in; it is all there is of their second step."""
    made = SoftwareKey()
    sign_in(client)
    assert len(re.findall(RECOVERY_CODE, add(client, made).content.decode())) == 10
    return made


def test_who_has_no_second_step_may_set_up_a_passkey_in_place_of_a_phone(client, owner, two_steps):
    sign_in(client)
    assert ADD in client.get(SET_UP).content.decode()
    page = add(client, SoftwareKey(), next="/admin/sessions/")
    codes = re.findall(RECOVERY_CODE, page.content.decode())
    assert len(codes) == RecoveryCode.objects.count() == 10
    assert 'href="/admin/sessions/"' in page.content.decode()
    assert is_in(client)
    assert (Phone.objects.count(), WebAuthnCredential.objects.get().name) == (0, "Blue key")
    assert letter().startswith("A passkey was set up for the second step of the account olga, with new recovery codes.")


def test_the_password_comes_first_and_then_the_passkey_lets_in(client, key):
    client.logout()
    assert client.get(ADD)["Location"].startswith("/admin/login/")
    sign_in(client)
    assert not is_in(client)
    before = client.session.session_key
    assert use(client, key)["Location"] == "/admin/"
    assert is_in(client)
    assert client.session.session_key != before
    assert SignIn.objects.first().kind == SignIn.Kind.PASSKEY


def wrong_ones(key: SoftwareKey) -> dict[str, SoftwareKey]:
    """The owner's own passkey, but for one thing each."""
    other = {"number": key.number, "private": key.private, "uses": key.uses + 1}
    return {
        "a forged page": SoftwareKey(**other, origin="https://clinic-example.com"),
        "another port": SoftwareKey(**other, origin=f"{SITE}:8443"),
        "a passkey of another site": SoftwareKey(**other, host="elsewhere.example"),
        "another private key": SoftwareKey(**other | {"private": SoftwareKey().private}),
        "a copy that was used less often": SoftwareKey(**other | {"uses": -1}),
    }


def test_a_passkey_of_another_site_is_refused_with_a_clear_sentence_and_nothing_is_lost(client, key):
    WebAuthnCredential.objects.update(sign_count=0)
    client.logout()
    sign_in(client)
    assert use(client, key).status_code == 302
    client.logout()
    sign_in(client)
    for what, wrong in wrong_ones(key).items():
        response = use(client, wrong)
        assert refusal(response).startswith("This passkey is of another site or address"), what
        assert not is_in(client), what
    assert use(client, SoftwareKey()).status_code == 200
    assert SignIn.objects.filter(kind=SignIn.Kind.PASSKEY_REFUSED).count() == 6
    key.uses += 10
    assert use(client, key).status_code == 302
    assert is_in(client)


def test_a_passkey_made_for_another_site_is_not_added(client, key):
    confirm(client)
    for wrong in (SoftwareKey(origin="https://clinic-example.com"), SoftwareKey(host="elsewhere.example")):
        response = add(client, wrong, "Red key")
        assert refusal(response).startswith("This passkey is of another site or address")
        assert 'value="Red key"' in response.content.decode()
    assert WebAuthnCredential.objects.count() == 1
    assert is_in(client)


@pytest.mark.parametrize("left_out", ["origin", "host"])
def test_if_the_site_were_not_compared_its_passkey_would_count(client, key, settings, left_out):
    """Negative control: the same answers, where that site is this one."""
    client.logout()
    sign_in(client)
    if left_out == "origin":
        settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = ["https://clinic-example.com"]
    else:
        settings.OTP_WEBAUTHN_RP_ID = "elsewhere.example"
    wrong = wrong_ones(key)["a forged page" if left_out == "origin" else "a passkey of another site"]
    assert use(client, wrong).status_code == 302
    assert is_in(client)


def test_an_answer_counts_once_and_for_its_own_challenge(client, key):
    client.logout()
    sign_in(client)
    answer, later = key.use(asked(client, STEP)), key.use(asked(client, STEP))
    assert refusal(client.post(STEP, {"passkey": answer})).startswith("This passkey is of another site or address, or the page")
    assert refusal(client.post(STEP, {"passkey": later})).startswith("This passkey is of another site or address, or the page")
    good = key.use(asked(client, STEP))
    assert client.post(STEP, {"passkey": good}).status_code == 302
    client.logout()
    sign_in(client)
    assert refusal(client.post(STEP, {"passkey": good})).startswith("This page was answered already")
    assert not is_in(client)


def test_a_challenge_that_is_kept_could_be_answered_again(client, key, monkeypatch):
    """Negative control: as if the challenge stayed the same, and the key did not count its uses."""
    monkeypatch.setattr(passkeys, "_taken", lambda request, challenge: request.session[challenge])
    client.logout()
    sign_in(client)
    options, key.uses = asked(client, STEP), -1
    state = client.session["staff_passkey_using"]
    answer = key.use(options)
    for _ in range(2):
        sign_in(client)
        session = client.session
        session["staff_passkey_using"] = state
        session.save()
        assert client.post(STEP, {"passkey": answer}).status_code == 302


def test_a_passkey_of_a_colleague_does_not_let_in(client, key):
    berta = User.objects.create_superuser("berta", "berta@clinic.example", PASSWORD)
    theirs, own = Client(), SoftwareKey()
    sign_in(theirs, "berta")
    add(theirs, own)
    theirs.logout()
    sign_in(theirs, "berta")
    response = use(theirs, key)
    assert refusal(response).startswith("This account has no such passkey")
    assert not is_in(theirs)
    confirm(client)
    assert refusal(add(client, own, "Taken")).startswith("This passkey is in use here already")
    assert WebAuthnCredential.objects.get(user=berta).name == "Blue key"


NONSENSE = ["[" * 5000, "null", "{}", "\0", '{"id": 1}', "x" * 30_000, '{"response": []}', '{"id": "\\ud800"}']


def test_nonsense_is_refused_with_a_sentence(client, key, settings):
    settings.STAFF_CODE_RATE = settings.STAFF_CODE_DAILY_RATE = settings.STAFF_ACCOUNT_RATE
    client.logout()
    sign_in(client)
    good = json.loads(key.use(asked(client, STEP)))
    broken = [
        json.dumps(good | {"response": good["response"] | {name: value}})
        for name in good["response"]
        for value in ("!", "AA", [])
    ]
    for answer in [*NONSENSE, *broken, json.dumps(good | {"clientExtensionResults": 1}), json.dumps(good | {"id": "AA"})]:
        client.get(STEP)
        assert "This passkey is of another site" in refusal(client.post(STEP, {"passkey": answer}))
    client.get(STEP)
    assert refusal(client.post(STEP, {"passkey": ""})) == "No passkey came from your browser. A passkey needs JavaScript."


def test_nonsense_is_not_added(client, key, settings):
    settings.SIGN_IN_RATE = None
    confirm(client)
    good = json.loads(SoftwareKey().make(asked(client, ADD)))
    broken = [
        json.dumps(good | {"response": good["response"] | {name: value}}) for name in good["response"] for value in ("!", "AA", 1)
    ]
    for answer in [*NONSENSE, *broken, json.dumps(good | {"clientExtensionResults": [1]})]:
        client.get(ADD)
        assert refusal(client.post(ADD, {"name": "Red key", "passkey": answer}))
    assert WebAuthnCredential.objects.count() == 1


def test_wrong_passkeys_have_a_limit_and_leave_the_codes_their_own(client, key, owner):
    codes = second_factor.renew_codes(owner, now=timezone.now())
    client.logout()
    sign_in(client)
    statuses = [client.post(STEP, {"passkey": "{}"}).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert client.post(STEP, {"code": codes[0]}).status_code == 302
    assert is_in(client)


def test_a_recovery_code_lets_in_who_lost_the_only_passkey_and_digits_do_not(client, key, owner):
    codes = second_factor.renew_codes(owner, now=timezone.now())
    client.logout()
    sign_in(client)
    assert client.post(STEP, {"code": "123456"}).status_code == 200
    assert client.post(STEP, {"code": codes[0]}).status_code == 302
    assert is_in(client)


def test_a_phone_and_several_passkeys_stand_side_by_side(client, key, clock):
    confirm(client)
    phone, _ = set_up(client)
    for name in ("Red key", "Laptop"):
        assert add(client, SoftwareKey(), name)["Location"] == CODES
    page = client.get(CODES).content.decode()
    assert [name for name in ("Blue key", "Red key", "Laptop") if name in page] == ["Blue key", "Red key", "Laptop"]
    for prove in (lambda: use(client, key), lambda: client.post(STEP, {"code": digits(phone, steps_ahead=1)})):
        client.logout()
        sign_in(client)
        assert prove().status_code == 302
        assert is_in(client)


def test_adding_renaming_and_removing_ask_for_the_password_and_a_second_step(client, key):
    one = f"{ADD}{WebAuthnCredential.objects.get().pk}/"
    for path in (ADD, one, PHONE, CODES):
        assert client.get(path)["Location"].startswith("/admin/reauthenticate/"), path
        assert client.post(path, {"name": "Mine", "remove": "yes"})["Location"].startswith("/admin/reauthenticate/"), path
    half = Client()
    sign_in(half)
    for path in (ADD, one, PHONE, CODES):
        assert half.post(path, {"name": "Mine", "remove": "yes"}).status_code == 302, path
    assert WebAuthnCredential.objects.get().name == "Blue key"


def test_a_passkey_is_renamed_and_removed_by_its_person_alone(client, key):
    berta = Client()
    User.objects.create_superuser("berta", "berta@clinic.example", PASSWORD)
    sign_in(berta, "berta")
    add(berta, SoftwareKey())
    for one in (client, berta):
        confirm(one)
    add(client, SoftwareKey(), "Red key")
    blue, red = WebAuthnCredential.objects.filter(user__username="olga").order_by("pk")
    assert berta.post(f"{ADD}{red.pk}/", {"remove": "yes"}).status_code == 404
    refused = client.post(f"{ADD}{red.pk}/", {"name": "blue KEY"})
    assert "You have a passkey of this name" in refused.content.decode()
    client.post(f"{ADD}{red.pk}/", {"name": "Spare key"})
    elsewhere = Client()
    sign_in(elsewhere)
    assert client.post(f"{ADD}{blue.pk}/", {"remove": "yes"})["Location"] == CODES
    assert list(WebAuthnCredential.objects.filter(user__username="olga").values_list("name", flat=True)) == ["Spare key"]
    assert is_in(client), "also when it was the one that let in"
    assert "Your session has ended" in elsewhere.get("/admin/", follow=True).content.decode()
    assert letter().startswith("A passkey was removed from the second step of the account olga.")


def test_with_the_last_factor_the_second_step_is_gone_and_all_sessions_end(client, key, owner):
    confirm(client)
    one = f"{ADD}{WebAuthnCredential.objects.get().pk}/"
    assert "This is all there is of your second step" in client.get(one).content.decode()
    assert client.post(one, {"remove": "yes"})["Location"] == "/admin/login/"
    assert (RecoveryCode.objects.count(), StaffSession.objects.of(owner).count()) == (0, 0)
    sign_in(client)
    assert client.get(STEP)["Location"].startswith(SET_UP)


@pytest.mark.parametrize("by", ["an owner", "the command"])
def test_removing_a_persons_second_step_removes_their_passkeys(client, key, owner, by):
    if by == "an owner":
        boss = Client()
        User.objects.create_superuser("berta", "berta@clinic.example", PASSWORD)
        sign_in(boss, "berta")
        add(boss, SoftwareKey())
        confirm(boss)
        assert "Remove the second step" in boss.get(f"/admin/auth/user/{owner.pk}/change/").content.decode()
        boss.post(f"/admin/auth/user/{owner.pk}/second-factor/")
    else:
        call_command("reset_second_factor", "olga", verbosity=0)
    assert not WebAuthnCredential.objects.filter(user=owner).exists()
    assert "Your session has ended" in client.get("/admin/", follow=True).content.decode()


def test_of_two_first_factors_set_up_at_one_moment_the_first_one_stays(owner, two_steps):
    """Both sessions were let through while there was no factor."""
    person, thief = Client(), Client()
    for one in (person, thief):
        sign_in(one)
    page = thief.get(ADD)
    add(person, SoftwareKey())
    answer = SoftwareKey().make(page.context["options"])
    with pytest.raises(passkeys.Refused, match="set up in another session"):
        passkeys.add(page.wsgi_request, answer, name="Theirs", is_first=True, now=timezone.now())
    phone = b"k" * 20
    assert second_factor.set_up_phone(owner, digits_of(phone), key=phone, may_replace=False, now=timezone.now()) is None
    assert (WebAuthnCredential.objects.get().name, Phone.objects.count()) == ("Blue key", 0)
    assert "Your session has ended" in thief.get("/admin/", follow=True).content.decode()


def test_twenty_passkeys_are_enough(client, key, owner):
    rows = [
        WebAuthnCredential(user=owner, name=str(n), credential_id=b"", public_key=b"", credential_id_sha256=str(n))
        for n in range(19)
    ]
    WebAuthnCredential.objects.bulk_create(rows)
    confirm(client)
    assert refusal(add(client, SoftwareKey(), "One more")) == "You have 20 passkeys. Remove one first."


@pytest.mark.parametrize(
    ("scheme", "host", "are"),
    [
        ("https", "clinic.example", True),
        ("http", "localhost", True),
        ("http", "127.0.0.1", False),
        ("http", "clinic.local", False),
        ("https", "192.0.2.7", False),
        ("https", "[2001:db8::1]", False),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them_and_never_at_an_ip_address(scheme, host, are):
    public = PublicURL(scheme, host, f"{scheme}://{host}:8000")
    assert where.are_offered(public) == are
    assert where.settings_of(public)["OTP_WEBAUTHN_ALLOWED_ORIGINS"] == ([public.origin] if are else [])


def test_where_passkeys_are_not_offered_no_page_offers_one_and_the_factor_still_guards(client, key, owner, settings):
    """The site was moved to an IP address."""
    settings.STAFF_PASSKEYS, settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = False, []
    codes = second_factor.renew_codes(owner, now=timezone.now())
    client.logout()
    sign_in(client)
    assert not is_in(client)
    assert "passkey" not in client.get(STEP).content.decode()
    assert client.get(ADD).status_code == 404
    assert client.get(SET_UP)["Location"].startswith(STEP)
    assert client.post(STEP, {"code": codes[0]}).status_code == 302
    confirm(client)
    assert "Add a passkey" not in client.get(CODES).content.decode()


def test_at_localhost_nobody_needs_a_second_step_and_who_has_one_is_asked_for_it(client, owner):
    """Without `two_steps`."""
    sign_in(client)
    assert is_in(client)
    assert client.get(ADD)["Location"].startswith("/admin/reauthenticate/"), "an open session alone adds none"
    confirm(client)
    key = SoftwareKey()
    add(client, key)
    client.logout()
    sign_in(client)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith(STEP)
    assert use(client, key).status_code == 302
    assert is_in(client)


def test_without_javascript_the_pages_say_what_to_do(client, key):
    client.logout()
    sign_in(client)
    page = client.get(STEP).content.decode()
    assert "Without it, enter a code below." in page
    assert re.search(r"<form [^>]*data-passkey=\"get\"[^>]* hidden>", page), "a button that does nothing is not shown"


def test_no_address_of_the_package_is_reachable_and_its_rows_are_in_no_list(client, key):
    assert client.get("/admin/django_otp_webauthn/webauthncredential/").status_code == 404
    assert settings.OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN is False
    assert settings.AUTHENTICATION_BACKENDS == [
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
    ]


def test_browsers_may_use_passkeys_on_the_pages_of_staff_alone(client):
    opened = "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    closed = "publickey-credentials-create=(), publickey-credentials-get=()"
    for path, policy in {
        "/admin/login/": opened,
        STEP: opened,
        "/": closed,
        "/book-a-consult/": closed,
        "/nowhere/": closed,
    }.items():
        assert policy in client.get(path)["Permissions-Policy"], path
        assert "script-src 'self';" in client.get(path)["Content-Security-Policy"] + ";", path


def test_the_browser_is_asked_for_a_passkey_of_this_site_and_another_than_those_that_count(client, key):
    confirm(client)
    options = json.loads(asked(client, ADD))
    assert options["rp"] == {"id": "clinic.example", "name": "clinic.example"}
    assert [one["id"] for one in options["excludeCredentials"]] == [text(key.number)]
    client.logout()
    sign_in(client)
    options = json.loads(asked(client, STEP))
    assert (options["rpId"], [one["id"] for one in options["allowCredentials"]]) == ("clinic.example", [text(key.number)])
