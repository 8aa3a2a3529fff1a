"""The calendar entry holds times in UTC, in whatever way the time of a visit was set."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from consults import booking
from consults.messages.calendar_file import write_calendar_file
from consults.models import ConsultRequest, OutboxMessage
from consults.scheduling import ConsultTime
from pages.models import Clinic
from tests.builders import WEDNESDAY, letter_of, submit
from tests.consults.calendar_reader import Calendar, properties

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
DESK = "/admin/consults/consultrequest/"
NEW, EARLIER = "2026-12-11T16:30:00-06:00", "2026-12-04T16:30:00-06:00"


def act(desk, request: ConsultRequest, action: str, **form) -> None:
    version = ConsultRequest.objects.get(pk=request.pk).version
    response = desk.post(f"{DESK}{request.pk}/act/", {"action": action, "version": version} | form)
    assert response.status_code == 302


def ask(client, request: ConsultRequest, **form) -> None:
    assert client.post(f"/consults/{request.token}/", form).status_code == 303


def asked_by_the_caller(desk) -> None:
    form = {"starts_at": NEW, "full_name": "Cal", "email": "cal@example.com", "contact_by": "email"}
    assert desk.post(f"{DESK}by-phone/", form).status_code == 302
    act(desk, ConsultRequest.objects.get(), "confirm")


def moved_by_the_patient(desk) -> None:
    ask(desk, request := submit(), action="move", starts_at=NEW)
    act(desk, request, "confirm")


def set_by_staff(desk) -> None:
    act(desk, submit(), "reschedule", starts_at=NEW)


def set_by_staff_where_none_was_asked_for(desk) -> None:
    act(
        desk,
        booking.submit_request(submission_key="none", starts_at=None, person=submit().person, now=WEDNESDAY),
        "reschedule",
        starts_at=NEW,
    )


def offered_and_taken(desk) -> None:
    act(desk, request := submit(wants_earlier=True), "offer", starts_at=EARLIER)
    ask(desk, request, action="accept", offered=EARLIER)


def cancelled_after_staff_set_it(desk) -> None:
    act(desk, request := submit(), "reschedule", starts_at=NEW)
    ask(desk, request, action="withdraw")


@pytest.mark.parametrize(
    "is_set",
    [
        asked_by_the_caller,
        moved_by_the_patient,
        set_by_staff,
        set_by_staff_where_none_was_asked_for,
        offered_and_taken,
        cancelled_after_staff_set_it,
    ],
    ids=lambda way: way.__name__.replace("_", " "),
)
def test_the_part_of_a_letter_and_the_file_of_the_page_are_in_utc(desk, is_set):
    is_set(desk)
    request = ConsultRequest.objects.last()
    letters = [letter_of(message) for message in OutboxMessage.objects.filter(recipient="patient", event__request=request)]
    parts = [letter["calendar"] for letter in letters if letter["calendar"]]
    for text in (*parts, desk.get(f"/consults/{request.token}/calendar.ics").content.decode()):
        assert "TZID" not in text
        assert (read := properties(text))["DTSTART"] in {"20261211T223000Z", "20261204T223000Z"}
        assert re.fullmatch(r"\d{8}T\d{6}Z", read["DTEND"])
    assert parts


def test_a_visit_leaves_the_calendar_after_the_clinic_moved_to_another_address(desk, settings):
    act(desk, request := submit(), "confirm")
    settings.PUBLIC = replace(settings.PUBLIC, host="elsewhere.example")
    ask(desk, request, action="withdraw")
    letters = OutboxMessage.objects.filter(recipient="patient", kind__in=["confirmed", "withdrawn"]).order_by("pk")
    entered, cancelled = (properties(letter_of(message)["calendar"]) for message in letters)
    assert (cancelled["METHOD"], cancelled["UID"]) == ("CANCEL", entered["UID"])


def test_the_writer_takes_an_instant_in_any_zone():
    """A letter that was sealed with one is still valid."""
    visit = ConsultTime(*map(datetime.fromisoformat, ("2026-12-11T16:30:00-06:00", "2026-12-11T17:00:00-06:00")))
    clinic = Clinic.objects.current()
    request = ConsultRequest(reference="7K3M-9QXA")
    text = write_calendar_file(request=request, version=1, visit=visit, clinic=clinic, at=visit.start).decode()
    assert "TZID" not in text
    assert [properties(text)[name] for name in ("DTSTAMP", "DTSTART", "DTEND")] == [
        *("20261211T223000Z", "20261211T223000Z", "20261211T230000Z")
    ]


def test_another_address_of_the_clinic_takes_no_entry_away_from_its_organizer(staff):
    request = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    calendar = Calendar()
    for address in (None, "desk@clinic.example", "front@clinic.example"):
        Clinic.objects.update(email=address)
        calendar.apply(letter_of(OutboxMessage.objects.get(kind="confirmed"))["calendar"])
    booking.withdraw_request(request, now=WEDNESDAY)
    calendar.apply(letter_of(OutboxMessage.objects.get(kind="withdrawn", recipient="patient"))["calendar"])
    assert calendar.entries == {}


def test_a_character_that_no_calendar_may_hold_is_left_out():
    clinic = Clinic.objects.current()
    clinic.name, clinic.street = "Modern\x0b Therapeutics", "200 Schilling\x0b Dr S"
    visit = ConsultTime(datetime(2026, 12, 7, 22, tzinfo=UTC), datetime(2026, 12, 7, 22, 30, tzinfo=UTC))
    written = write_calendar_file(request=submit(), version=1, visit=visit, clinic=clinic, at=WEDNESDAY).decode()
    assert "Modern Therapeutics" in written
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", written)
