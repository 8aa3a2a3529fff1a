"""Which starts are offered, and why another is refused."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consults.scheduling import Offers, Policy, PostedHours, Refusal, Shift, reply_due
from consults.scheduling.cells import cells_of
from tests.builders import CHICAGO, CLINIC_WEEK, POSTED, WEDNESDAY, local
from tests.consults.scheduling.test_hours import shifts
from tests.examples import examples

OFFERS = Offers(POSTED, Policy(), WEDNESDAY)


def starts(offers: Offers, day: str) -> list[str]:
    return [f"{offers.posted.local(start):%H:%M}" for start in offers.starts_on(date.fromisoformat(day))]


def test_the_last_consult_ends_as_the_door_closes():
    assert starts(OFFERS, "2026-12-07") == ["16:00", "16:30", "17:00", "17:30", "18:00", "18:30", "19:00", "19:30"]
    assert starts(OFFERS, "2026-12-05") == ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert starts(OFFERS, "2026-12-06") == []


def test_the_grid_counts_from_each_opening_and_a_rest_too_short_starts_nothing():
    posted = PostedHours(CHICAGO, {0: (Shift(time(8, 5), time(9, 40)), Shift(time(16), time(16, 40)))})
    offers = Offers(posted, Policy(length=timedelta(minutes=45)), WEDNESDAY)
    assert starts(offers, "2026-12-07") == ["08:05", "08:50"]


def test_notice_is_elapsed_time_and_the_horizon_counts_local_dates():
    thursday_four = local("2026-12-03 16:00")
    exactly = Offers(POSTED, Policy(), thursday_four - timedelta(hours=24))
    a_second_late = Offers(POSTED, Policy(), thursday_four - timedelta(hours=24) + timedelta(seconds=1))
    assert exactly.refusal(thursday_four) is None
    assert a_second_late.refusal(thursday_four) is Refusal.TOO_SOON
    last = Offers(POSTED, Policy(horizon_days=5), local("2026-12-02 23:59"))
    assert last.refusal(local("2026-12-07 19:30")) is None
    assert last.refusal(local("2026-12-08 16:00")) is Refusal.TOO_FAR


def test_too_soon_are_the_free_starts_inside_the_notice_and_no_other():
    now = local("2026-12-02 16:10")
    held = dict.fromkeys(cells_of(local("2026-12-02 17:00"), timedelta(minutes=30)), 1)
    offers = Offers(POSTED, Policy(), now, held)
    today, tomorrow, sunday = date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 6)
    assert [f"{POSTED.local(start):%H:%M}" for start in offers.too_soon_on(today)] == [
        "16:30",
        "17:30",
        "18:00",
        "18:30",
        "19:00",
        "19:30",
    ]
    assert [f"{POSTED.local(start):%H:%M}" for start in offers.too_soon_on(tomorrow)] == ["16:00"]
    assert offers.too_soon_on(sunday) == []
    assert Offers(POSTED, Policy(notice=timedelta(0)), now).too_soon_on(today) == []
    assert Offers(POSTED, Policy(notice=timedelta(days=9), horizon_days=0), now).too_soon_on(tomorrow) == []


def test_notice_over_the_spring_change_is_an_hour_less_on_the_wall_clock():
    offers = Offers(PostedHours(CHICAGO, {6: (Shift(time(16), time(20)),)}), Policy(), local("2026-03-07 15:30"))
    assert starts(offers, "2026-03-08")[0] == "16:30"


def test_a_repeated_hour_has_two_starts_told_apart_by_their_offset():
    offers = Offers(PostedHours(CHICAGO, {6: (Shift(time(1), time(2)),)}), Policy(), local("2026-10-25 12:00"))
    texts = [start.astimezone(CHICAGO).isoformat() for start in offers.starts_on(date(2026, 11, 1))]
    assert texts == [
        "2026-11-01T01:00:00-05:00",
        "2026-11-01T01:30:00-05:00",
        "2026-11-01T01:00:00-06:00",
        "2026-11-01T01:30:00-06:00",
    ]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        pytest.param("2026-12-07 16:00", None, id="the first start of the evening"),
        pytest.param("2026-12-07 19:30", None, id="the last start of the evening"),
        pytest.param("2026-12-07 20:00", Refusal.CLOSED, id="the closing minute"),
        pytest.param("2026-12-07 19:45", Refusal.CLOSED, id="would end after closing"),
        pytest.param("2026-12-07 16:15", Refusal.NOT_A_START, id="between two starts"),
        pytest.param("2026-12-07 16:00:01", Refusal.NOT_A_START, id="a second off"),
        pytest.param("2026-12-07 15:30", Refusal.CLOSED, id="before opening"),
        pytest.param("2026-12-06 16:00", Refusal.CLOSED, id="Sunday"),
        pytest.param("2026-12-02 16:00", Refusal.TOO_SOON, id="this evening"),
        pytest.param("2026-12-01 16:00", Refusal.PAST, id="yesterday"),
        pytest.param("2027-02-01 16:00", Refusal.TOO_FAR, id="past the last date"),
        pytest.param("1999-12-06 16:00", Refusal.PAST, id="long ago"),
        pytest.param("9998-12-06 16:00", Refusal.TOO_FAR, id="far future"),
    ],
)
def test_every_refused_start_has_its_reason(start, code):
    assert OFFERS.refusal(local(start)) == code


def test_a_start_is_taken_when_any_of_its_cells_is_full():
    length = timedelta(minutes=30)
    held = dict.fromkeys(cells_of(local("2026-12-07 16:25"), length), 1)
    offers = Offers(POSTED, Policy(), WEDNESDAY, held)
    assert starts(offers, "2026-12-07")[:2] == ["17:00", "17:30"]
    assert offers.refusal(local("2026-12-07 16:30")) is Refusal.TAKEN
    assert Offers(POSTED, Policy(capacity=2), WEDNESDAY, held).refusal(local("2026-12-07 16:30")) is None


def test_the_nearest_times_are_near_and_can_be_had():
    wanted = local("2026-12-07 17:00")
    held = dict.fromkeys(cells_of(wanted, timedelta(minutes=30)), 1)
    offers = Offers(POSTED, Policy(), WEDNESDAY, held)
    nearest = [f"{offers.posted.local(start):%a %H:%M}" for start in offers.nearest(wanted)]
    assert nearest == ["Mon 16:00", "Mon 16:30", "Mon 17:30"]
    assert [f"{offers.posted.local(start):%a %H:%M}" for start in offers.nearest(local("2026-12-06 10:00"))] == [
        "Sat 10:30",
        "Sat 11:00",
        "Sat 11:30",
    ]
    assert offers.nearest(local("9998-01-01 10:00")) != []


@examples(200)
@given(
    week=st.dictionaries(st.integers(0, 6), st.lists(shifts, max_size=2).map(tuple)),
    day=st.dates(date(2025, 1, 1), date(2035, 1, 1)),
    length=st.sampled_from([5, 20, 30, 45, 90]),
    ago=st.integers(0, 60 * 24 * 70),
)
def test_every_offered_start_lies_inside_posted_hours_and_is_accepted_again(week, day, length, ago):
    posted = PostedHours(CHICAGO, week)
    policy = Policy(length=timedelta(minutes=length))
    offers = Offers(posted, policy, local(f"{day} 12:00") - timedelta(minutes=ago))
    offered = offers.starts_on(day)
    for start in offered:
        assert offers.refusal(start) is None
        assert posted.local(start).date() == day
        assert any(i.start <= start and start + policy.length <= i.end for i in posted.open_intervals(day))
    assert all(later > earlier for earlier, later in pairwise(sorted(set(offered))))


@pytest.mark.parametrize(
    ("asked", "start", "due"),
    [
        pytest.param("2026-12-02 10:00", "2026-12-21 16:00", "2026-12-04 20:00", id="closing time of the second open date after"),
        pytest.param("2026-12-02 23:30", "2026-12-21 16:00", "2026-12-04 20:00", id="late in the evening counts for that date"),
        pytest.param("2026-12-04 10:00", "2026-12-21 16:00", "2026-12-07 20:00", id="Saturday counts, Sunday does not"),
        pytest.param("2026-12-02 10:00", "2026-12-03 16:00", "2026-12-03 14:00", id="two hours before an early start"),
        pytest.param("2026-12-02 10:00", None, "2026-12-04 20:00", id="no time asked for"),
    ],
)
def test_the_reply_time_is_a_real_closing_time_or_two_hours_before(asked, start, due):
    starts_at = start and local(start)
    assert reply_due(posted=POSTED, open_days=2, asked_at=local(asked), starts_at=starts_at) == local(due)


def test_special_days_move_the_reply_time():
    closed = {date(2026, 12, 24): (), date(2026, 12, 25): ()}
    posted = PostedHours(CHICAGO, CLINIC_WEEK, closed)
    due = reply_due(posted=posted, open_days=2, asked_at=local("2026-12-23 10:00"), starts_at=None)
    assert due == local("2026-12-28 20:00")
