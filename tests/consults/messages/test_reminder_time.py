"""When a reminder is due: a letter the day before, a call while the clinic is open."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from consults import booking
from consults.messages import delivery
from consults.messages.delivery_reports import DeliveryReport
from consults.messages.reminder_time import reminder_time
from consults.messages.returned_letters import take_report
from consults.models import OutboxMessage
from consults.scheduling import ConsultTime, Shift
from tests.builders import EVENING, MORNING, POSTED, WEDNESDAY, local, submit

AFTERNOON = Shift(time(14), time(17))


def test_a_call_to_remind_is_due_while_the_clinic_is_open_before_the_day_of_the_visit():
    monday, sunday = local("2026-12-07 16:00"), "2026-12-06 10:00"
    closed = {local(f"2026-12-0{day} 12:00").date(): () for day in (4, 5)}
    for posted, start, call in (
        (POSTED, monday, "2026-12-05 10:00"),
        (POSTED, monday + timedelta(days=1), "2026-12-07 16:00"),
        (replace(POSTED, special=closed), monday, "2026-12-03 16:00"),
        (replace(POSTED, week={5: (Shift(time(7), time(9)),)}), monday, "2026-12-05 07:00"),
        (replace(POSTED, week={5: (MORNING, AFTERNOON)}), monday, "2026-12-05 10:00"),
        (replace(POSTED, week={5: (Shift(time(7), time(9)), AFTERNOON)}), monday, "2026-12-05 14:00"),
        (replace(POSTED, week={0: (EVENING,)}), monday, "2026-11-30 16:00"),
        # No day is open to call on.
        (replace(POSTED, week={}), monday, sunday),
    ):
        visit = ConsultTime(start, start + timedelta(minutes=30))
        due = reminder_time(visit, posted, by_phone=True)
        assert due == local(call)
        assert posted.open_from(due) == due or not posted.week
        assert reminder_time(visit, posted, by_phone=False) in (local(sunday), local("2026-12-07 10:00"))


@pytest.mark.django_db
@pytest.mark.parametrize("contact_by", ["phone", "email"])
def test_who_is_called_is_reminded_before_a_closed_day_also_where_the_letter_came_back(clinic, staff, contact_by):
    booking.confirm_request(submit(contact_by=contact_by), by=staff, now=WEDNESDAY)
    reminder, saturday = OutboxMessage.objects.get(kind="reminder"), local("2026-12-05 10:00")
    if contact_by == "email":
        assert (reminder.channel, reminder.not_before) == ("mail", local("2026-12-06 10:00"))
        delivery.deliver_due(now=WEDNESDAY)
        letter = OutboxMessage.objects.get(kind="confirmed")
        take_report(DeliveryReport(letter.message_id, "5.1.1"), now=WEDNESDAY)
    assert reminder not in OutboxMessage.objects.calls_to_make(now=saturday - timedelta(minutes=1))
    assert reminder in OutboxMessage.objects.calls_to_make(now=saturday)
