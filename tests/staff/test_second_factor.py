"""The phone of the second step: whose key it holds, how it is kept, and that every code counts once."""

import os

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from guard import sealing
from staff import second_factor, totp
from staff.models import Phone, RecoveryCode
from tests.builders import WEDNESDAY
from tests.staff.signing_in import SET_UP, STEP, digits, digits_of, set_up, shown_key, sign_in, spellings

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]


def test_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, of which an app shows the last six digits."""
    key = b"12345678901234567890"
    expected = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {seconds: totp.code_at(seconds // 30, key) for seconds in expected} == expected


def test_who_knows_the_password_does_not_see_the_key_of_the_rightful_person(owner, two_steps):
    """The thief opens the page first and waits until somebody sets up the phone."""
    thief, person = Client(), Client()
    sign_in(thief)
    seen = shown_key(thief)
    sign_in(person)
    assert shown_key(person) != seen
    phone, codes = set_up(person)
    assert "Your session has ended" in thief.get("/admin/", follow=True).content.decode()
    sign_in(thief)
    assert thief.post(STEP, {"code": digits_of(seen, steps_ahead=1)}).status_code == 200
    assert thief.post(SET_UP, {"code": digits_of(seen, steps_ahead=1)})["Location"].startswith(STEP)
    assert thief.get("/admin/").status_code == 302
    assert Phone.objects.get() == phone
    assert person.get("/admin/").status_code == 200
    assert len(codes) == 10


def test_of_two_phones_set_up_at_the_same_moment_the_first_one_stays(owner):
    """Neither session had seen a phone when it sent its code."""
    keys = [os.urandom(20), os.urandom(20)]
    now = timezone.now()
    made = [second_factor.set_up_phone(owner, digits_of(key), key=key, may_replace=False, now=now) for key in keys]
    assert [phone is not None for phone in made] == [True, False]
    assert Phone.objects.get().key == keys[0]


def test_the_database_keeps_one_phone_for_an_account_and_none_that_is_unconfirmed(owner):
    first = Phone(user=owner)
    first.seal_key(b"k" * 20)
    first.save()
    for other in (Phone(user=owner), Phone(user=User.objects.create_user("berta"), confirmed=False)):
        other.seal_key(b"k" * 20)
        with pytest.raises(IntegrityError), transaction.atomic():
            other.save()


def test_the_key_is_shown_again_in_the_same_session_only(client, owner, two_steps):
    sign_in(client)
    key = shown_key(client)
    assert shown_key(client) == key
    client.post(STEP, {"leave": "yes"})
    sign_in(client)
    assert shown_key(client) != key


def everything_stored() -> bytes:
    """Every value of every table, and sessions as they are read."""
    stored = [str(session.get_decoded()).encode() for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            stored += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in cursor for v in row]
    return b"\n".join(stored)


def test_no_copy_of_the_database_holds_the_key_of_a_phone(client, owner, two_steps):
    sign_in(client)
    key = shown_key(client)
    waiting = everything_stored()
    phone, _ = set_up(client)
    stored = everything_stored()
    assert phone.key == key
    assert [form for form in spellings(key) if form in waiting or form in stored] == []


def test_the_search_would_find_a_key_in_clear(client, owner):
    """Negative control."""
    key = os.urandom(20)
    for form in spellings(key)[:3]:
        Phone.objects.all().delete()
        Phone(user=owner, sealed=b"before" + form).save()
        assert form in everything_stored()


def test_a_sealed_key_opens_in_its_own_row_only(owner):
    phones = [Phone(user=owner), Phone(user=User.objects.create_user("berta"))]
    for phone in phones:
        phone.seal_key(os.urandom(20))
    phones[0].sealed = phones[1].sealed
    with pytest.raises(sealing.CannotOpen):
        _ = phones[0].key


def test_when_the_field_key_is_lost_a_recovery_code_lets_in(client, owner, two_steps, settings):
    sign_in(client)
    phone, codes = set_up(client)
    code = digits(phone, steps_ahead=1)
    client.logout()
    settings.FIELD_KEYS = [os.urandom(32)]
    sign_in(client)
    assert client.post(STEP, {"code": code}).status_code == 200
    assert client.post(STEP, {"code": codes[0]}).status_code == 302


def test_phones_are_sealed_again_when_the_field_key_changes(client, owner, two_steps, settings):
    sign_in(client)
    phone, _ = set_up(client)
    key, new = phone.key, os.urandom(32)
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_field_keys", verbosity=0)
    settings.FIELD_KEYS = [new]
    assert Phone.objects.get().key == key


def test_a_code_counts_once_even_between_two_attempts_at_once(client, owner, two_steps):
    sign_in(client)
    phone, _ = set_up(client)
    first, second = Phone.objects.get(), Phone.objects.get()
    code, now = digits(phone, steps_ahead=1), timezone.now()
    assert [first.use(code, now=now), second.use(code, now=now)] == [True, False]


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_the_clock_of_a_phone_may_be_wrong_by_one_step(owner, steps, counts):
    key = os.urandom(20)
    assert (totp.step_of(digits_of(key, steps), key, now=WEDNESDAY) is not None) == counts


def test_recovery_codes_are_long_and_kept_as_passwords_are(client, owner, two_steps):
    codes = second_factor.renew_codes(owner, now=WEDNESDAY)
    assert {len(code.replace("-", "")) * 5 for code in codes} == {120}, "five bits a letter, at least 112"
    hashes = list(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert len({stored.split("$")[2] for stored in hashes}) == 10, "a salt for each"
    assert all(stored.startswith("pbkdf2_sha256$") for stored in hashes)


def two_attempts_at_once(owner, monkeypatch) -> list[bool]:
    """The second attempt uses the code up after the first one found its row, and before it deletes it."""
    codes, outcomes, is_for = second_factor.renew_codes(owner, now=WEDNESDAY), [], RecoveryCode.is_for

    def meanwhile(row, code):
        found = is_for(row, code)
        if found and not outcomes:
            outcomes.append(False)
            outcomes[0] = RecoveryCode.objects.use(owner, code)
        return found

    monkeypatch.setattr(RecoveryCode, "is_for", meanwhile)
    first = RecoveryCode.objects.use(owner, codes[4])
    return [first, *outcomes]


def test_a_recovery_code_counts_once_even_between_two_attempts_at_once(owner, monkeypatch):
    assert two_attempts_at_once(owner, monkeypatch) == [False, True]
    assert RecoveryCode.objects.count() == 9


def test_without_the_deletes_count_a_recovery_code_would_count_twice(owner, monkeypatch):
    """Negative control."""
    delete = QuerySet.delete
    monkeypatch.setattr(QuerySet, "delete", lambda rows: (max(delete(rows)[0], 1), {}))
    assert two_attempts_at_once(owner, monkeypatch) == [True, True]
