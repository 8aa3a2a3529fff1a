"""A restore takes the versions of a request back, and patients' calendars ignore what is not newer than what they know."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from clinic_site import holds
from clinic_site.models import Hold
from consults import booking
from consults.messages.delivery import deliver_due
from consults.models import ConsultRequest, OutboxMessage, Reason
from consults.models.request_queryset import ConsultRequestQuerySet
from tests.builders import WEDNESDAY, colleague, local, submit
from tests.consults.calendar_reader import Calendar, properties

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic"),
]

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
VISIT = local("2026-12-07 16:00"), local("2026-12-07 16:30")


@pytest.fixture
def visit(staff) -> ConsultRequest:
    return booking.confirm_request(submit(), by=staff, now=WEDNESDAY)


@pytest.fixture
def calendar() -> Calendar:
    """The patient's."""
    return Calendar()


def letters_arrive(calendar: Calendar, *, now) -> list[int]:
    """Every calendar part that waits is sent and applied; their sequences."""
    deliver_due(now=now)
    parts = [part.get_payload(decode=True).decode() for sent in mail.outbox for part in sent.attachments]
    mail.outbox.clear()
    for part in parts:
        calendar.apply(part)
    return [int(properties(part)["SEQUENCE"]) for part in parts]


@contextmanager
def lost() -> Iterator[None]:
    """What happens in the block is in no backup: the database goes back to its beginning."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def moved_and_told(visit: ConsultRequest, calendar: Calendar, staff, *, now=WEDNESDAY) -> list[int]:
    sequences = []
    for hour in (17, 18, 19):
        booking.reschedule_request(visit, starts_at=local(f"2026-12-07 {hour}:00"), by=staff, now=now)
        sequences += letters_arrive(calendar, now=now)
    return sequences


def cancel(visit: ConsultRequest, staff, *, now) -> None:
    reason = Reason.objects.create(use="cancel", code="test", label="Closed", text="The clinic is closed.")
    booking.cancel_request(visit, reason=reason, by=staff, now=now)


def yes(staff, *, now, without_letters: bool = True) -> None:
    held = Hold.objects.put(Hold.Reason.RESTORED, now=now)
    assert holds.go_on(up_to=held.pk, by=staff, now=now, without_letters=without_letters)


def of_page(client, visit: ConsultRequest) -> dict[str, str]:
    token = ConsultRequest.objects.get(pk=visit.pk).token
    return properties(client.get(reverse("consults:calendar", args=[token])).content.decode())


@pytest.mark.parametrize("guarded", [True, False], ids=["as it is", "without the steps"])
def test_a_visit_that_is_cancelled_after_a_restore_leaves_the_calendar(
    visit, calendar, staff, client, clock, monkeypatch, guarded
):
    if not guarded:
        monkeypatch.setattr(ConsultRequestQuerySet, "raise_calendar_steps", lambda self, *, now: None)
    letters_arrive(calendar, now=WEDNESDAY)
    with lost():
        assert moved_and_told(visit, calendar, staff) == [3, 4, 5]
    held, later = Hold.objects.put(Hold.Reason.RESTORED, now=WEDNESDAY + HOUR), WEDNESDAY + 2 * HOUR
    cancel(visit, staff, now=later)
    holds.go_on(up_to=held.pk, by=staff, now=later, without_letters=True)
    (sequence,) = letters_arrive(calendar, now=later)
    assert (not calendar.entries) == guarded
    clock(later)
    page = of_page(client, visit)
    assert (page["METHOD"], int(page["SEQUENCE"])) == ("CANCEL", sequence)


def test_a_letter_that_waited_in_the_backup_shows_what_the_site_says_is_true(visit, calendar, staff):
    with lost():
        moved_and_told(visit, calendar, staff)
        assert list(calendar.entries.values()) != [VISIT]
    yes(staff, now=WEDNESDAY + HOUR, without_letters=False)
    assert len(letters_arrive(calendar, now=WEDNESDAY + HOUR)) == 1
    assert list(calendar.entries.values()) == [VISIT]


def test_the_same_backup_may_be_restored_twice(visit, calendar, staff):
    """So the steps cannot be counted in the database."""
    letters_arrive(calendar, now=WEDNESDAY)
    with lost():
        yes(staff, now=WEDNESDAY + HOUR)
        moved_and_told(visit, calendar, staff, now=WEDNESDAY + HOUR)
    later = WEDNESDAY + HOUR + 10 * SECOND
    yes(staff, now=later)
    cancel(visit, staff, now=later)
    (sequence,) = letters_arrive(calendar, now=later)
    assert (calendar.entries, sequence < 2**31) == ({}, True)


def test_a_yes_by_a_clock_that_is_behind_takes_no_step_back_and_other_holds_take_none(visit, staff):
    yes(staff, now=WEDNESDAY)
    step = ConsultRequest.objects.get().calendar_step
    yes(staff, now=WEDNESDAY - timedelta(days=2000))
    OutboxMessage.objects.update(state=OutboxMessage.State.DONE)
    holds.go_on(up_to=Hold.objects.put(Hold.Reason.CLOCK, now=WEDNESDAY).pk, by=colleague("olga"), now=WEDNESDAY + HOUR)
    assert (step > 0, ConsultRequest.objects.get().calendar_step) == (True, step)
