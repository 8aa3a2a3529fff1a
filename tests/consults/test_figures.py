"""The figures by month, from events and requests alone."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults import booking, erasure
from consults.figures import MONTHS, read_figures
from consults.models import ConsultPolicy, OpeningHours
from tests.builders import ADA, WEDNESDAY, local, submit
from tests.consults.statuses import bring_to, decisions

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic"),
]
HOUR = timedelta(hours=1)


def december(now=WEDNESDAY):
    return read_figures(now=now).months[-1]


def answer(key: str, staff, *, after: timedelta, start: str) -> None:
    booking.confirm_request(submit(key=key, starts_at=local(start)), by=staff, now=WEDNESDAY + after)


def test_the_last_twelve_months_are_listed_with_the_one_that_has_begun():
    months = [month.first for month in read_figures(now=WEDNESDAY).months]
    assert (len(months), months[0], months[-1]) == (MONTHS, date(2026, 1, 1), date(2026, 12, 1))


def test_a_month_without_requests_has_no_median_and_no_share():
    assert (december().requests, december().answered_in_time, december().median_answer) == (0, 0, None)


@pytest.mark.parametrize(
    ("asked_at", "month"),
    [
        # Half past eleven at night on the last of November in Dundas is December in UTC.
        pytest.param("2026-11-30 23:30", date(2026, 11, 1), id="before midnight at the clinic"),
        pytest.param("2026-12-01 00:30", date(2026, 12, 1), id="after midnight at the clinic"),
    ],
)
def test_months_are_the_clinics(asked_at, month):
    submit(now=local(asked_at))
    assert [found.first for found in read_figures(now=WEDNESDAY).months if found.requests] == [month]


def test_what_is_older_than_twelve_months_is_left_out():
    submit(now=local("2025-12-31 23:30"), starts_at=local("2026-01-05 16:00"))
    assert sum(month.requests for month in read_figures(now=WEDNESDAY).months) == 0


@pytest.mark.parametrize(
    ("waits", "median"),
    [
        pytest.param([1], HOUR, id="one"),
        pytest.param([1, 2, 9], 2 * HOUR, id="an odd number"),
        pytest.param([1, 3], 2 * HOUR, id="an even number"),
    ],
)
def test_the_median_is_over_first_answers(staff, waits, median):
    for number, hours in enumerate(waits):
        answer(f"{number}", staff, after=hours * HOUR, start=f"2026-12-{7 + number:02} 16:00")
    # Neither of them has an answer.
    submit(key="waiting", starts_at=local("2026-12-14 16:00"))
    booking.withdraw_request(submit(key="withdrawn", starts_at=local("2026-12-14 17:00")), now=WEDNESDAY)
    found = december(WEDNESDAY + timedelta(days=1))
    assert (found.requests, found.answered_in_time, found.median_answer) == (len(waits) + 2, len(waits), median)


@pytest.mark.parametrize("decision", ["confirmed", "rescheduled", "declined"])
def test_every_first_answer_counts_and_a_later_one_does_not(staff, decision):
    request = decisions(staff)[decision](submit(), WEDNESDAY + HOUR)
    if decision == "confirmed":
        request = decisions(staff)["rescheduled"](request, WEDNESDAY + 5 * HOUR)
    assert (december().answered_in_time, december().median_answer) == (1, HOUR)


def test_no_listed_time_that_was_answered_counts_as_answered(staff):
    request = booking.submit_request(submission_key="none", starts_at=None, person=ADA, now=WEDNESDAY)
    booking.answer_request(request, by=staff, now=WEDNESDAY + HOUR)
    assert (december().answered_in_time, december().median_answer) == (1, HOUR)


def test_an_accepted_offer_is_an_answer_and_an_offer_is_none(staff):
    request = decisions(staff)["offered"](submit(wants_earlier=True), WEDNESDAY + HOUR)
    assert december().answered_in_time == 0
    decisions(staff)["offer_accepted"](request, WEDNESDAY + 2 * HOUR)
    assert (december().answered_in_time, december().median_answer) == (1, 2 * HOUR)


def test_an_answer_after_the_reply_time_is_not_in_time(staff):
    """The worker was down, so that nothing expired."""
    request = submit(starts_at=local("2026-12-14 16:00"))
    booking.confirm_request(request, by=staff, now=request.answer_by + HOUR)
    found = december(request.answer_by + 2 * HOUR)
    assert (found.requests, found.answered_in_time, found.expired) == (1, 0, 0)
    assert found.median_answer == request.answer_by + HOUR - WEDNESDAY


@pytest.mark.parametrize(
    ("state", "column"),
    [("expired", "expired"), ("missed", "no_shows"), ("moving", "moved_by_patients")],
)
def test_what_became_of_requests_is_counted(staff, state, column):
    bring_to(state, staff)
    assert getattr(december(), column) == 1


def test_staff_moving_a_visit_is_counted_apart(staff):
    decisions(staff)["rescheduled"](submit(), WEDNESDAY)
    assert (december().moved_by_staff, december().moved_by_patients) == (1, 0)


def test_spam_is_in_no_figure_until_it_is_restored(staff):
    spam = submit(looks_like_spam=True)
    assert (december().requests, read_figures(now=WEDNESDAY).hours_asked) == (0, {})
    booking.release_request(spam, by=staff, now=WEDNESDAY)
    assert december().requests == 1


def test_the_weekday_and_hour_first_asked_for_are_the_clinics(staff):
    request = submit(starts_at=local("2026-12-07 18:30"))
    booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
    submit(key="same", starts_at=local("2026-12-14 18:00"))
    booking.submit_request(submission_key="none", starts_at=None, person=ADA, now=WEDNESDAY)
    found = read_figures(now=WEDNESDAY)
    assert (found.hours_asked, found.without_time) == ({(0, 18): 2}, 1)


def test_erasure_changes_no_figure(staff):
    request = bring_to("missed", staff)
    before = read_figures(now=WEDNESDAY)
    erasure.erase_at_once(request, by=staff, now=WEDNESDAY)
    assert read_figures(now=WEDNESDAY) == before
    assert before.months[-1].no_shows == 1


def test_the_queries_do_not_grow_with_the_requests(staff, django_assert_num_queries):
    ConsultPolicy.objects.update(capacity=20)
    answer("first", staff, after=HOUR, start="2026-12-07 16:00")
    with CaptureQueriesContext(connection) as one:
        read_figures(now=WEDNESDAY)
    queries = len(one)
    for number in range(29):
        submit(key=f"{number}", starts_at=local(f"2026-12-07 {16 + number % 4}:00"))
    with django_assert_num_queries(queries):
        assert read_figures(now=WEDNESDAY).months[-1].requests == 30


def test_hours_that_changed_since_change_no_figure():
    submit()
    OpeningHours.objects.all().delete()
    assert read_figures(now=WEDNESDAY).hours_asked == {(0, 16): 1}
