"""How often somebody may try, how long a session lasts, and what is kept of it."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from clinic_site.env import Rate
from consults.models import OutboxMessage
from guard.models import RateLimit
from staff.cleanup import delete_ended_sessions, delete_failed_sign_ins
from staff.models import ForgottenPassword
from staff.password_reset import answer_forgotten
from tests.builders import WEDNESDAY
from tests.staff.signing_in import PASSWORD, STEP, set_up, sign_in

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]


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
    settings.SIGN_IN_RATE = Rate(6, 3600)
    answers = [sign_in(client, f"name-{number}").status_code for number in range(8)]
    assert answers == [200] * 6 + [429] * 2
    assert client.post("/admin/password_reset/", {"email": "olga@clinic.example"}).status_code == 302, (
        "a letter has tries of its own"
    )
    assert sign_in(client, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_without_booking_limits_the_sign_in_keeps_its_own(client, owner, settings):
    settings.BOOKING_RATE = None
    settings.SIGN_IN_RATE = Rate(6, 3600)
    assert [sign_in(client, f"name-{number}").status_code for number in range(8)] == [200] * 6 + [429] * 2


def guess_from_many_places(client, tries: int, name: str = "olga") -> list[int]:
    return [sign_in(client, name, password="wrong", REMOTE_ADDR=f"198.51.100.{n}").status_code for n in range(tries)]


@pytest.mark.parametrize("name", [pytest.param("olga", id="an account"), pytest.param("nobody", id="a name without an account")])
def test_an_account_has_a_limit_over_all_addresses(client, owner, settings, clock, name):
    settings.STAFF_ACCOUNT_RATE = Rate(3, 1800)
    assert guess_from_many_places(client, 5, name) == [200, 200, 200, 429, 429]
    clock(WEDNESDAY + timedelta(minutes=10))
    assert guess_from_many_places(client, 2, name) == [200, 429]


def test_spellings_of_a_name_share_its_tries(client, owner, settings):
    settings.STAFF_ACCOUNT_RATE = Rate(3, 1800)
    spellings = ["olga", " olga", "olga\u00a0", "\uff4f\uff4c\uff47\uff41", "olga\n"]
    answers = [sign_in(client, name, "wrong", REMOTE_ADDR=f"198.51.100.{n}").status_code for n, name in enumerate(spellings)]
    assert answers == [200, 200, 200, 429, 429]


def test_a_name_that_no_account_can_have_is_refused_and_not_kept(client, owner):
    answer = client.post("/admin/login/", {"username": "a" * 300, "password": "x"})
    assert "username" in answer.context["form"].errors
    assert not AccessAttempt.objects.exists()


def test_the_right_password_ends_the_row_of_wrong_ones(client, owner, settings):
    settings.STAFF_ACCOUNT_RATE = Rate(3, 1800)
    guess_from_many_places(client, 2)
    assert sign_in(client).status_code == 302
    client.logout()
    assert guess_from_many_places(client, 4) == [200, 200, 200, 429]


def test_one_address_alone_does_not_use_up_an_accounts_tries(client, owner, settings):
    settings.STAFF_ACCOUNT_RATE = Rate(8, 3600)
    for _ in range(20):
        sign_in(client, password="wrong")
    assert sign_in(client, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_who_uses_up_the_tries_of_an_account_locks_nobody_out(client, owner, settings):
    """The person, and no one else, gets the link; it signs in directly, while the guessing goes on."""
    settings.STAFF_ACCOUNT_RATE = Rate(3, 1800)
    uid, token = urlsafe_base64_encode(force_bytes(owner.pk)), default_token_generator.make_token(owner)
    assert guess_from_many_places(client, 4)[-1] == 429
    form = client.get(f"/admin/reset/{uid}/{token}/")["Location"]
    fresh = {"new_password1": "windows-of-seven-lamps", "new_password2": "windows-of-seven-lamps"}
    assert client.post(form, fresh).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_many_wrong_passwords_are_told_once_to_the_person_and_the_owners(client, owner, settings):
    settings.STAFF_ACCOUNT_RATE = Rate(3, 1800)
    User.objects.create_user("berta", "berta@clinic.example", PASSWORD, is_staff=True)
    OutboxMessage.objects.all().delete()
    guess_from_many_places(client, 9, "berta")
    letters = [message.opened for message in OutboxMessage.objects.all()]
    assert {letter["to"] for letter in letters} == {"berta@clinic.example", "olga@clinic.example"}
    assert {letter["subject"] for letter in letters} == {"Account berta: many wrong passwords"}
    assert len(letters) == 2


def test_a_password_that_is_asked_again_has_the_same_limit(client, owner, settings):
    settings.STAFF_ACCOUNT_RATE = Rate(3, 1800)
    sign_in(client)
    wrong = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
    assert [client.post("/admin/password_change/", wrong).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.post("/admin/reauthenticate/", {"password": PASSWORD}).status_code == 429


def test_no_address_is_stored_and_what_is_stored_goes(client, owner, clock):
    sign_in(client, password="wrong", REMOTE_ADDR="198.51.100.7")
    attempt = AccessAttempt.objects.get()
    assert attempt.ip_address.startswith("fd")
    everything = str(list(AccessAttempt.objects.values())) + str(list(RateLimit.objects.values()))
    assert "198.51" not in everything
    assert "wrong" not in everything
    sign_in(client, REMOTE_ADDR="198.51.100.8")
    deleted = [delete(now=WEDNESDAY + timedelta(minutes=29)) for delete in (delete_failed_sign_ins, delete_ended_sessions)]
    assert deleted == [0, 0]
    delete_failed_sign_ins(now=WEDNESDAY + timedelta(hours=13))
    delete_ended_sessions(now=WEDNESDAY + timedelta(hours=13))
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
@pytest.mark.slow
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
        assert "Your session has ended" in client.get("/admin/login/").content.decode()


def test_who_asks_for_letters_all_day_keeps_nobody_of_that_address_out(client, settings):
    settings.SIGN_IN_RATE = Rate(3, 3600)
    asks = [client.post("/admin/password_reset/", {"email": "x@example.com"}).status_code for _ in range(9)]
    assert asks == [302] * 8 + [429], "three of the IP address, then five of this email address"
    assert client.post("/admin/reset/x/y/", {}).status_code == 200
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 200


def use_up_the_address(client) -> None:
    """As a stranger does who is in the clinic's own network, and knows nobody's name."""
    assert [sign_in(client, f"name-{number}").status_code for number in range(4)] == [200] * 3 + [429]


def test_a_stranger_in_the_same_network_keeps_nobody_from_signing_in(client, owner, settings):
    settings.SIGN_IN_RATE = Rate(3, 3600)
    use_up_the_address(client)
    for name in ("olga", "nobody"):
        assert [sign_in(client, name, "wrong").status_code for _ in range(3)] == [429] * 3, "tells no name that exists"
    for _ in range(7):
        assert sign_in(client).status_code == 302, "the right password gives the try back"
        client.logout()


def test_the_spare_tries_of_a_name_are_few_and_the_same_work_for_every_name(client, owner, settings, clock):
    settings.SIGN_IN_RATE = Rate(3, 3600)
    use_up_the_address(client)
    done = {}
    for name in ("olga", "nobody"):
        with CaptureQueriesContext(connection) as made:
            sign_in(client, name, "wrong")
        done[name] = [query["sql"].split(" ")[0] for query in made]
        for _ in range(5):
            sign_in(client, name, "wrong")
    assert done["olga"] == done["nobody"]
    assert sign_in(client).status_code == 429
    clock(WEDNESDAY + timedelta(minutes=61))
    assert [sign_in(client, f"other-{number}").status_code for number in range(9)][-1] == 429
    assert sign_in(client).status_code == 302


def test_a_colleagues_sign_ins_do_not_use_up_the_address(client, owner, settings):
    settings.SIGN_IN_RATE = Rate(3, 3600)
    for _ in range(5):
        assert sign_in(client).status_code == 302
        client.logout()
    use_up_the_address(client)


def test_a_stranger_in_the_same_network_does_not_stop_who_is_signed_in(client, owner, settings, two_steps):
    settings.SIGN_IN_RATE = Rate(3, 3600)
    sign_in(client)
    _, codes = set_up(client)
    use_up_the_address(Client())
    assert client.post("/admin/reauthenticate/", {"password": "wrong"}).status_code == 200
    assert client.post("/admin/reauthenticate/", {"password": PASSWORD}).status_code == 302
    client.logout()
    assert sign_in(client).status_code == 302
    assert client.post(STEP, {"code": codes[0]}).status_code == 302


def test_a_stranger_in_the_same_network_keeps_no_letter_and_no_new_password_away(client, owner, settings):
    settings.SIGN_IN_RATE = Rate(3, 3600)
    for number in range(8):
        asked = client.post("/admin/password_reset/", {"email": f"x{number}@example.com"})
        assert asked["Location"] == "/admin/password_reset/done/", "the same answer for every email address"
        client.post("/admin/reset/MQ/made-up/", {})
    assert client.post("/admin/reset/MQ/made-up/", {}).status_code == 429
    assert ForgottenPassword.objects.count() == 3, "what no account asked for is not kept beyond the tries of the IP address"
    assert client.post("/admin/password_reset/", {"email": "Olga@clinic.example"}).status_code == 302
    assert answer_forgotten(now=WEDNESDAY) == 1
    uid, token = urlsafe_base64_encode(force_bytes(owner.pk)), default_token_generator.make_token(owner)
    form = client.get(f"/admin/reset/{uid}/{token}/")["Location"]
    fresh = {"new_password1": "windows-of-seven-lamps", "new_password2": "windows-of-seven-lamps"}
    assert client.post(form, fresh).status_code == 302
