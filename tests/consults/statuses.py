"""Brings a request to each status, the way it gets there for real: by decisions."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from consults import booking
from consults.models import ConsultRequest, OutboxMessage, Reason, SpecialHours
from tests.builders import CHICAGO, WEDNESDAY, local, submit

EARLIER = local("2026-12-04 16:00")
START, NEXT, LATER = local("2026-12-07 16:00"), local("2026-12-08 16:00"), local("2026-12-09 16:00")
AFTER = local("2026-12-07 17:00")


def reason(use: str) -> Reason:
    texts = {"label": use, "text": "The clinic has to close at that time."}
    return Reason.objects.get_or_create(code=f"{use}-test", defaults={"use": use, **texts})[0]


def another(request: ConsultRequest):
    """A time that it does not hold."""
    return NEXT if request.starts_at != NEXT else LATER


def bring_into_conflict(request: ConsultRequest) -> ConsultRequest:
    """Closes the date of its start, if it has one."""
    if request.starts_at:
        SpecialHours.objects.get_or_create(date=request.starts_at.astimezone(CHICAGO).date())
    return request


def decisions(staff) -> dict:
    """Every decision as a function of a request and the instant. Declining and expiring end a move, where there is one."""
    return {
        "confirmed": lambda r, now: booking.confirm_request(r, by=staff, now=now),
        "moved": lambda r, now: booking.move_request(r, starts_at=another(r), now=now),
        "move_taken_back": lambda r, now: booking.take_back_move(r, now=now),
        "readdressed": lambda r, now: booking.readdress_request(r, email="new@example.com", now=now),
        "rescheduled": lambda r, now: booking.reschedule_request(r, starts_at=another(r), by=staff, now=now),
        "declined": lambda r, now: booking.decline_request(r, reason=reason("decline"), by=staff, now=now),
        "withdrawn": lambda r, now: booking.withdraw_request(r, now=now),
        "cancelled": lambda r, now: booking.cancel_request(r, reason=reason("cancel"), by=staff, now=now),
        "expired": lambda r, now: booking.expire_request(r, now=now),
        "answered": lambda r, now: booking.answer_request(r, by=staff, now=now),
        "completed": lambda r, now: booking.complete_request(r, by=staff, now=now),
        "missed": lambda r, now: booking.miss_request(r, by=staff, now=now),
        "quarantined": lambda r, now: booking.quarantine_request(r, by=staff, now=now),
        "released": lambda r, now: booking.release_request(r, by=staff, now=now),
        "offered": lambda r, now: booking.offer_earlier(r, starts_at=EARLIER, by=staff, now=now),
        "offer_accepted": lambda r, now: booking.accept_offer(r, now=now),
        "offer_refused": lambda r, now: booking.refuse_offer(r, now=now),
        "offer_taken_back": lambda r, now: booking.take_back_offer(r, by=staff, now=now),
        "kept": lambda r, now: booking.keep_request(bring_into_conflict(r), by=staff, now=now),
        "noted": lambda r, now: booking.note_request(r, text="Prefers mornings.", by=staff, now=now),
        "erased": lambda r, now: booking.erase_request(r, now=now),
    }


# A confirmed visit of which the patient asks for another time: its status is "requested".
MOVING = "moving"
# A confirmed visit whose patient is offered an earlier time: its status stays "confirmed".
OFFERED = "offered"
# How a fresh request comes to each state, and when the decision is then tried.
PATHS = {
    "requested": [],
    "confirmed": ["confirmed"],
    "declined": ["declined"],
    "withdrawn": ["withdrawn"],
    "cancelled": ["confirmed", "cancelled"],
    "expired": ["expired"],
    "completed": ["confirmed", "completed"],
    "missed": ["confirmed", "missed"],
    "quarantined": ["quarantined"],
    MOVING: ["confirmed", "moved"],
    OFFERED: ["confirmed", "offered"],
}
LATE = {"expired", "completed", "missed", "erased"}


@contextmanager
def undone(tried: str) -> Iterator[None]:
    """The block leaves nothing in the database: what is tried next meets the same state. A failure says what was tried."""
    with transaction.atomic():
        try:
            yield
        except BaseException as error:
            error.add_note(tried)
            raise
        transaction.set_rollback(True)


def bring_to(state: str, staff) -> ConsultRequest:
    """A request for START that was brought to this state by decisions alone."""
    request = submit(wants_earlier=True)
    for step in PATHS[state]:
        if step == "cancelled":
            # The visit was told: of one that nobody heard of, only a request ends.
            OutboxMessage.objects.filter(event__request=request, kind="confirmed").update(state="done")
        request = decisions(staff)[step](request, AFTER if step in LATE else WEDNESDAY)
    shown = {MOVING: ("requested", True), OFFERED: ("confirmed", False)}
    assert (request.status, request.is_moving) == shown.get(state, (state, False))
    return request
