"""Submitting a request: stored once, with its seat and its messages, or not at all."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from consults import booking, decision
from consults.messages.channels.mail import html_part
from consults.messages.compose import Letter
from consults.models import ConsultPolicy, ConsultRequest, Event, OutboxMessage, Seat, SpecialHours
from consults.scheduling import Refusal
from guard import sealing
from tests.builders import ADA, WEDNESDAY, colleague, letter_of, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.databases, pytest.mark.usefixtures("clinic")]


def test_an_accepted_request_holds_its_seat_and_owes_its_messages(settings):
    settings.STAFF_INBOX = "desk@clinic.example"
    request = submit(note="Please call after six", voicemail_ok=True)
    assert (request.status, request.starts_at, request.length_minutes) == ("requested", local("2026-12-07 16:00"), 30)
    assert request.answer_by == local("2026-12-04 20:00")
    assert (request.full_name, request.email, request.phone) == ("Ada Example", "ada@example.com", "507-555-0100")
    assert (request.note, request.person.voicemail_ok, request.person.contact_by) == ("Please call after six", True, "email")
    assert request.seats.count() == 6
    assert list(request.events.values_list("number", "kind", "status")) == [(1, "requested", "requested")]
    messages = OutboxMessage.objects.order_by("pk")
    assert [(m.recipient, m.channel, letter_of(m)["to"]) for m in messages] == [
        ("patient", "mail", "ada@example.com"),
        ("staff", "mail", "desk@clinic.example"),
    ]


def test_messages_say_the_whole_time_and_nothing_private(settings):
    settings.STAFF_INBOX = "desk@clinic.example"
    request = submit(note="my private note")
    patient, staff = (letter_of(message) for message in OutboxMessage.objects.order_by("pk"))
    assert patient["subject"] == "Your request: Monday, December 7, 4:00 PM"
    for words in (
        "Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time",
        "We will answer by Friday, December 4, 2026, 8:00 PM Central Time",
        "not confirmed until we write",
        request.reference,
        "988",
        "911",
        "200 Schilling Dr S., Dundas, MN 55019",
    ):
        assert words in patient["text"]
    for letter in (patient, staff):
        whole = f"{letter['subject']} {letter['text']}".lower()
        assert not any(word in whole for word in ("ketamine", "depression", "my private note", "507-555-0100"))
    assert not any(word in staff["text"] for word in ("Ada", "ada@example.com"))
    assert f"/admin/consults/consultrequest/{request.pk}/change/" in staff["text"]


def test_who_chose_the_telephone_gets_a_call_and_no_mail():
    submit(contact_by="phone", email="ada@example.com")
    message = OutboxMessage.objects.get()
    assert (message.channel, letter_of(message)["to"]) == ("call", "507-555-0100")
    assert "Do not leave a voicemail" in letter_of(message)["text"]
    assert not OutboxMessage.objects.due(now=WEDNESDAY).exists()


def test_one_submission_key_is_one_request():
    first = submit(key="same")
    again = submit(key="same", full_name="Somebody Else", starts_at=local("2026-12-08 16:00"))
    assert again.pk == first.pk
    assert (ConsultRequest.objects.count(), OutboxMessage.objects.count(), Seat.objects.count()) == (1, 1, 6)


def test_none_of_these_times_is_a_request_without_a_seat():
    request = booking.submit_request(submission_key="k", starts_at=None, person=ADA, now=WEDNESDAY)
    assert request.starts_at is None
    assert request.answer_by == local("2026-12-04 20:00")
    assert not Seat.objects.exists()
    assert letter_of(OutboxMessage.objects.get())["subject"] == "Your request"


def test_a_refused_request_leaves_nothing_behind():
    submit(key="first")
    with pytest.raises(booking.Refused) as refused:
        submit(key="second")
    assert refused.value.code is Refusal.TAKEN
    assert (ConsultRequest.objects.count(), Event.objects.count(), OutboxMessage.objects.count()) == (1, 1, 1)


def test_capacity_lets_in_as_many_as_it_says_also_across_grids():
    ConsultPolicy.objects.update(capacity=2)
    submit(key="1")
    ConsultPolicy.objects.update(length_minutes=20)
    submit(key="2", starts_at=local("2026-12-07 16:20"))
    submit(key="3", starts_at=local("2026-12-07 16:00"))
    with pytest.raises(booking.Refused):
        submit(key="4", starts_at=local("2026-12-07 16:20"))
    assert submit(key="5", starts_at=local("2026-12-07 16:40")).seats.count() == 4


def test_the_database_refuses_a_seat_that_is_held_even_when_the_look_before_missed_it(monkeypatch):
    """Negative control of the look: without it the constraint alone still answers `taken`."""
    submit(key="first")
    monkeypatch.setattr(decision, "taken_seats", lambda *_: set())
    with pytest.raises(booking.Refused) as refused:
        submit(key="second")
    assert refused.value.code is Refusal.TAKEN
    assert ConsultRequest.objects.count() == 1


def test_without_the_constraint_two_requests_would_share_a_seat(monkeypatch):
    """Negative control of the constraint: seats told apart by something else let the second in."""
    submit(key="first")
    seat = Seat.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(cell=seat.cell, seat=seat.seat, request=seat.request)
    assert Seat.objects.create(cell=seat.cell, seat=seat.seat + 1, request=seat.request).pk


def test_a_closed_special_day_refuses_and_moves_nothing():
    held = submit()
    SpecialHours.objects.create(date=held.starts_at.date())
    with pytest.raises(booking.Refused) as refused:
        submit(key="next", starts_at=local("2026-12-07 17:00"))
    assert refused.value.code is Refusal.CLOSED
    held.refresh_from_db()
    assert (held.status, held.seats.count()) == ("requested", 6)


def test_what_is_stored_holds_no_word_the_patient_typed():
    request = submit(full_name="Zebulon Marker", email="zebulon@marker.example", phone="(507) 555-0199", note="Marker note")
    stored = b" ".join(
        bytes(str(value), "utf-8") if not isinstance(value, bytes | memoryview) else bytes(value)
        for model in (ConsultRequest, Event, OutboxMessage)
        for row in model.objects.values()
        for value in row.values()
    )
    for typed in (b"Zebulon", b"zebulon", b"Marker", b"5550199", b"555-0199", request.token.encode()):
        assert typed not in stored
    assert str(request) == request.reference


def test_two_spellings_of_a_contact_find_the_request():
    request = submit(email="Ada.Example@Example.com", phone="+1 (507) 555-0100")
    for spelled in ("ada.example@example.com", " ADA.EXAMPLE@EXAMPLE.COM ", "507 555 0100", "15075550100"):
        assert list(ConsultRequest.objects.by_contact(spelled)) == [request]
    assert not ConsultRequest.objects.by_contact("someone@else.example").exists()
    assert not ConsultRequest.objects.by_contact("").exists()


def test_sealed_data_opens_only_in_its_own_row_and_under_its_own_key(settings):
    one, two = submit(key="1"), submit(key="2", starts_at=local("2026-12-07 17:00"))
    ConsultRequest.objects.filter(pk=one.pk).update(sealed=bytes(two.sealed))
    with pytest.raises(sealing.CannotOpen):
        _ = ConsultRequest.objects.get(pk=one.pk).full_name
    tampered = bytearray(two.sealed)
    tampered[-1] ^= 1
    ConsultRequest.objects.filter(pk=two.pk).update(sealed=bytes(tampered))
    with pytest.raises(sealing.CannotOpen):
        _ = ConsultRequest.objects.get(pk=two.pk).full_name


def test_a_later_first_key_seals_and_the_older_still_opens(settings):
    old = submit(key="1")
    settings.FIELD_KEYS = [b"n" * 32, *settings.FIELD_KEYS]
    new = submit(key="2", starts_at=local("2026-12-07 17:00"))
    assert {ConsultRequest.objects.get(pk=pk).full_name for pk in (old.pk, new.pk)} == {"Ada Example"}
    assert set(ConsultRequest.objects.by_contact("ada@example.com")) == {old, new}
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    with pytest.raises(sealing.CannotOpen):
        _ = ConsultRequest.objects.get(pk=old.pk).full_name


def test_requests_that_wait_come_first_the_soonest_reply_on_top():
    late = submit(key="late", starts_at=local("2026-12-21 16:00"), now=WEDNESDAY + timedelta(days=1))
    soon = submit(key="soon", starts_at=local("2026-12-07 16:00"))
    ended = submit(key="ended", starts_at=local("2026-12-08 16:00"))
    ConsultRequest.objects.filter(pk=ended.pk).update(status="declined")
    assert [request.pk for request in ConsultRequest.objects.needing_answer_first()] == [soon.pk, late.pk, ended.pk]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Win at https://evil.example",
            "evil.example/x",
            "www prize",
            "write to a@b.c",
            "Call 1 900 555 0199",
            "Pay £5",
            "A" * 41,
        ),
        "Hello You owe us very much today",
    ],
)
def test_what_is_no_short_name_of_letters_is_not_greeted_with(name):
    submit(full_name=name)
    letter = letter_of(OutboxMessage.objects.get())
    assert letter["text"].startswith("Hello,")
    assert name not in html_part(Letter(**letter))


@pytest.mark.parametrize("name", ["Ada", "Zoë van den Berg", "Anne-Marie O’Neil", "Dr. José Jr.", "अनीता शर्मा", "李小龍"])
def test_a_name_is_greeted_with_as_it_is_written(name):
    booking.confirm_request(submit(full_name=name), by=colleague("bo"), now=WEDNESDAY)
    assert letter_of(OutboxMessage.objects.get(kind="confirmed"))["text"].startswith(f"Hello {name},")


@pytest.mark.parametrize(
    ("name", "greeted"), [("You owe us money", "You"), ("Zoë van den Berg", "Zoë"), ("Dr. José Jr.", "Dr. José")]
)
def test_a_first_letter_which_may_go_to_a_stranger_greets_with_one_word(name, greeted):
    submit(full_name=name)
    assert letter_of(OutboxMessage.objects.get())["text"].startswith(f"Hello {greeted},")


def test_an_ordinary_name_is_greeted_with_and_cannot_break_out_of_the_mail():
    submit(full_name="Dr. José <b>O'Neil</b> Jr.", key="odd")
    letter = letter_of(OutboxMessage.objects.get())
    assert letter["text"].startswith("Hello Dr. José") or letter["text"].startswith("Hello,")
    assert "<b>" not in html_part(Letter(**letter))
