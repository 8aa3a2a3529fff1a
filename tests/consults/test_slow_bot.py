"""A bot with many addresses that is too slow for a rush does not take every time, and everybody is told what it holds."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from clinic_site.env import Rate
from consults import booking
from consults.models import ConsultPolicy, ConsultRequest, Person, Seat, WorkerHeartbeat
from consults.open_times import current_offers, with_held_seats
from consults.spam import looks_like_spam
from consults.unanswered import HeldUnanswered, read_held_unanswered
from tests.builders import local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
# The clinic has just closed for the weekend.
SATURDAY = local("2026-12-05 12:05")
EVERY = timedelta(minutes=7)
Status = ConsultRequest.Status


@pytest.fixture(autouse=True)
def two_weeks(clinic):
    """As far ahead as one may ask: a bot is done sooner."""
    ConsultPolicy.objects.update(horizon_days=13)


def free_starts(now) -> list:
    offers = current_offers(now=now)
    offers = with_held_seats(offers, offers.today, offers.last_date)
    return [start for number in range(14) for start in offers.starts_on(offers.today + timedelta(days=number))]


def ask(number: int, *, start, now, client: str, limits_addresses: bool = True) -> ConsultRequest:
    person = Person(full_name="Jo Example", email=f"box-{number}@example.com", contact_by="email")
    is_spam = partial(
        looks_like_spam,
        honeypot="",
        read_at=now - timedelta(seconds=20),
        person=person,
        starts_at=start,
        client=client,
        limits_addresses=limits_addresses,
        now=now,
    )
    return booking.submit_request(
        submission_key=f"form-{number}",
        starts_at=start,
        person=person,
        now=now,
        client=client,
        looks_like_spam=is_spam,
    )


def attack(*, addresses: int, most: int = 120, **limits):
    """Nine requests an hour, for the first free time each, until none is left. Returns when it ended."""
    now = SATURDAY
    for number in range(most):
        free = free_starts(now)
        if not free:
            break
        ask(number, start=free[0], now=now, client=f"client-{number % addresses}", **limits)
        now += EVERY
    return now


def statuses() -> Counter:
    return Counter(ConsultRequest.objects.values_list("status", flat=True))


@pytest.mark.databases(postgresql=pytest.mark.slow)
def test_a_slow_bot_with_few_addresses_is_stopped_at_half_of_two_weeks():
    now = attack(addresses=40)
    held = read_held_unanswered(now=now)
    assert (held.soon, held.free_soon) == (statuses()[Status.REQUESTED], 96)
    assert held.soon == 96 // 2 + 1, "half, and the one that made it more"
    assert len(free_starts(now)) > 20


def test_a_slow_bot_with_any_number_of_addresses_leaves_a_quarter_of_the_times():
    now = attack(addresses=200)
    assert statuses()[Status.REQUESTED] == 96 * 3 // 4 + 1, "three quarters, and the one that made it more"
    left = free_starts(now)
    assert left, "for callers, and for people whom staff restore"
    aside = ask(500, start=left[0], now=now, client="a patient")
    assert (aside.status, aside.seats.count()) == (Status.QUARANTINED, 0)
    assert aside.answer_by, "with the same reply time"
    restored = booking.release_request(aside, by=None, now=now)
    assert (restored.status, restored.starts_at) == (Status.REQUESTED, left[0])
    assert ask(501, start=None, now=now, client="another patient").status == Status.REQUESTED, "takes no time away"


@pytest.mark.slow
def test_a_request_for_no_time_takes_none_away_by_a_move_either(staff, clock):
    """It stays as it is, and reads alike whether it was set aside or not. One that a person saw takes what it likes."""
    clock(now := attack(addresses=200))
    first, *left = free_starts(now)
    asked = {f"key {number}": ask(number, start=None, now=now, client=f"client {number}") for number in (500, 501, 502)}
    waits, aside, restored = asked.values()
    for request in (aside, restored):
        booking.quarantine_request(request, by=staff, now=now)
    booking.release_request(restored, by=staff, now=now)
    form = {"action": "move", "starts_at": first.isoformat()}
    for request in (waits, aside):
        before = ConsultRequest.objects.filter(pk=request.pk).values().get()
        response = Client().post(f"/consults/{request.token}/", form)
        assert (response.status_code, response.content.decode().count("We cannot take a time on this page right now")) == (422, 1)
        assert ConsultRequest.objects.filter(pk=request.pk).values().get() == before
    assert Client().post(f"/consults/{restored.token}/", form).status_code == 303
    caller = Person(full_name="Cal Example", email="cal@example.com", contact_by="email")
    entered = booking.submit_request(submission_key="caller", starts_at=None, person=caller, now=now, by=staff)
    assert Client().post(f"/consults/{entered.token}/", form | {"starts_at": left[0].isoformat()}).status_code == 303
    # One that has a time takes no further one.
    form["starts_at"] = left[1].isoformat()
    assert Client().post(f"/consults/{restored.token}/", form).status_code == 303


@pytest.mark.slow
def test_without_that_question_requests_for_no_time_would_take_what_is_left():
    """Negative control."""
    now = attack(addresses=200)
    held, left = statuses()[Status.REQUESTED], free_starts(now)
    for number, start in enumerate(left[:5]):
        request = ask(500 + number, start=None, now=now, client=f"client {number}")
        booking.move_request(request, starts_at=start, now=now)
    assert (statuses()[Status.REQUESTED], len(free_starts(now))) == (held + 5, len(left) - 5)


def test_without_the_limits_the_slow_bot_takes_every_time():
    """Negative control, and what BOOKING_RATE=off means."""
    now = attack(addresses=200, limits_addresses=False)
    assert free_starts(now) == []
    assert set(statuses()) == {Status.REQUESTED}


@pytest.mark.slow
def test_a_patient_beside_the_bot_holds_a_time_until_it_holds_three_quarters():
    now = attack(addresses=200, most=60)
    assert ask(500, start=free_starts(now)[-1], now=now, client="a patient").status == Status.REQUESTED
    assert ask(501, start=free_starts(now)[-1], now=now, client="a patient").status == Status.QUARANTINED


@pytest.mark.parametrize(
    ("held", "is_braked", "is_stopped"),
    [
        pytest.param(HeldUnanswered(soon=48, free_soon=96, ahead=48, free_ahead=400, a_week=48), False, False, id="half"),
        pytest.param(HeldUnanswered(soon=49, free_soon=96, ahead=49, free_ahead=400, a_week=48), True, False, id="more"),
        pytest.param(HeldUnanswered(soon=0, free_soon=96, ahead=301, free_ahead=400, a_week=48), False, True, id="far ahead"),
        pytest.param(HeldUnanswered(soon=12, free_soon=12, ahead=16, free_ahead=16, a_week=48), True, False, id="booked out"),
        pytest.param(HeldUnanswered(soon=9, free_soon=9, ahead=9, free_ahead=9, a_week=5), False, False, id="few"),
        pytest.param(HeldUnanswered(soon=8, free_soon=8, ahead=26, free_ahead=34, a_week=4), True, True, id="one day a week"),
    ],
)
def test_how_much_is_too_much(held, is_braked, is_stopped):
    assert (held.are_most_soon, held.are_nearly_all, bool(held.warning)) == (is_braked, is_stopped, is_braked or is_stopped)


def test_the_desk_and_monitors_are_told_and_a_page_of_requests_is_set_aside_at_once(desk, clock):
    now = attack(addresses=200, most=50)
    clock(now)
    desk.force_login(desk.user)
    WorkerHeartbeat.objects.create(beat_at=now)
    says = "50 unanswered requests hold most of the free times (50 of 88 within two weeks, 50 of 88 in all)"
    assert f"booking: {says}; is a bot sending them?" in Client().get("/health/ready").json()["warnings"]
    front = " ".join(desk.get("/admin/").content.decode().split())
    assert says in front
    assert "each IP address can hold one time a day" in front
    assert "?status=waiting" in front
    *chosen, stale = ConsultRequest.objects.order_by("pk")
    form = {f"version-{request.pk}": request.version for request in [*chosen, stale]}
    form |= {"action": "set_aside_selected", "index": 0, "_selected_action": [request.pk for request in [*chosen, stale]]}
    page = desk.post("/admin/consults/consultrequest/", form).content.decode()
    assert "Set aside 50 requests as possible spam?" in page
    assert page.count('name="version-') == 50
    assert set(statuses()) == {Status.REQUESTED}, "asks first"
    booking.confirm_request(stale, by=desk.user, now=now)
    seats = Seat.objects.filter(request=stale).count()
    page = desk.post("/admin/consults/consultrequest/", form | {"sure": "yes"}, follow=True).content.decode()
    assert f"Not set aside: {stale.reference} changed meanwhile and is now confirmed." in page
    assert statuses() == {Status.QUARANTINED: 49, Status.CONFIRMED: 1}
    assert Seat.objects.count() == seats, "their times are free"
    assert not [line for line in Client().get("/health/ready").json()["warnings"] if line.startswith("booking")]


@pytest.mark.parametrize(
    ("most", "rate", "says"),
    [
        pytest.param(50, Rate(20, 3600), "each IP address can hold one time a day", id="most of two weeks"),
        pytest.param(90, Rate(20, 3600), "every new request for a time is set aside below", id="nearly everything"),
        pytest.param(90, None, "The limits per IP address are off", id="no limits"),
    ],
)
@pytest.mark.slow
def test_the_desk_says_what_happens_to_new_requests(desk, clock, settings, most, rate, says):
    settings.BOOKING_RATE = rate
    clock(attack(addresses=200, most=most))
    desk.force_login(desk.user)
    page = " ".join(desk.get("/admin/").content.decode().split())
    told = [text for text in ("one time a day", "is set aside below", "are off") if text in page]
    assert says in page
    assert len(told) == 1


@pytest.mark.slow
def test_what_was_answered_is_nobodys_bot(staff):
    for start in free_starts(SATURDAY)[:60]:
        request = submit(key=f"key {start}", starts_at=start, now=SATURDAY)
        booking.confirm_request(request, by=staff, now=SATURDAY)
    assert read_held_unanswered(now=SATURDAY) == HeldUnanswered()
