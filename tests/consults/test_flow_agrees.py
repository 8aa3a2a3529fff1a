"""Listed, accepted, printed and marked-up hours never disagree: for any posted week, policy and instant of ten years."""

import json
import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import Phase, given
from hypothesis import strategies as st

from consults import booking, open_times
from consults.dates import WEEKDAYS
from consults.models import ConsultPolicy, ConsultRequest, OpeningHours, Person, SpecialHours
from consults.public.times_form import StartField
from consults.scheduling import Offers, Policy, PostedHours, Refusal, Shift
from consults.status_text import REFUSALS
from pages.models import Clinic
from tests.builders import CHICAGO
from tests.examples import examples

URL = "/book-a-consult/"
DAY, FIVE_MINUTES = timedelta(days=1), timedelta(minutes=5)
PERSON = Person(full_name="Ada Example", email="ada@example.com", contact_by="email")

grid_times = st.integers(0, 287).map(lambda cell: time(cell // 12, cell % 12 * 5))
edges = st.lists(grid_times, min_size=2, max_size=6, unique=True).map(sorted)
# Several shifts a day, with gaps between them or each opening as the one before closes.
several_shifts = st.one_of(edges.map(lambda times: list(pairwise(times))[::2]), edges.map(lambda times: list(pairwise(times))))
usual_shifts = st.sampled_from(
    [[(time(16), time(20))], [(time(8), time(12))], [(time(0), time(23, 55))], [(time(0, 55), time(3))]]
)
shifts_of_a_day = st.one_of(st.just([]), usual_shifts, several_shifts).map(lambda pairs: tuple(Shift(*pair) for pair in pairs))
weeks = st.lists(shifts_of_a_day, min_size=7, max_size=7).map(lambda days: dict(enumerate(days)))
# By the number of days from today.
special_days = st.dictionaries(st.integers(-2, 70), shifts_of_a_day, max_size=5)
policies = st.builds(
    Policy,
    length=st.sampled_from([5, 15, 20, 25, 30, 45, 60, 90, 240]).map(lambda minutes: timedelta(minutes=minutes)),
    capacity=st.integers(1, 3),
    notice=st.integers(0, 80).map(lambda hours: timedelta(hours=hours)),
    horizon_days=st.one_of(st.integers(1, 90), st.just(366)),
)
TEN_YEARS = (datetime(2026, 1, 1), datetime(2036, 1, 1))  # noqa: DTZ001
# Shrinking a failure takes minutes with whole pages: take `phases` away to see the shortest example.
QUICKLY = examples(60, phases=(Phase.explicit, Phase.generate))
CHANGES = [datetime(2026, 11, 1, 7, tzinfo=UTC), datetime(2027, 3, 14, 8, tzinfo=UTC), datetime(2034, 11, 5, 7, tzinfo=UTC)]
instants = st.one_of(
    st.datetimes(*TEN_YEARS, timezones=st.just(UTC)),
    st.builds(lambda change, minutes: change + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-20_000, 200)),
)
zones = st.sampled_from([CHICAGO, CHICAGO, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")])


def listed(page: str) -> list[str]:
    return re.findall(r'name="starts_at" value="([^"]+)"', page)


@contextmanager
def undone():
    """Whatever the block stores is gone afterwards."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@contextmanager
def clinic_at(now: datetime, *, week, special, zone=CHICAGO, policy=Policy()):  # noqa: B008
    """The clock, the posted hours and the policy as given, while the block lasts. Yields the local date."""
    with undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: now)
        today = now.astimezone(zone).date()
        Clinic.objects.update(time_zone=zone.key)
        ConsultPolicy.objects.update(
            length_minutes=policy.length // timedelta(minutes=1),
            capacity=policy.capacity,
            notice_hours=policy.notice // timedelta(hours=1),
            horizon_days=policy.horizon_days,
        )
        OpeningHours.objects.all().delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(weekday=weekday, opens=shift.opens, closes=shift.closes)
            for weekday, shifts in week.items()
            for shift in shifts
        )
        for ahead, shifts in special.items():
            day = today + DAY * ahead
            rows = [SpecialHours(date=day, opens=shift.opens, closes=shift.closes) for shift in shifts]
            SpecialHours.objects.bulk_create(rows or [SpecialHours(date=day)])
        yield today


# Listed is accepted


def accepts(start: datetime, *, key: str, now: datetime) -> bool:
    try:
        booking.submit_request(submission_key=key, starts_at=start, person=PERSON, now=now)
    except booking.Refused:
        return False
    return True


@pytest.fixture
def _no_rate(settings):
    settings.BOOKING_RATE = None


@pytest.mark.databases(postgresql=pytest.mark.nightly)
@pytest.mark.hypothesis
@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "_no_rate")
def test_what_the_page_lists_is_what_the_rules_offer_and_what_is_accepted(client):
    @QUICKLY
    @given(
        now=instants,
        zone=zones,
        week=weeks,
        special=special_days,
        policy=policies,
        from_day=st.integers(-1, 95),
        starts_at_a_special_day=st.booleans(),
        held=st.lists(st.integers(0, 1000), max_size=4),
        picks=st.lists(st.integers(0, 14 * 288), min_size=3, max_size=3),
        hours_away=st.integers(-14, 14),
    )
    def agree(now, zone, week, special, policy, from_day, starts_at_a_special_day, held, picks, hours_away):
        with clinic_at(now, zone=zone, week=week, special=special, policy=policy) as today:
            last_date = today + DAY * policy.horizon_days
            if starts_at_a_special_day and special:
                from_day = max(special)
            first = min(max(today + DAY * from_day, today), last_date)
            days = [first + DAY * number for number in range(14)]
            hold_some(held, days, now)
            page = client.get(f"{URL}?from={first}").content.decode()
            values, offers = listed(page), everything_offered(now)
            expected = [start.astimezone(zone) for day in days if day <= last_date for start in offers.starts_on(day)]
            assert values == [*(start.isoformat(timespec="minutes") for start in expected), "none"]
            assert not outside_printed_hours(expected, page)
            midnight = datetime.combine(first, time(), zone).astimezone(UTC)
            samples = {*expected[:1], *expected[-1:], *(midnight + FIVE_MINUTES * pick for pick in picks)}
            for number, start in enumerate(sorted(samples)):
                is_listed = start in expected
                with undone():
                    assert accepts(start, key=f"sample-{number}", now=now) == is_listed
                spelled = start.astimezone(timezone(timedelta(hours=hours_away))).isoformat()
                assert posts(client, page, spelled) == (303 if is_listed else 422)

    agree()


def everything_offered(now: datetime) -> Offers:
    rules = open_times.current_offers(now=now)
    return open_times.with_held_seats(rules, rules.today, rules.last_date)


def hold_some(picks: list[int], days: list[date], now: datetime) -> None:
    """Others were here before."""
    for number, pick in enumerate(picks):
        offers = everything_offered(now)
        starts = [start for day in days if day <= offers.last_date for start in offers.starts_on(day)]
        if starts:
            assert accepts(starts[pick % len(starts)], key=f"held-{number}", now=now)


def posts(client, page: str, starts_at: str) -> int:
    """The status of the answer to the form of this page with this start; what it stores is undone."""
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    person = {"full_name": "Ada Example", "email": "ada@example.com", "contact_by": "email", "acknowledged": "on"}
    with undone():
        before = ConsultRequest.objects.count()
        response = client.post(URL, person | {"ticket": ticket, "starts_at": starts_at})
        assert ConsultRequest.objects.count() - before == (response.status_code == 303)
    return response.status_code


# Refused with a reason, however spelled


@given(now=instants, zone=zones, week=weeks, special=special_days, policy=policies, ahead=st.integers(-1, 95))
@examples(150)
def test_every_five_minutes_of_a_day_are_offered_or_refused_with_a_reason(now, zone, week, special, policy, ahead):
    today = now.astimezone(zone).date()
    offers = Offers(PostedHours(zone, week, {today + DAY * number: shifts for number, shifts in special.items()}), policy, now)
    day = today + DAY * ahead
    first = datetime.combine(day, time(), zone).astimezone(UTC)
    last = datetime.combine(day + DAY, time(), zone).astimezone(UTC)
    verdicts = {first + FIVE_MINUTES * number: None for number in range((last - first) // FIVE_MINUTES)}
    for start in verdicts:
        verdicts[start] = offers.refusal(start)
    assert [start for start, verdict in verdicts.items() if verdict is None] == offers.starts_on(day)
    assert {verdict for verdict in verdicts.values() if verdict} <= set(Refusal) == set(REFUSALS)
    off_by_a_second = {offers.refusal(start + timedelta(seconds=1)) for start in verdicts}
    assert None not in off_by_a_second


offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(now=instants, week=weeks, policy=policies, minutes=st.integers(-100, 40_000), spellings=st.lists(offsets, max_size=4))
@examples(150)
def test_one_instant_gets_one_verdict_however_it_is_spelled(now, week, policy, minutes, spellings):
    offers = Offers(PostedHours(CHICAGO, week), policy, now)
    start = now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    field = StartField()
    spelled = [start.astimezone(zone).isoformat() for zone in (UTC, CHICAGO, *spellings)]
    spelled += [start.isoformat(timespec="minutes").replace("+00:00", "Z"), start.strftime("%Y%m%dT%H%M%SZ")]
    assert {field.clean(text) for text in spelled} == {start}
    verdicts = {offers.refusal(datetime.fromisoformat(text)) for text in spelled}
    assert verdicts == {offers.refusal(start)}


# Printed is marked up


def read_time(text: str) -> time:
    if text in {"noon", "midnight"}:
        return time(12 if text == "noon" else 0)
    hour, minute, half = re.fullmatch(r"(\d{1,2}):(\d\d) ([AP]M)", text).groups()
    return time(int(hour) % 12 + (12 if half == "PM" else 0), int(minute))


def read_shifts(text: str) -> list[tuple[time, time]]:
    """`8:00 AM to noon and 4:00 PM to 8:00 PM` back to times."""
    if text == "Closed":
        return []
    return [tuple(read_time(edge) for edge in shift.split(" to ")) for shift in text.split(" and ")]


def printed_lists(page: str, kind: str) -> list[dict[str, list]]:
    """Every list of hours on the page: {label: shifts}, in the order it is printed."""
    blocks = re.findall(rf'<dl class="{kind}">(.*?)</dl>', page, re.S)
    rows = [re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", block) for block in blocks]
    return [{label: read_shifts(text) for label, text in block} for block in rows]


def printed_week(page: str) -> dict[int, list]:
    """The shifts of every weekday, the same wherever the page prints them."""
    first, *others = printed_lists(page, "hours")
    assert all(other == first for other in others)
    week = {}
    for label, shifts in first.items():
        names = label.split(" to ")
        for weekday in range(WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1]) + 1):
            assert weekday not in week
            week[weekday] = shifts
    assert sorted(week) == list(range(7))
    return week


def printed_special_days(page: str) -> dict[date, list]:
    found = printed_lists(page, "hours special")
    return {datetime.strptime(label, "%A, %B %d, %Y").date(): shifts for label, shifts in found[0].items()} if found else {}  # noqa: DTZ007


def outside_printed_hours(starts: list[datetime], page: str) -> list[datetime]:
    """Listed starts at which the wall clock reads no time inside the hours that the same page prints for that date."""
    week, special = printed_week(page), printed_special_days(page)

    def is_printed(start: datetime) -> bool:
        shifts = special.get(start.date(), week[start.weekday()])
        return any(opens <= start.time() < closes for opens, closes in shifts)

    return [start for start in starts if not is_printed(start)]


def marked_up(page: str) -> dict:
    for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S):
        for node in json.loads(text)["@graph"]:
            if node["@type"] == "MedicalClinic":
                return node
    raise AssertionError("the page marks up no clinic")


def marked_up_week(clinic: dict) -> dict[int, list]:
    week = {weekday: [] for weekday in range(7)}
    for row in clinic["openingHoursSpecification"]:
        assert row["@type"] == "OpeningHoursSpecification"
        assert row["dayOfWeek"]
        for name in row["dayOfWeek"]:
            week[WEEKDAYS.index(name)].append((time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])))
    return {weekday: sorted(shifts) for weekday, shifts in week.items()}


def marked_up_special_days(clinic: dict) -> dict[date, list]:
    special: dict[date, list] = {}
    for row in clinic.get("specialOpeningHoursSpecification", []):
        assert row["validFrom"] == row["validThrough"]
        assert "dayOfWeek" not in row
        shifts = special.setdefault(date.fromisoformat(row["validFrom"]), [])
        if row["opens"] != row["closes"]:
            shifts.append((time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])))
    return special


@pytest.mark.databases(postgresql=pytest.mark.slow)
@pytest.mark.hypothesis
@pytest.mark.django_db
def test_printed_and_marked_up_hours_are_read_from_the_same_shifts(client, content):

    @QUICKLY
    @given(now=instants, week=weeks, special=special_days, policy=policies)
    def agree(now, week, special, policy):
        with clinic_at(now, week=week, special=special, policy=policy) as today:
            page = client.get("/").content.decode()
            clinic = marked_up(page)
            posted = {weekday: [(shift.opens, shift.closes) for shift in shifts] for weekday, shifts in week.items()}
            assert printed_week(page) == marked_up_week(clinic) == posted
            differing = {ahead: [(shift.opens, shift.closes) for shift in shifts] for ahead, shifts in special.items()}
            printed = {(day - today).days: shifts for day, shifts in printed_special_days(page).items()}
            assert printed == {(day - today).days: shifts for day, shifts in marked_up_special_days(clinic).items()}
            assert printed == {ahead: shifts for ahead, shifts in differing.items() if ahead in printed}
            # Whatever date a consult can be asked for is printed as it is posted.
            assert {ahead for ahead in special if 0 <= ahead <= policy.horizon_days} <= set(printed) <= {*range(367)}

    agree()
