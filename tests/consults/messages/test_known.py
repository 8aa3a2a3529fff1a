"""What is at an address, and what the person knows: two questions."""

import pytest

from consults import booking
from consults.desk.marking import mark_dealt_with, mark_made
from consults.messages.channels.not_sent import NO_ANSWER
from consults.models import OutboxMessage
from tests.builders import WEDNESDAY, local, submit
from tests.consults.statuses import undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]
DONE = {"state": "done", "done_at": WEDNESDAY}
# Its mailbox was full for good.
LOST = {"state": "failed", "problem": "refused_554", "attempts": 8}
MAY_HAVE_IT = {"state": "failed", "problem": NO_ANSWER, "attempts": 2, "done_at": WEDNESDAY}
A_CALL_THAT_WAS_MADE = DONE | {"channel": "call", "problem": "refused_552", "attempts": 1}


def to_patient(**of):
    return OutboxMessage.objects.filter(recipient="patient", **of)


def becomes(kind: str, fate: dict, *, dealt_with_by=None) -> None:
    """Of the last of its kind."""
    message = to_patient(kind=kind).order_by("pk").last()
    OutboxMessage.objects.filter(pk=message.pk).update(**fate)
    if dealt_with_by:
        assert mark_dealt_with(OutboxMessage.objects.filter(pk=message.pk), by=dealt_with_by, now=WEDNESDAY) == 1


def test_what_staff_dealt_with_or_told_by_phone_is_at_no_address(staff):
    """Its owner, who may be a stranger, hears of no end and no correction, and what comes next is their first letter."""
    cases = (
        ("lost", LOST, None, False, False),
        ("lost and dealt with", LOST, staff, False, False),
        ("a server may have it, and it was dealt with", MAY_HAVE_IT, staff, True, True),
        ("a call that was made", A_CALL_THAT_WAS_MADE, None, True, False),
        ("arrived", DONE, None, True, True),
    )
    for name, fate, dealt_with_by, hears_of_end, has_letter in cases:
        for then in ("withdrawn", "readdressed", "moved"):
            with undone(f"{name}, then {then}"):
                request = submit(email="stranger@example.net")
                becomes("requested", fate, dealt_with_by=dealt_with_by)
                if then == "withdrawn":
                    booking.withdraw_request(request, now=WEDNESDAY)
                    assert to_patient(kind="withdrawn").exists() == hears_of_end
                elif then == "readdressed":
                    request = booking.readdress_request(request, email="ada@example.com", now=WEDNESDAY)
                    assert to_patient(kind="old_address").exists() == has_letter
                    assert bool(request.former_contacts) == has_letter
                else:
                    booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
                    assert to_patient(kind="moved").get().is_first != hears_of_end


def test_what_takes_back_a_visit_that_they_may_expect_stays_with_staff_however_they_heard_of_it(staff):
    """Moved from the 14th to the 7th, which passes: who knows of the 14th, or may, is still to be told of the 7th."""
    told = {
        "by a letter": (DONE, None),
        "by a colleague": (LOST, staff),
        "perhaps": (MAY_HAVE_IT, None),
        "never": (LOST, None),
    }
    for before, (fate, dealt_with_by) in told.items():
        for after, since in (("lost", {"state": "failed", "problem": "too_late"}), ("perhaps", MAY_HAVE_IT)):
            with undone(f"told of the 14th {before}, of the 7th: {after}"):
                request = booking.confirm_request(submit(starts_at=local("2026-12-14 16:00")), by=staff, now=WEDNESDAY)
                becomes("confirmed", fate, dealt_with_by=dealt_with_by)
                request = booking.reschedule_request(request, starts_at=local("2026-12-07 16:00"), by=staff, now=WEDNESDAY)
                becomes("rescheduled", since)
                booking.miss_request(request, by=staff, now=local("2026-12-07 18:00"))
                assert to_patient(kind="rescheduled").get().state == ("dropped" if before == "never" else "failed")


def test_once_they_were_told_of_the_new_time_nobody_owes_it_to_them(staff):
    request = booking.confirm_request(submit(contact_by="phone", starts_at=local("2026-12-14 16:00")), by=staff, now=WEDNESDAY)
    mark_made(OutboxMessage.objects.all(), by=staff, now=WEDNESDAY)
    for start in ("2026-12-07 16:00", "2026-12-08 16:00"):
        request = booking.reschedule_request(request, starts_at=local(start), by=staff, now=WEDNESDAY)
        if start == "2026-12-07 16:00":
            mark_made(OutboxMessage.objects.all(), by=staff, now=WEDNESDAY)
    booking.complete_request(request, by=staff, now=local("2026-12-08 18:00"))
    assert not OutboxMessage.objects.calls_owed(now=local("2026-12-08 18:00")).exists()
