"""Keys change: everything is sealed again under the first of FIELD_KEYS while the site goes on."""

import os

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from consults import booking, erasure
from consults.models import ConsultRequest, OutboxMessage
from consults.models.person import called_indexes
from consults.spam import count_call
from guard import rotation, sealing
from tests.builders import WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.databases, pytest.mark.usefixtures("clinic")]


@pytest.fixture
def keys(settings):
    """Everything below is sealed under the old key; the new one comes first from then on."""
    old, new = os.urandom(32), os.urandom(32)
    settings.FIELD_KEYS = [old]
    for number in range(3):
        submit(key=str(number), starts_at=local(f"2026-12-07 1{6 + number}:00"), email=f"p{number}@example.com", note="Stairs?")
    settings.FIELD_KEYS = [new, old]
    return new, old


def test_afterwards_the_old_key_is_not_needed(settings, keys, capsys):
    before = {request.reference: request.person for request in ConsultRequest.objects.all()}
    letters = {message.message_id: message.opened for message in OutboxMessage.objects.all()}
    call_command("rotate_field_keys")
    assert capsys.readouterr().out == "6 rows re-encrypted with the first of FIELD_KEYS.\n"
    settings.FIELD_KEYS = [keys[0]]
    assert {request.reference: request.person for request in ConsultRequest.objects.all()} == before
    assert {message.message_id: message.opened for message in OutboxMessage.objects.all()} == letters
    assert ConsultRequest.objects.by_contact("P1@example.com").get().submission_key == "1"


def test_until_then_every_listed_key_opens_and_finds(keys):
    assert ConsultRequest.objects.by_contact("p1@example.com").get().full_name == "Ada Example"


def test_the_limits_know_a_called_number_by_the_new_key(settings, keys):
    settings.FIELD_KEYS = [keys[1]]
    called, noted, _ = ConsultRequest.objects.order_by("pk")
    assert count_call(called, now=WEDNESDAY)
    assert count_call(noted, now=WEDNESDAY)
    settings.FIELD_KEYS = [*keys]
    # What seals the row before the command does so under the new key already.
    booking.note_request(noted, text="Ring twice.", by=User.objects.create_user("desk"), now=WEDNESDAY)
    rotation.rotate()
    settings.FIELD_KEYS = [keys[0]]
    by_new_key = called_indexes(ConsultRequest.objects.get(pk=called.pk).person)
    assert len(by_new_key) == 1
    called_by = dict(ConsultRequest.objects.values_list("submission_key", "called_index"))
    assert called_by == {"0": by_new_key[0], "1": by_new_key[0], "2": ""}


def test_a_second_run_seals_nothing_again(keys):
    assert rotation.rotate().resealed == 6
    stored = list(ConsultRequest.objects.values_list("sealed", flat=True))
    assert rotation.rotate().resealed == 0
    assert list(ConsultRequest.objects.values_list("sealed", flat=True)) == stored


def test_what_is_erased_stays_empty(keys):
    erasure.erase_at_once(ConsultRequest.objects.first(), by=User.objects.create_user("owner"), now=WEDNESDAY)
    assert rotation.rotate() == rotation.Rotation(resealed=4)
    assert ConsultRequest.objects.first().full_name == ""


def note_in_between(monkeypatch):
    """Staff write a note after a request was read for rotation and before it is replaced."""
    staff = User.objects.create_user("desk")
    seal, done = sealing.seal, []

    def seal_late(values, *, table, reference):
        if table == ConsultRequest.TABLE and not done:
            done.append(reference)
            booking.note_request(ConsultRequest.objects.get(reference=reference), text="Ring twice.", by=staff, now=WEDNESDAY)
        return seal(values, table=table, reference=reference)

    monkeypatch.setattr(rotation.sealing, "seal", seal_late)


def test_a_note_written_meanwhile_is_not_lost(keys, monkeypatch):
    note_in_between(monkeypatch)
    rotation.rotate()
    assert sorted(request.staff_notes for request in ConsultRequest.objects.all()) == ["", "", "Ring twice."]


def test_without_the_look_at_what_is_replaced_the_note_would_be_lost(keys, monkeypatch):
    """Negative control."""
    note_in_between(monkeypatch)
    objects_filter = ConsultRequest.objects.filter
    monkeypatch.setattr(
        ConsultRequest.objects, "filter", lambda **by: objects_filter(**{k: v for k, v in by.items() if k != "sealed"})
    )
    rotation.rotate()
    assert "Ring twice." not in [request.staff_notes for request in ConsultRequest.objects.all()]


def test_what_no_key_opens_is_named_and_the_rest_is_resealed(keys):
    lost, other = ConsultRequest.objects.order_by("pk")[:2]
    ConsultRequest.objects.filter(pk=lost.pk).update(sealed=other.sealed)
    with pytest.raises(CommandError, match=lost.reference):
        call_command("rotate_field_keys", verbosity=0)
    assert rotation.rotate().resealed == 0
