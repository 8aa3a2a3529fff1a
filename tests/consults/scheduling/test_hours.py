"""Posted hours of local dates become the right instants, on ordinary days and when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consults.scheduling import Interval, PostedHours, Shift
from tests.builders import CHICAGO, CLINIC_WEEK, POSTED
from tests.examples import examples


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("shift", "day", "expected"),
    [
        pytest.param(
            (16, 0, 20, 0), "2026-12-07", [("2026-12-07 22:00", "2026-12-08 02:00")], id="a winter evening crosses midnight UTC"
        ),
        pytest.param((16, 0, 20, 0), "2026-07-06", [("2026-07-06 21:00", "2026-07-07 01:00")], id="a summer evening"),
        pytest.param((1, 0, 4, 0), "2026-03-08", [("2026-03-08 07:00", "2026-03-08 09:00")], id="spring takes an hour out"),
        pytest.param((2, 0, 3, 0), "2026-03-08", [], id="the skipped hour holds nothing"),
        pytest.param(
            (2, 30, 4, 0), "2026-03-08", [("2026-03-08 08:00", "2026-03-08 09:00")], id="opening inside the skipped hour"
        ),
        pytest.param((1, 0, 3, 0), "2026-11-01", [("2026-11-01 06:00", "2026-11-01 09:00")], id="autumn repeats an hour"),
        pytest.param(
            (0, 0, 1, 30),
            "2026-11-01",
            [("2026-11-01 05:00", "2026-11-01 06:30"), ("2026-11-01 07:00", "2026-11-01 07:30")],
            id="closing inside the repeated hour, open again while the clock reads earlier",
        ),
    ],
)
def test_a_shift_is_the_instants_at_which_the_wall_clock_reads_inside_it(shift, day, expected):
    opens, closes = time(*shift[:2]), time(*shift[2:])
    posted = PostedHours(CHICAGO, {weekday: (Shift(opens, closes),) for weekday in range(7)})
    assert posted.open_intervals(date.fromisoformat(day)) == [Interval(utc(start), utc(end)) for start, end in expected]


def test_special_dates_replace_their_weekday_and_may_have_several_shifts():
    day = date(2026, 12, 24)
    two = (Shift(time(8), time(10)), Shift(time(11), time(12)))
    posted = PostedHours(CHICAGO, CLINIC_WEEK, {day: two, date(2026, 12, 25): ()})
    assert [interval.start.astimezone(CHICAGO).hour for interval in posted.open_intervals(day)] == [8, 11]
    assert posted.open_intervals(date(2026, 12, 25)) == []
    assert posted.open_intervals(date(2026, 12, 23)) == POSTED.open_intervals(date(2026, 12, 23))


five_minutes = st.integers(0, 287).map(lambda cell: time(cell // 12, cell % 12 * 5))
shifts = st.tuples(five_minutes, five_minutes).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Shift(*pair))
zones = st.sampled_from(["America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "UTC"])


@examples(200)
@given(shift=shifts, day=st.dates(date(2024, 1, 1), date(2034, 12, 31)), zone=zones, minute=st.integers(-600, 2400))
def test_open_exactly_when_the_wall_clock_of_that_date_reads_inside_the_shift(shift, day, zone, minute):
    from zoneinfo import ZoneInfo

    posted = PostedHours(ZoneInfo(zone), dict.fromkeys(range(7), (shift,)))
    instant = datetime.combine(day, time(), UTC) + timedelta(minutes=minute)
    wall = instant.astimezone(posted.zone)
    by_the_clock = wall.date() == day and shift.opens <= wall.time() < shift.closes
    assert any(i.start <= instant < i.end for i in posted.open_intervals(day)) == by_the_clock
