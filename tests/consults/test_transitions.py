"""The table of transitions: what each decision may start from, what it leads to, and who is told."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from consults import booking, expiry
from consults.booking import TRANSITIONS
from consults.conflicts import find_conflicts
from consults.models import ConsultPolicy, ConsultRequest, Event, OpeningHours, OutboxMessage, Seat, SpecialHours
from consults.scheduling import Refusal
from pages.models import Clinic
from tests.builders import ADA, WEDNESDAY, letter_of, local, submit
from tests.consults.statuses import AFTER, LATE, LATER, MOVING, NEXT, OFFERED, PATHS, START, bring_to, decisions, reason, undone

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic"),
]
NEEDS_NO_TIME = {"answered"}
# What declining and expiring are of a move or an offer.
ALSO = {"move_declined", "move_expired", "move_lapsed", "offer_lapsed"}


def test_the_table_names_every_decision(staff):
    assert set(TRANSITIONS) == {*decisions(staff), *ALSO}


def is_allowed(kind: str, state: str) -> bool:
    """Where the status alone does not tell: of a request that asks for its first time, and of a visit that is moving."""
    status = {MOVING: "requested", OFFERED: "confirmed"}.get(state, state)
    if (kind, state) == ("expired", OFFERED):
        return True
    if kind in NEEDS_NO_TIME or status not in TRANSITIONS[kind].starts_from:
        return False
    only = {
        "move_taken_back": {MOVING},
        "cancelled": {"confirmed", MOVING, OFFERED},
        "quarantined": {"requested"},
        "readdressed": {"requested", "quarantined"},
        "offered": {"requested", "confirmed"},
        **{answer: {OFFERED} for answer in ("offer_accepted", "offer_refused", "offer_taken_back")},
    }
    return state in only.get(kind, {state})


@pytest.mark.databases
@pytest.mark.parametrize("state", PATHS)
def test_a_decision_happens_from_the_states_of_the_table_and_no_other(staff, state):
    request = bring_to(state, staff)
    for kind in TRANSITIONS.keys() - ALSO:
        with undone(f"{kind} from {state}"):
            _try(kind, ConsultRequest.objects.get(pk=request.pk), state, staff)


def _try(kind: str, request: ConsultRequest, state: str, staff) -> None:
    before = list(Event.objects.filter(request=request).values())
    ends_less = (kind in {"declined", "expired"} and state == MOVING) or (kind, state) == ("expired", OFFERED)
    leads_to = "confirmed" if ends_less else TRANSITIONS[kind].leads_to
    # What was set aside stays so, whatever its sender does but withdraw it.
    leads_to = state if (kind, state) == ("moved", "quarantined") else leads_to
    now = AFTER if kind in LATE else WEDNESDAY
    if is_allowed(kind, state):
        decided = decisions(staff)[kind](request, now)
        assert decided.status == (leads_to or request.status)
        assert Event.objects.filter(request=request).count() == len(before) + 1
    else:
        with pytest.raises(booking.NotAllowed):
            decisions(staff)[kind](request, now)
        assert list(Event.objects.filter(request=request).values()) == before
    fresh = ConsultRequest.objects.get(pk=request.pk)
    assert list(fresh.events.values_list("number", flat=True)) == list(range(1, fresh.version + 1))
    assert fresh.events.last().status == fresh.status
    is_offered = fresh.offers.filter(answer="").exists()
    ended_it = is_allowed(kind, state) and kind not in {"noted", "kept"}
    assert is_offered == (
        kind == "offered" if is_allowed(kind, state) and state != OFFERED else state == OFFERED and not ended_it
    )
    assert fresh.seats.count() == 6 * (len(fresh.held_visits) + is_offered)
    assert (fresh.ended_at is not None) == (fresh.status in ConsultRequest.ENDED)


def test_a_corrected_address_gets_the_answer_and_a_new_link_and_the_old_one_is_told_once(staff):
    request = submit()
    old_token = request.token
    OutboxMessage.objects.update(state="done")
    corrected = booking.readdress_request(request, email="right@example.com", now=WEDNESDAY)
    assert corrected.status == "requested"
    assert not ConsultRequest.objects.by_token(old_token, now=WEDNESDAY).exists()
    letters = [letter_of(m) for m in OutboxMessage.objects.filter(state="waiting").order_by("pk")]
    assert [letter["to"] for letter in letters] == ["right@example.com", "ada@example.com"]
    assert corrected.token in letters[0]["text"]
    assert not any(word in letters[1]["text"] for word in (corrected.token, old_token, "December", "Ada", "right@"))
    OutboxMessage.objects.filter(event__number=2).update(attempts=3, problem="ConnectionRefusedError")
    corrected = booking.readdress_request(corrected, email="better@example.com", now=WEDNESDAY)
    told = [letter_of(m)["to"] for m in OutboxMessage.objects.filter(state="waiting", event__number=3)]
    assert told == ["better@example.com"], "nothing has left for the second one"
    with pytest.raises(booking.NotAllowed, match="corrected_too_often"):
        booking.readdress_request(corrected, email="q@example.com", now=WEDNESDAY)


def test_a_request_that_is_answered_by_phone_has_no_address_to_correct(staff):
    with pytest.raises(booking.NotAllowed, match="reached_by_phone"):
        booking.readdress_request(submit(contact_by="phone"), email="q@example.com", now=WEDNESDAY)


def test_a_request_without_a_time_is_answered_or_given_one(staff):
    first = booking.submit_request(submission_key="a", starts_at=None, person=ADA, now=WEDNESDAY)
    with pytest.raises(booking.NotAllowed, match="no_time"):
        booking.confirm_request(first, by=staff, now=WEDNESDAY)
    assert booking.answer_request(first, by=staff, now=WEDNESDAY).status == "completed"
    second = booking.submit_request(submission_key="b", starts_at=None, person=ADA, now=WEDNESDAY)
    assert booking.reschedule_request(second, starts_at=NEXT, by=staff, now=WEDNESDAY).status == "confirmed"


TOLD = {
    "confirmed": ["confirmed", "reminder"],
    "moved": ["moved"],
    "rescheduled": ["rescheduled", "reminder"],
    "declined": ["declined"],
    "withdrawn": ["withdrawn"],
    "readdressed": ["readdressed"],
    "expired": ["expired"],
    "answered": [],
    "quarantined": [],
    "kept": [],
    "noted": [],
    "offered": ["offered"],
}


# A request that is answered by phone has no address to correct.
EACH = [(kind, by) for kind in TOLD for by in ("email", "phone") if kind != "answered" and (kind, by) != ("readdressed", "phone")]


@pytest.mark.parametrize(("kind", "contact_by"), EACH)
def test_each_decision_tells_the_patient_exactly_once_in_the_way_they_chose(staff, kind, contact_by):
    request = submit(contact_by=contact_by, wants_earlier=True)
    if kind == "withdrawn":
        # Who was never written to reads it on their page alone.
        OutboxMessage.objects.update(state="done")
    decisions(staff)[kind](request, AFTER if kind in LATE else WEDNESDAY)
    messages = OutboxMessage.objects.filter(event__number=2).order_by("pk")
    assert [message.kind for message in messages] == TOLD[kind]
    for message in messages:
        assert message.channel == ("mail" if contact_by == "email" else "call")
        letter = letter_of(message)
        assert "988" in letter["text"]
        assert "911" in letter["text"]
        assert request.reference in letter["text"]
        whole = " ".join(letter.values()).lower()
        assert not any(word in whole for word in ("ketamine", "depression"))
        if contact_by == "email":
            assert "507-555" not in whole


def test_a_confirmed_visit_brings_its_calendar_entry_and_the_sequence_rises(staff):
    from icalendar import Calendar

    request = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    request = booking.reschedule_request(request, starts_at=NEXT, by=staff, now=WEDNESDAY)
    OutboxMessage.objects.filter(kind="rescheduled").update(state="done")
    booking.cancel_request(request, reason=reason("cancel"), by=staff, now=WEDNESDAY)
    files = [letter_of(m)["calendar"] for m in OutboxMessage.objects.exclude(kind="reminder").order_by("pk")]
    entries = [Calendar.from_ical(text).walk("VEVENT")[0] for text in files if text]
    assert [str(entry["STATUS"]) for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({str(entry["UID"]) for entry in entries}) == 1
    assert [int(entry["SEQUENCE"]) for entry in entries] == [2, 3, 4]
    assert [entry["DTSTART"].dt for entry in entries] == [local("2026-12-07 16:00"), NEXT, NEXT]
    assert "METHOD:CANCEL" in files[-1]


def test_the_reminder_goes_at_ten_the_day_before_and_only_while_the_visit_stands(staff):
    request = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    first = OutboxMessage.objects.get(kind="reminder")
    assert first.not_before == local("2026-12-06 10:00")
    booking.reschedule_request(request, starts_at=NEXT, by=staff, now=WEDNESDAY)
    first.refresh_from_db()
    assert first.state == "dropped"
    second = OutboxMessage.objects.filter(kind="reminder").last()
    assert second.not_before == local("2026-12-07 10:00")
    booking.withdraw_request(request, now=WEDNESDAY)
    second.refresh_from_db()
    assert second.state == "dropped"


def test_the_letters_of_a_visit_hold_what_the_clinic_has_set_in_neutral_words(staff):
    set_facts = {
        "parking": "Behind the building.",
        "preparation": "No food before ketamine.",
        "good_faith_contact": "Sam, at the desk.",
    }
    Clinic.objects.update(**set_facts)
    booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    for kind in ("confirmed", "reminder"):
        text = letter_of(OutboxMessage.objects.get(kind=kind))["text"]
        assert "Getting here: Behind the building.\n" in text
        assert "what care will cost. Ask: Sam, at the desk.\n" in text
        assert "ketamine" not in text
    Clinic.objects.update(**dict.fromkeys(set_facts))
    assert "Getting here" not in letter_of(OutboxMessage.objects.get(kind="confirmed"))["text"]


def test_a_visit_confirmed_late_gets_no_reminder(staff):
    booking.confirm_request(submit(), by=staff, now=local("2026-12-06 10:00"))
    assert not OutboxMessage.objects.filter(kind="reminder").exists()


def test_moving_frees_the_old_time_takes_the_new_one_and_starts_a_new_reply_time(staff):
    request = submit()
    now = local("2026-12-04 12:00")
    moved = booking.move_request(request, starts_at=NEXT, now=now)
    assert (moved.status, moved.starts_at, moved.answer_by) == ("requested", NEXT, local("2026-12-07 20:00"))
    assert submit(key="other").starts_at == local("2026-12-07 16:00")
    with pytest.raises(booking.Refused):
        submit(key="third", starts_at=NEXT)


def test_a_confirmed_visit_stays_confirmed_and_held_while_a_move_waits_for_an_answer(staff):
    request = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    now = local("2026-12-04 12:00")
    moving = booking.move_request(request, starts_at=NEXT, now=now)
    assert (moving.status, moving.starts_at, moving.confirmed_starts_at) == ("requested", NEXT, START)
    # Two hours before the earlier of both, which is earlier than the second open day.
    assert moving.answer_by == local("2026-12-07 14:00")
    for start in (START, NEXT):
        with pytest.raises(booking.Refused):
            submit(key=f"other {start}", starts_at=start)
    # Another wish takes the place of the first one.
    moving = booking.move_request(moving, starts_at=LATER, now=now)
    assert (moving.starts_at, moving.confirmed_starts_at, moving.seats.count()) == (LATER, START, 12)
    assert submit(key="another", starts_at=NEXT).starts_at == NEXT


def end_by(way: str, request: ConsultRequest, staff) -> ConsultRequest:
    ends = {
        "declined": lambda: booking.decline_request(request, reason=reason("decline"), by=staff, now=WEDNESDAY),
        "not answered in time": lambda: booking.expire_request(request, now=request.answer_by),
        "taken back": lambda: booking.take_back_move(request, now=WEDNESDAY),
    }
    return ends[way]()


@pytest.mark.parametrize("way", ["declined", "not answered in time", "taken back"])
def test_a_move_that_comes_to_nothing_leaves_the_visit_its_reminder_and_its_calendar_as_they_are(staff, way):
    moving = bring_to(MOVING, staff)
    ended = end_by(way, moving, staff)
    assert (ended.status, ended.starts_at, ended.confirmed_starts_at, ended.ended_at) == ("confirmed", START, START, None)
    assert submit(key="other", starts_at=NEXT).starts_at == NEXT, "the new time is free again"
    assert [(m.kind, m.not_before) for m in OutboxMessage.objects.filter(kind="reminder", state="waiting")] == [
        ("reminder", local("2026-12-06 10:00"))
    ]
    letter = letter_of(OutboxMessage.objects.filter(event__request=moving, recipient="patient").exclude(kind="reminder").last())
    assert letter["subject"] == "Your visit is unchanged: Monday, December 7, 4:00 PM"
    assert "unchanged and confirmed" in letter["text"]
    assert letter["calendar"] == ""


@pytest.mark.databases
def test_a_move_that_is_confirmed_gives_up_the_earlier_visit_and_corrects_the_calendar(staff):
    moved = booking.confirm_request(bring_to(MOVING, staff), by=staff, now=WEDNESDAY)
    assert (moved.status, moved.starts_at, moved.confirmed_starts_at, moved.seats.count()) == ("confirmed", NEXT, NEXT, 6)
    assert submit(key="other", starts_at=START).starts_at == START
    assert [m.not_before for m in OutboxMessage.objects.filter(kind="reminder", state="waiting")] == [local("2026-12-07 10:00")]
    letter = letter_of(OutboxMessage.objects.filter(kind="confirmed").last())
    assert "METHOD:REQUEST" in letter["calendar"]
    assert "DTSTART:20261208T220000Z" in letter["calendar"]


@pytest.mark.parametrize("way", ["withdrawn", "cancelled"])
def test_ending_a_visit_that_is_moving_ends_both_times_and_empties_the_calendar(staff, way):
    ended = decisions(staff)[way](bring_to(MOVING, staff), WEDNESDAY)
    assert (ended.status, ended.starts_at, ended.confirmed_starts_at, ended.seats.count()) == (way, START, None, 0)
    letter = letter_of(OutboxMessage.objects.filter(kind=way, recipient="patient").get())
    assert "METHOD:CANCEL" in letter["calendar"]
    assert "DTSTART:20261207T220000Z" in letter["calendar"]
    assert not OutboxMessage.objects.filter(kind="reminder", state="waiting").exists()


def test_no_move_is_taken_in_the_last_two_hours_before_a_confirmed_visit(staff):
    ConsultPolicy.objects.update(notice_hours=0)
    request = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    moving = booking.move_request(request, starts_at=NEXT, now=local("2026-12-07 13:59"))
    assert moving.answer_by == local("2026-12-07 14:00")
    booking.take_back_move(moving, now=local("2026-12-07 13:59"))
    with pytest.raises(booking.NotAllowed, match="too_late_to_move"):
        booking.move_request(request, starts_at=NEXT, now=local("2026-12-07 14:00"))
    later = booking.confirm_request(submit(key="later", starts_at=LATER, email="q@example.com"), by=staff, now=WEDNESDAY)
    with pytest.raises(booking.NotAllowed, match="too_late_to_move"):
        # The new time begins too soon to be answered two hours before it.
        booking.move_request(later, starts_at=local("2026-12-08 17:00"), now=local("2026-12-08 15:30"))


def test_once_the_confirmed_visit_has_begun_a_forgotten_move_ends_and_the_visit_is_still_the_visit(staff):
    """The site was down: nobody knows but staff whether it took place."""
    moving = bring_to(MOVING, staff)
    acts = (
        lambda: booking.take_back_move(moving, now=START),
        lambda: booking.move_request(moving, starts_at=LATER, now=START),
        lambda: booking.decline_request(moving, reason=reason("decline"), by=staff, now=START),
        lambda: booking.withdraw_request(moving, now=START),
        lambda: booking.cancel_request(moving, reason=reason("cancel"), by=staff, now=START),
    )
    for act in acts:
        with pytest.raises(booking.NotAllowed):
            act()
    assert expiry.expire_overdue(now=START) == 1
    moving.refresh_from_db()
    assert (moving.status, moving.starts_at, moving.confirmed_starts_at) == ("confirmed", START, START)
    told = OutboxMessage.objects.filter(event__request=moving, recipient="patient").last()
    for now, words in ((START, "is now"), (START + timedelta(minutes=30), "was")):
        letter = letter_of(told, now=now)
        assert "That time is no longer held" in letter["text"]
        assert f"Your confirmed visit {words}:\nMonday, December 7, 2026, 4:00 PM" in letter["text"]
    assert letter["calendar"] == ""
    assert booking.complete_request(moving, by=staff, now=START).status == "completed"


def test_what_is_set_aside_tells_nobody_also_what_was_waiting(staff):
    aside = submit()
    booking.quarantine_request(aside, by=staff, now=WEDNESDAY)
    corrected = submit(key="two", starts_at=NEXT)
    booking.readdress_request(corrected, email="q@example.com", now=WEDNESDAY, sets_aside=lambda: True)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"dropped"}
    after = timedelta(days=30)
    for request in (aside, corrected):
        assert request in ConsultRequest.objects.to_erase(
            now=WEDNESDAY + after, after=timedelta(days=90), quarantined_after=after
        )


def test_a_move_onto_a_time_that_overlaps_the_confirmed_one_holds_each_cell_once(staff):
    request = booking.confirm_request(submit(), by=staff, now=WEDNESDAY)
    ConsultPolicy.objects.update(length_minutes=20)
    moving = booking.move_request(request, starts_at=local("2026-12-07 16:20"), now=WEDNESDAY)
    assert moving.seats.count() == 8
    assert booking.take_back_move(moving, now=WEDNESDAY).seats.count() == 6
    moving = booking.move_request(moving, starts_at=local("2026-12-07 16:20"), now=WEDNESDAY)
    confirmed = booking.confirm_request(moving, by=staff, now=WEDNESDAY)
    assert (confirmed.seats.count(), confirmed.length_minutes) == (4, 20)


def test_a_visit_that_is_moving_is_in_conflict_for_either_of_its_times_until_staff_keep_it(staff):
    moving = bring_to(MOVING, staff)
    for day in ("2026-12-07", "2026-12-08"):
        SpecialHours.objects.create(date=day)
    found = find_conflicts(now=WEDNESDAY)
    assert [(conflict.request.pk, conflict.visit.start, conflict.in_words) for conflict in found] == [
        (moving.pk, START, "outside the posted hours"),
        (moving.pk, NEXT, "outside the posted hours"),
    ]
    kept = booking.keep_request(moving, by=staff, now=WEDNESDAY)
    assert find_conflicts(now=WEDNESDAY) == []
    booking.take_back_move(kept, now=WEDNESDAY)
    assert find_conflicts(now=WEDNESDAY) == [], "what staff kept stays kept"


def test_a_move_that_is_refused_keeps_the_old_time(staff):
    request = submit()
    submit(key="other", starts_at=NEXT)
    for wanted in (NEXT, request.starts_at, local("2026-12-06 16:00"), WEDNESDAY):
        with pytest.raises(booking.Refused):
            booking.move_request(request, starts_at=wanted, now=WEDNESDAY)
    fresh = ConsultRequest.objects.get(pk=request.pk)
    assert (fresh.version, fresh.starts_at, fresh.seats.count()) == (1, local("2026-12-07 16:00"), 6)


def test_a_move_onto_a_grid_that_overlaps_its_own_old_time_is_fine(staff):
    request = submit()
    ConsultPolicy.objects.update(length_minutes=20)
    assert booking.move_request(request, starts_at=local("2026-12-07 16:20"), now=WEDNESDAY).seats.count() == 4


def test_staff_may_go_below_the_notice_but_not_outside_the_hours(staff):
    request = submit()
    soon = local("2026-12-02 16:00")
    with pytest.raises(booking.Refused) as refused:
        booking.move_request(request, starts_at=soon, now=WEDNESDAY)
    assert refused.value.code is Refusal.TOO_SOON
    assert booking.reschedule_request(request, starts_at=soon, by=staff, now=WEDNESDAY).starts_at == soon
    with pytest.raises(booking.Refused) as refused:
        booking.reschedule_request(request, starts_at=local("2026-12-06 16:00"), by=staff, now=WEDNESDAY)
    assert refused.value.code is Refusal.CLOSED


def test_a_start_that_is_no_longer_posted_is_confirmed_only_with_an_explicit_yes(staff):
    request = submit()
    SpecialHours.objects.create(date="2026-12-07")
    with pytest.raises(booking.NotAllowed, match="not_posted"):
        booking.confirm_request(request, by=staff, now=WEDNESDAY)
    confirmed = booking.confirm_request(request, by=staff, now=WEDNESDAY, even_if_not_posted=True)
    assert confirmed.confirmed_kept_despite == {"closed": []}


def test_a_confirmed_visit_ends_also_while_a_move_to_an_earlier_time_was_forgotten(staff):
    """The site was down over the time that was asked for. The visit still lies ahead."""
    moving = booking.move_request(
        booking.confirm_request(submit(starts_at=NEXT), by=staff, now=WEDNESDAY), starts_at=START, now=WEDNESDAY
    )
    for end in (booking.withdraw_request, partial(booking.cancel_request, reason=reason("cancel"), by=staff)):
        with transaction.atomic():
            assert end(moving, now=AFTER).starts_at == NEXT
            transaction.set_rollback(True)


def test_staff_offer_no_moving_patient_the_time_they_have(staff):
    """It would be told as a new time. Declining the move keeps it."""
    ConsultPolicy.objects.update(capacity=2)
    moving = bring_to(MOVING, staff)
    with pytest.raises(booking.NotAllowed, match="is_confirmed_time"):
        booking.reschedule_request(moving, starts_at=START, by=staff, now=WEDNESDAY)
    assert booking.reschedule_request(moving, starts_at=LATER, by=staff, now=WEDNESDAY).starts_at == LATER


def test_nothing_is_confirmed_moved_withdrawn_or_cancelled_after_its_start(staff):
    request = submit()
    late = request.starts_at
    with pytest.raises(booking.NotAllowed, match="start_passed"):
        booking.confirm_request(request, by=staff, now=late)
    with pytest.raises(booking.NotAllowed, match="start_passed"):
        booking.withdraw_request(request, now=late)
    with pytest.raises(booking.NotAllowed, match="start_passed"):
        booking.move_request(request, starts_at=NEXT + timedelta(days=7), now=late)
    confirmed = booking.confirm_request(request, by=staff, now=WEDNESDAY)
    with pytest.raises(booking.NotAllowed, match="start_passed"):
        booking.cancel_request(confirmed, reason=reason("cancel"), by=staff, now=late)


def test_a_stale_decision_is_refused_and_shows_how_things_stand(staff):
    seen = submit()
    booking.confirm_request(seen, by=staff, now=WEDNESDAY)
    with pytest.raises(booking.Stale) as stale:
        booking.decline_request(seen, reason=reason("decline"), by=staff, now=WEDNESDAY, version=seen.version)
    assert stale.value.request.status == "confirmed"


def test_a_released_request_gets_its_time_back_if_it_is_free(staff):
    aside = booking.quarantine_request(submit(), by=staff, now=WEDNESDAY)
    submit(key="other")
    with pytest.raises(booking.Refused):
        booking.release_request(aside, by=staff, now=WEDNESDAY)
    assert ConsultRequest.objects.get(pk=aside.pk).status == "quarantined"
    Seat.objects.all().delete()
    assert booking.release_request(aside, by=staff, now=WEDNESDAY).seats.count() == 6


def test_a_released_request_whose_time_is_gone_asks_for_another(staff):
    aside = submit(looks_like_spam=True)
    submit(key="other", email="bo@example.com")
    released = booking.release_request(aside, by=staff, now=WEDNESDAY, without_time=True)
    assert (released.status, released.starts_at, released.seats.count()) == ("requested", None, 0)
    assert released.answer_by == local("2026-12-04 20:00")
    letter = letter_of(OutboxMessage.objects.get(event__request=aside))
    assert "is no longer held for you. Please choose another one on your own" in letter["text"]
    assert booking.move_request(released, starts_at=NEXT, now=WEDNESDAY).starts_at == NEXT


def test_a_visit_in_less_than_two_hours_is_answered_by_its_start(staff):
    soon, now = local("2026-12-07 16:00"), local("2026-12-07 14:30")
    request = submit(now=now, by=staff, below_notice=True)
    assert request.answer_by == soon
    assert expiry.expire_overdue(now=now) == 0
    assert booking.confirm_request(request, by=staff, now=now).status == "confirmed"


def test_what_looks_like_spam_holds_nothing_mails_nobody_and_keeps_its_reply_time(settings):
    settings.STAFF_INBOX = "desk@clinic.example"
    request = submit(looks_like_spam=True)
    assert (request.status, request.answer_by) == ("quarantined", local("2026-12-04 20:00"))
    assert request.starts_at == local("2026-12-07 16:00")
    assert not Seat.objects.exists()
    assert not OutboxMessage.objects.exists()


@pytest.mark.databases
def test_what_nobody_answered_expires_and_the_patient_is_told(settings, staff):
    settings.STAFF_INBOX = "desk@clinic.example"
    answered, waiting = submit(key="a"), submit(key="b", starts_at=NEXT)
    booking.confirm_request(answered, by=staff, now=WEDNESDAY)
    assert expiry.expire_overdue(now=waiting.answer_by - timedelta(seconds=1)) == 0
    assert expiry.expire_overdue(now=waiting.answer_by) == 1
    assert expiry.expire_overdue(now=waiting.answer_by) == 0
    waiting.refresh_from_db()
    assert waiting.status == "expired"
    told = OutboxMessage.objects.filter(event__request=waiting, kind="expired")
    assert sorted(told.values_list("recipient", flat=True)) == ["patient", "staff"]


@pytest.mark.databases
def test_the_database_refuses_to_change_or_delete_an_event():
    event = Event.objects.get(request=submit())
    rows = Event.objects.filter(pk=event.pk)
    for change in (lambda: rows.update(kind="confirmed"), lambda: rows._raw_delete("default")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Event.objects.get().kind == "requested"


@pytest.mark.databases
def test_without_its_triggers_an_event_could_be_changed():
    """Negative control."""
    submit()
    table = "consults_event"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER events_never_update")
        else:
            cursor.execute(f"DROP TRIGGER events_never_change ON {table}")
    assert Event.objects.update(kind="confirmed") == 1


def test_hours_that_change_do_not_move_anything_by_themselves():
    request = submit()
    OpeningHours.objects.all().delete()
    ConsultPolicy.objects.update(capacity=1, length_minutes=60)
    fresh = ConsultRequest.objects.get(pk=request.pk)
    assert (fresh.status, fresh.starts_at, fresh.length_minutes, fresh.seats.count()) == ("requested", request.starts_at, 30, 6)
