"""Which backups stay: a table of examples, and what holds for any."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_site import backups
from clinic_site.thinning import KEPT, LEAST_KEPT, night_of, surplus

CENTRAL = ZoneInfo("America/Chicago")
# Noon in Dundas.
NOON = datetime(2026, 12, 9, 18, 0, tzinfo=UTC)


def ago(days: int = 0, hours: int = 0, minutes: int = 0) -> datetime:
    return NOON - timedelta(days=days, hours=hours, minutes=minutes)


NEWEST = [ago(minutes=minutes) for minutes in (0, 1, 2)]


@pytest.mark.parametrize(
    ("made_at", "goes"),
    [
        pytest.param([], [], id="there is none"),
        pytest.param([ago(400), ago(399), ago(398)], [], id="the last three stay however old they are"),
        pytest.param([*NEWEST, ago(hours=3), ago(hours=2, minutes=59)], [], id="all of the last three hours"),
        pytest.param([*NEWEST, ago(hours=5), ago(hours=3, minutes=59)], [], id="one of each hour"),
        pytest.param(
            [*NEWEST, ago(hours=4, minutes=45), ago(hours=4, minutes=15)], [ago(hours=4, minutes=45)], id="two of an hour"
        ),
        pytest.param([*NEWEST, ago(days=2, hours=1), ago(days=2)], [ago(days=2, hours=1)], id="two of a day before"),
        # Half past two and four in the morning of one date are of two nights.
        pytest.param([*NEWEST, ago(days=2, hours=9, minutes=30), ago(days=2, hours=8)], [], id="two of one date, two nights"),
        pytest.param([*NEWEST, ago(14)], [], id="fourteen nights old"),
        pytest.param([*NEWEST, ago(14, 0, 1)], [ago(14, 0, 1)], id="older than fourteen nights"),
        pytest.param([*NEWEST, NOON + timedelta(days=300)], [], id="a time that is yet to come is not judged"),
    ],
)
def test_which_copies_go(made_at, goes):
    assert surplus(made_at, now=NOON, zone=CENTRAL) == set(goes)


INSTANTS = st.integers(0, 20 * 24 * 60).map(lambda minutes: NOON - timedelta(minutes=minutes))


@given(
    st.lists(INSTANTS, unique=True, max_size=60),
    st.sampled_from([CENTRAL, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe"), UTC]),
)
def test_whatever_there_is_enough_stays(made_at, zone):
    goes = surplus(made_at, now=NOON, zone=zone)
    stays = set(made_at) - goes
    assert goes <= set(made_at)
    assert len(stays) >= min(LEAST_KEPT, len(made_at))
    assert not made_at or max(made_at) in stays
    young = [at for at in made_at if NOON - at <= KEPT]
    assert {night_of(at, zone) for at in young} == {night_of(at, zone) for at in stays if at in young}
    # What was thinned once is not thinned further.
    assert surplus(stays, now=NOON, zone=zone) == set()


@given(st.lists(st.integers(0, 20 * 96), unique=True, min_size=1, max_size=60))
def test_thinned_at_every_step_no_night_is_lost(quarters):
    """The site thins after each new one, not once at the end."""
    kept: set[datetime] = set()
    every = [NOON - timedelta(minutes=15 * quarter) for quarter in sorted(quarters, reverse=True)]
    for at in every:
        kept |= {at}
        kept -= surplus(kept, now=at, zone=CENTRAL)
    young = {night_of(at, CENTRAL) for at in every if every[-1] - at <= KEPT}
    assert young <= {night_of(at, CENTRAL) for at in kept}


def test_what_is_named_like_a_backup_and_is_none_keeps_no_other_from_going(tmp_path):
    now = datetime(2026, 12, 2, 18, tzinfo=UTC)
    nights = [tmp_path / f"{now - timedelta(days=age):%Y-%m-%dT%H%M%SZ}.tar.gz" for age in range(40)]
    for path in nights:
        path.touch()
    nights[-1].unlink()
    nights[-1].mkdir()
    backups.delete_surplus(tmp_path, now=now, zone=UTC)
    assert not nights[30].exists()
    assert nights[-1].is_dir()


def test_what_another_machine_left_stays_for_the_fourteen_nights():
    theirs, ours = [ago(15), ago(13), ago(1, 2), ago(1, 1)], [ago(1), ago(hours=3, minutes=15), ago(hours=3, minutes=5), *NEWEST]
    assert surplus([*theirs, *ours], now=NOON, zone=CENTRAL, ours_since=min(ours)) == {ago(15), ago(hours=3, minutes=15)}
    assert surplus([*theirs, *ours], now=NOON, zone=CENTRAL) == {ago(15), ago(1, 2), ago(1, 1), ago(hours=3, minutes=15)}
