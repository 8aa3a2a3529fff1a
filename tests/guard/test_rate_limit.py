"""A token bucket per client: refills with time, one statement takes a try."""

from datetime import timedelta

import pytest

from guard import rate_limit
from guard.models import RateLimit
from tests.builders import WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def take(seconds: float = 0, client: str = "a") -> int:
    return rate_limit.take(client, limit=3, seconds=60, now=WEDNESDAY + timedelta(seconds=seconds))


def test_a_limit_is_used_up_and_refills_with_time():
    assert [take() for _ in range(4)] == [0, 0, 0, 20]
    assert take(10) == 10
    assert take(20) == 0
    assert take(20) == 20
    assert [take(1000) for _ in range(4)] == [0, 0, 0, 20]


def test_a_clock_that_goes_back_gives_nothing():
    assert [take(100) for _ in range(3)] == [0, 0, 0]
    assert take(0) > 0


def test_what_was_counted_by_a_clock_that_was_ahead_refills():
    year = 365 * 86_400
    assert [take(year) for _ in range(4)] == [0, 0, 0, 20]
    assert [take(), take(10), take(20)] == [20, 10, 0]


def test_an_idle_client_of_a_clock_that_was_ahead_is_forgotten_a_day_later():
    take(365 * 86_400)
    assert rate_limit.forget_idle_clients(now=WEDNESDAY) == 0
    assert rate_limit.forget_idle_clients(now=WEDNESDAY + timedelta(hours=25)) == 1


def test_clients_have_their_own_limits_and_idle_ones_are_forgotten():
    assert [take(client="a") for _ in range(3)] == [0, 0, 0]
    assert take(client="b") == 0
    assert rate_limit.forget_idle_clients(now=WEDNESDAY + timedelta(hours=23)) == 0
    assert rate_limit.forget_idle_clients(now=WEDNESDAY + timedelta(hours=25)) == 2
    assert not RateLimit.objects.exists()
