"""An earlier time that frees up: to one person at a time, held for them meanwhile, by a person's click (promise 25)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from consults import booking, erasure, expiry
from consults.conflicts import find_conflicts
from consults.messages.channels.not_sent import NO_ANSWER
from consults.messages.delivery import deliver_due
from consults.models import ConsultPolicy, ConsultRequest, EarlierOffer, OutboxMessage, SpecialHours
from consults.transitions import may_happen
from tests.builders import ADA, WEDNESDAY, letter_of, local, submit
from tests.consults.statuses import EARLIER, LATER, NEXT, OFFERED, START, bring_to, decisions, undone

pytestmark = [pytest.mark.django_db, pytest.mark.databases(postgresql=pytest.mark.slow), pytest.mark.usefixtures("clinic")]
SECOND = timedelta(seconds=1)


def state_of(request: ConsultRequest) -> dict:
    """Everything about a request but what counts its events."""
    row = ConsultRequest.objects.filter(pk=request.pk).values().get()
    return row | {"version": None, "seats": sorted(request.seats.values_list("cell", flat=True))}


def letters(request: ConsultRequest, **which):
    return OutboxMessage.objects.filter(event__request=request, recipient="patient", **which).order_by("pk")


@pytest.mark.parametrize("before", ["requested", "confirmed"])
def test_an_accepted_offer_is_confirmed_frees_the_old_time_and_corrects_the_calendar(staff, before):
    request = bring_to(before, staff)
    offered = booking.offer_earlier(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)
    assert (offered.status, offered.starts_at, offered.seats.count()) == (before, START, 12)
    assert letter_of(letters(request).last())["calendar"] == ""
    for start in (EARLIER, START):
        with pytest.raises(booking.Refused):
            submit(key=f"other {start}", starts_at=start)
    taken = booking.accept_offer(request, now=WEDNESDAY, starts_at=EARLIER)
    assert (taken.status, taken.starts_at, taken.confirmed_starts_at, taken.seats.count()) == ("confirmed", EARLIER, EARLIER, 6)
    assert submit(key="other").starts_at == START
    letter = letter_of(letters(request, kind="offer_accepted").get())
    assert letter["subject"] == "Confirmed at a new time: Friday, December 4, 4:00 PM"
    assert f"SEQUENCE:{taken.version}" in letter["calendar"]
    assert "METHOD:REQUEST" in letter["calendar"]
    assert "DTSTART:20261204T220000Z" in letter["calendar"]
    assert [m.not_before for m in letters(request, kind="reminder", state="waiting")] == [local("2026-12-03 10:00")]
    offer = EarlierOffer.objects.get()
    assert (offer.answer, offer.answered_at, offer.offered_by) == ("accepted", WEDNESDAY, staff)


@pytest.mark.parametrize("way", ["refused", "lapsed", "taken_back"])
@pytest.mark.parametrize("before", ["requested", "confirmed"])
def test_an_offer_that_comes_to_nothing_leaves_the_request_exactly_as_it_was(staff, before, way):
    request = bring_to(before, staff)
    as_it_was = state_of(request)
    if before == "requested":
        ConsultRequest.objects.filter(pk=request.pk).update(answer_by=START - timedelta(hours=2))
        as_it_was = state_of(request)
    booking.offer_earlier(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)
    if way == "lapsed":
        answer_by = EarlierOffer.objects.get().answer_by
        assert expiry.expire_overdue(now=answer_by - SECOND) == 0
        assert expiry.expire_overdue(now=answer_by, after=answer_by) == 0, "what was due when a hold began waits"
        assert expiry.expire_overdue(now=answer_by) == 1
        assert expiry.expire_overdue(now=answer_by) == 0
    else:
        decisions(staff)[f"offer_{way}"](request, WEDNESDAY)
    assert state_of(request) == as_it_was
    assert EarlierOffer.objects.get().answer == way
    assert submit(key="other", starts_at=EARLIER).starts_at == EARLIER
    with pytest.raises(booking.NotAllowed, match="no_offer"):
        booking.accept_offer(request, now=WEDNESDAY)


def test_what_nobody_took_in_time_is_not_accepted_also_before_the_worker_comes(staff):
    request = bring_to(OFFERED, staff)
    answer_by = EarlierOffer.objects.get().answer_by
    with pytest.raises(booking.NotAllowed, match="offer_over"):
        booking.accept_offer(request, now=answer_by)
    assert booking.accept_offer(request, now=answer_by - SECOND).starts_at == EARLIER


@pytest.mark.parametrize(
    ("now", "offered", "until"),
    [
        pytest.param(WEDNESDAY, START, "2026-12-04 20:00", id="the second open date after the offer"),
        pytest.param(WEDNESDAY, EARLIER, "2026-12-04 14:00", id="two hours before the offered start"),
        pytest.param(local("2026-12-04 13:59"), EARLIER, "2026-12-04 14:00", id="a minute is left"),
        pytest.param(local("2026-12-04 14:00"), EARLIER, "", id="too late"),
    ],
)
def test_the_deadline_of_an_offer(staff, now, offered, until):
    request = booking.confirm_request(submit(starts_at=LATER, wants_earlier=True), by=staff, now=WEDNESDAY)
    if not until:
        with pytest.raises(booking.NotAllowed, match="too_late_to_offer"):
            booking.offer_earlier(request, starts_at=offered, by=staff, now=now)
        return
    booking.offer_earlier(request, starts_at=offered, by=staff, now=now)
    assert EarlierOffer.objects.get().answer_by == local(until)
    letter = letter_of(letters(request, kind="offered").get())
    assert "2026, 4:00 PM to 4:30 PM Central Time" in letter["text"]
    assert "on your own page by Friday, December 4, 2026, " in letter["text"]
    day = "Friday, December 4" if offered == EARLIER else "Monday, December 7"
    assert letter["subject"] == f"A time we can offer you: {day}, 4:00 PM"


def test_who_says_no_to_an_offer_at_the_last_moment_is_still_answered_in_time(staff):
    """An offer ends two hours before the reply time of what nobody confirmed, and later than that none is made."""
    request = submit(starts_at=LATER, wants_earlier=True)
    for now in ("2026-12-04 18:00", "2026-12-04 19:59"):
        assert not may_happen("offered", request, local(now))
        with pytest.raises(booking.NotAllowed, match="too_late_to_offer"):
            booking.offer_earlier(request, starts_at=NEXT, by=staff, now=local(now))
    booking.offer_earlier(request, starts_at=NEXT, by=staff, now=local("2026-12-04 17:59"))
    until = EarlierOffer.objects.get().answer_by
    assert (until, request.answer_by) == (local("2026-12-04 18:00"), local("2026-12-04 20:00"))
    with undone("no answer"):
        letters(request).update(state="done")
        assert expiry.expire_overdue(now=until) == 1
        text = letter_of(letters(request).get(kind="offer_lapsed"), now=until)["text"]
        assert "We will still answer your request" in text
    request = booking.refuse_offer(request, now=until - SECOND)
    assert booking.confirm_request(request, by=staff, now=request.answer_by - SECOND).status == "confirmed"


def test_what_nobody_confirmed_expires_once_with_the_offer_that_the_worker_left_open(staff):
    request = submit(starts_at=LATER, wants_earlier=True)
    booking.offer_earlier(request, starts_at=NEXT, by=staff, now=WEDNESDAY)
    assert expiry.expire_overdue(now=request.answer_by) == 1
    assert [(m.kind, m.state) for m in letters(request).exclude(state="dropped")] == [("expired", "waiting")]
    assert EarlierOffer.objects.get().answer == "overtaken"


def offer_to(request: ConsultRequest, staff, starts_at=EARLIER, **more):
    return booking.offer_earlier(request, starts_at=starts_at, by=staff, now=WEDNESDAY, **more)


def test_only_a_free_earlier_time_is_offered_and_only_to_who_asked_and_has_no_other_offer(staff):
    asked = bring_to("confirmed", staff)
    for starts_at in (START, NEXT):
        with pytest.raises(booking.NotAllowed, match="not_earlier"):
            offer_to(asked, staff, starts_at)
    for starts_at in (local("2026-12-06 16:00"), local("2026-12-04 16:10"), WEDNESDAY):
        with pytest.raises(booking.Refused):
            offer_to(asked, staff, starts_at)
    silent = booking.confirm_request(submit(key="silent", starts_at=NEXT), by=staff, now=WEDNESDAY)
    with pytest.raises(booking.NotAllowed, match="did_not_ask"):
        offer_to(silent, staff)
    with pytest.raises(booking.NotAllowed, match="is_quarantined"):
        offer_to(submit(key="spam", starts_at=local("2026-12-08 17:00"), wants_earlier=True, looks_like_spam=True), staff)
    offer_to(asked, staff)
    with pytest.raises(booking.NotAllowed, match="offer_open"):
        offer_to(asked, staff, local("2026-12-03 16:00"))
    other = submit(key="other", starts_at=LATER, wants_earlier=True)
    with pytest.raises(booking.Refused):
        offer_to(other, staff)
    with pytest.raises(booking.Stale):
        offer_to(other, staff, NEXT, version=7)
    assert EarlierOffer.objects.count() == 1


def test_who_waits_for_an_answer_is_offered_any_other_free_time_and_told_of_no_wish_they_did_not_have(staff):
    request = submit(key="asks", starts_at=START)
    with pytest.raises(booking.NotAllowed, match="same_time"):
        offer_to(request, staff, START)
    offered = offer_to(request, staff, LATER)
    assert (offered.status, offered.starts_at, offered.seats.count()) == ("requested", START, 12)
    assert EarlierOffer.objects.get().answer_by == request.answer_by - timedelta(hours=2)
    text = letter_of(letters(request).last())["text"]
    assert "We can offer you another time." in text
    assert "earlier" not in text
    taken = booking.accept_offer(request, now=WEDNESDAY, starts_at=LATER)
    assert (taken.status, taken.confirmed_starts_at, taken.seats.count()) == ("confirmed", LATER, 6)


def test_nothing_is_offered_while_a_move_waits_and_a_move_ends_the_offer(staff):
    request = bring_to(OFFERED, staff)
    moving = booking.move_request(request, starts_at=NEXT, now=WEDNESDAY)
    assert (EarlierOffer.objects.get().answer, moving.seats.count()) == ("overtaken", 12)
    with pytest.raises(booking.NotAllowed, match="move_waits"):
        offer_to(moving, staff)


def test_who_found_no_time_is_offered_one_without_the_tick(staff):
    request = booking.submit_request(submission_key="none", starts_at=None, person=ADA, now=WEDNESDAY)
    offer_to(request, staff)
    assert "We found a time for you. It" in letter_of(letters(request).last())["text"]
    assert booking.accept_offer(request, now=WEDNESDAY).confirmed_starts_at == EARLIER


def test_an_offer_that_overlaps_the_visit_holds_each_cell_once(staff):
    request = bring_to("confirmed", staff)
    SpecialHours.objects.create(date="2026-12-07", opens="15:40", closes="20:00")
    ConsultPolicy.objects.update(length_minutes=25)
    offer_to(request, staff, local("2026-12-07 15:40"))
    assert request.seats.count() == 10
    assert booking.refuse_offer(request, now=WEDNESDAY).seats.count() == 6
    offer_to(request, staff, local("2026-12-07 15:40"))
    assert booking.accept_offer(request, now=WEDNESDAY).seats.count() == 5


def test_a_stale_page_accepts_no_other_offer(staff):
    request = bring_to(OFFERED, staff)
    booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    offer_to(request, staff, local("2026-12-03 16:00"))
    for answer in (booking.accept_offer, booking.refuse_offer):
        with pytest.raises(booking.NotAllowed, match="offer_changed"):
            answer(request, now=WEDNESDAY, starts_at=EARLIER)


@pytest.mark.parametrize(("contact_by", "channel"), [("email", "mail"), ("phone", "call")])
@pytest.mark.parametrize("was_told", [True, False], ids=["told", "not told yet"])
def test_the_end_of_an_offer_is_told_to_who_was_told_of_it(staff, contact_by, channel, was_told):
    request = submit(wants_earlier=True, contact_by=contact_by)
    booking.confirm_request(request, by=staff, now=WEDNESDAY)
    offer_to(request, staff)
    waiting = [(m.kind, m.channel) for m in letters(request, state="waiting").exclude(kind="reminder")]
    assert waiting == [("confirmed", channel), ("offered", channel)], "a confirmed visit keeps its letter"
    if was_told:
        letters(request, kind="offered").update(state="done")
    booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    waiting = [m.kind for m in letters(request, state="waiting").exclude(kind="reminder")]
    assert waiting == ["confirmed", "offer_taken_back"][: 1 + was_told]
    assert letters(request, kind="offered").get().state == ("done" if was_told else "dropped")


@pytest.mark.parametrize(
    ("what_became_of_it", "is_told"),
    [
        pytest.param({"attempts": 3, "problem": "ConnectionRefusedError"}, False, id="never left"),
        pytest.param({"attempts": 1, "problem": "refused_550", "channel": "call"}, False, id="a call that nobody made"),
        pytest.param({"attempts": 1, "problem": "returned_5.1.1", "state": "failed"}, False, id="came back"),
        pytest.param({"attempts": 1, "problem": NO_ANSWER, "done_at": WEDNESDAY}, True, id="a server may have it"),
        pytest.param({"attempts": 1}, True, id="the worker was killed meanwhile, or is sending it"),
    ],
)
def test_the_end_of_an_offer_is_told_to_nobody_who_cannot_know_of_it(staff, what_became_of_it, is_told):
    request = bring_to(OFFERED, staff)
    letters(request, kind="offered").update(**what_became_of_it)
    booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    assert letters(request, kind="offer_taken_back").exists() == is_told


def test_an_offer_that_was_held_back_until_it_was_over_tells_nobody_of_its_end(staff):
    request = bring_to(OFFERED, staff)
    late = EarlierOffer.objects.get().answer_by
    deliver_due(now=late)
    expiry.expire_overdue(now=late)
    assert not letters(request, kind="offer_lapsed").exists()


TOLD_OFFER = "The time we offered you, Friday, December 4, 2026, 4:00 PM to 4:30 PM Central Time, is no longer held."


@pytest.mark.parametrize("contact_by", ["email", "phone"])
@pytest.mark.parametrize("kind", ["confirmed", "rescheduled", "moved"])
@pytest.mark.parametrize("was_told", [True, False], ids=["told", "not told"])
def test_a_decision_that_ends_an_offer_says_so_to_who_was_told_of_it(staff, contact_by, kind, was_told):
    request = submit(starts_at=START, wants_earlier=True, contact_by=contact_by)
    offer_to(request, staff)
    if was_told:
        letters(request, kind="offered").update(state="done")
    decisions(staff)[kind](request, WEDNESDAY)
    text = " ".join(letter_of(letters(request, kind=kind).get())["text"].split())
    assert (TOLD_OFFER in text, "offer" in text) == (was_told, was_told)


def test_who_is_given_the_offered_time_is_not_told_that_the_offer_has_ended(staff):
    request = bring_to(OFFERED, staff)
    letters(request, kind="offered").update(state="done")
    booking.reschedule_request(request, starts_at=EARLIER, by=staff, now=WEDNESDAY)
    assert "offer" not in letter_of(letters(request, kind="rescheduled").get())["text"]


def test_a_letter_about_an_offer_takes_no_other_letters_place(staff):
    """One that was not sent yet says that we have the request, with the link to the page."""
    request = submit(wants_earlier=True)
    offer_to(request, staff)
    assert [m.kind for m in letters(request, state="waiting")] == ["requested", "offered"]
    booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    assert [m.kind for m in letters(request, state="waiting")] == ["requested"]


def test_who_answers_is_told_nothing_but_a_confirmed_time_and_the_desk_hears_it(staff, settings):
    settings.STAFF_INBOX = "desk@clinic.example"
    request = bring_to(OFFERED, staff)
    booking.refuse_offer(request, now=WEDNESDAY)
    assert not letters(request, kind="offer_refused").exists()
    notice = letter_of(OutboxMessage.objects.get(kind="offer_refused", recipient="staff"))
    assert "Offered time: Friday, December 4, 2026, 4:00 PM" in notice["text"]


def test_a_letter_that_offers_what_is_over_is_not_sent(staff):
    """A mail server was away until the deadline, and the worker comes to the mail first."""
    request = bring_to(OFFERED, staff)
    letters(request).exclude(kind="offered").update(state="done")
    late = EarlierOffer.objects.get().answer_by
    assert deliver_due(now=late) == 0
    assert letters(request, kind="offered").get().state == "dropped"


def test_an_offer_whose_date_was_closed_is_mailed_to_nobody(staff):
    """The worker was stopped while staff closed the date."""
    request = bring_to(OFFERED, staff)
    letters(request).exclude(kind="offered").update(state="done")
    SpecialHours.objects.create(date="2026-12-04")
    assert deliver_due(now=WEDNESDAY) == 0
    assert letters(request, kind="offered").get().state == "dropped"


@pytest.mark.parametrize("is_closed", [True, False])
def test_an_offer_that_nobody_could_take_runs_out_as_one_that_was_taken_back(staff, settings, is_closed):
    settings.STAFF_INBOX = "desk@clinic.example"
    request = bring_to(OFFERED, staff)
    letters(request).exclude(kind="reminder").update(state="done")
    if is_closed:
        SpecialHours.objects.create(date="2026-12-04")
    expiry.expire_overdue(now=EarlierOffer.objects.get().answer_by)
    kind = "offer_taken_back" if is_closed else "offer_lapsed"
    assert EarlierOffer.objects.get().answer == kind.removeprefix("offer_")
    text = " ".join(letter_of(letters(request, kind=kind).get())["text"].split())
    assert ("We are sorry: we can no longer hold the time that we offered you" in text) == is_closed
    assert "no answer" not in text
    assert OutboxMessage.objects.filter(kind=kind, recipient="staff").exists()


def test_a_letter_to_the_desk_is_no_letter_to_the_patient(staff, settings):
    """Who still expects the later visit is told of the earlier one, however late that is."""
    settings.STAFF_INBOX = "desk@clinic.example"
    request = bring_to(OFFERED, staff)
    letters(request).exclude(kind="reminder").update(state="done")
    booking.accept_offer(request, now=WEDNESDAY)
    OutboxMessage.objects.filter(recipient="staff").update(state="done")
    assert deliver_due(now=EARLIER) == 1
    assert letters(request, kind="offer_accepted").get().state == "done"


def test_a_closed_day_shows_its_offer_among_the_conflicts_until_staff_take_it_back(staff):
    request = bring_to(OFFERED, staff)
    SpecialHours.objects.create(date="2026-12-04")
    assert [(c.request.pk, c.visit.start, c.reasons, c.is_offered) for c in find_conflicts(now=WEDNESDAY)] == [
        (request.pk, EARLIER, ("closed",), True)
    ]
    with pytest.raises(booking.Refused):
        booking.accept_offer(request, now=WEDNESDAY)
    booking.take_back_offer(request, by=staff, now=WEDNESDAY)
    assert find_conflicts(now=WEDNESDAY) == []


def test_erasing_ends_an_offer_and_leaves_times_and_codes_alone(staff):
    request = bring_to(OFFERED, staff)
    erased = erasure.erase_at_once(request, by=staff, now=WEDNESDAY)
    assert (erased.seats.count(), erased.wants_earlier) == (0, False)
    assert EarlierOffer.objects.get().answer == "overtaken"
    assert {field.get_internal_type() for field in EarlierOffer._meta.get_fields()} == {
        *("BigAutoField", "ForeignKey", "DateTimeField", "PositiveSmallIntegerField", "CharField")
    }


@pytest.mark.databases
def test_the_database_refuses_a_second_open_offer(staff):
    bring_to(OFFERED, staff)
    second = EarlierOffer.objects.get()
    second.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save(force_insert=True)
    second.answer, second.answered_at = "refused", WEDNESDAY
    second.save(force_insert=True)
