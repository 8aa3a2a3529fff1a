"""What a machine with many addresses can leave behind is bounded, and no real request is."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic_site import health
from consults import booking, erasure, set_aside
from consults.models import AccessRecord, ConsultRequest, Event
from consults.set_aside import counted_beside, counts_of
from pages.models import Clinic
from tests.builders import WEDNESDAY, local, submit
from tests.consults.public.test_request_consult import URL, answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(set_aside, "MOST_IN_A_DAY", 3)
    monkeypatch.setattr(set_aside, "MOST_IN_ALL", 5)


def post(client, number: int, **changed):
    start = f"2026-12-{7 + number % 4:02}T16:00-06:00"
    return client.post(URL, answers(email=f"p{number}@example.com", starts_at=start, **changed))


@pytest.mark.usefixtures("few")
def test_what_looks_like_spam_is_stored_up_to_a_bound_over_all_addresses_and_then_told_to_call(client, settings):
    settings.BOOKING_RATE = None
    Clinic.objects.update(phone="507-555-0199")
    found = [post(client, number, website="https://spam.example").status_code for number in range(5)]
    assert found == [303, 303, 303, 429, 429]
    assert ConsultRequest.objects.count() == 3
    for request in ConsultRequest.objects.all():
        booking.withdraw_request(request, now=WEDNESDAY)
    shown = counts_of(ConsultRequest.objects.annotate(**counted_beside(now=WEDNESDAY)).first())
    assert shown == set_aside.count_set_aside(now=WEDNESDAY) == (3, 3, 3)
    answer = post(client, 9, website="https://spam.example")
    page = " ".join(answer.content.decode().split())
    assert "No time is held for you" in page
    assert "tel:5075550199" in page
    assert "p9@example.com" in page, "nothing typed is lost"
    assert answer["Retry-After"] == "3600"
    assert any("as many requests as may be are set aside" in warning for warning in health._about_booking(WEDNESDAY))
    assert post(client, 10).status_code == 303, "a real one is let in"
    assert ConsultRequest.objects.filter(status="requested").count() == 1


@pytest.mark.usefixtures("few")
def test_the_bound_is_one_of_a_day_and_one_of_all_that_nobody_looked_at():
    for number in range(3):
        submit(key=str(number), looks_like_spam=True)
    assert set_aside.count_set_aside(now=WEDNESDAY).are_too_many
    later = WEDNESDAY + timedelta(days=2)
    assert not set_aside.count_set_aside(now=later).are_too_many
    for number in range(2):
        submit(key=f"later {number}", looks_like_spam=True, now=later, starts_at=local("2026-12-09 16:00"))
    assert set_aside.count_set_aside(now=later).are_too_many


@pytest.mark.databases
def test_what_nobody_let_in_or_opened_is_deleted_after_thirty_days_and_listed_nowhere(staff):
    aside = {name: submit(key=name, looks_like_spam=True) for name in ("spam", "withdrawn", "opened", "decided", "restored")}
    submit(key="let in")
    booking.withdraw_request(aside["withdrawn"], now=WEDNESDAY)
    AccessRecord.objects.write(AccessRecord.Kind.OPENED, by=staff, at=WEDNESDAY, request=aside["opened"])
    booking.note_request(aside["decided"], by=staff, now=WEDNESDAY, text="a colleague's")
    booking.release_request(aside["restored"], by=staff, now=WEDNESDAY, without_time=True)
    later = WEDNESDAY + set_aside.KEPT
    assert erasure.discard_due(now=later - timedelta(seconds=1)) == 0
    assert erasure.discard_due(now=later, after=later) == 0, "a hold keeps it"
    assert erasure.discard_due(now=later) == 2
    kept = set(ConsultRequest.objects.values_list("submission_key", flat=True))
    assert kept == {"opened", "decided", "restored", "let in"}
    assert not Event.objects.exclude(request__submission_key__in=kept).exists()
    for name in ("opened", "decided", "restored"):
        with pytest.raises(booking.NotAllowed):
            booking.discard_request(aside[name], now=later)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(request=aside["restored"], number=1)._raw_delete("default")
