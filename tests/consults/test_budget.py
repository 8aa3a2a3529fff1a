"""A token bucket per client: refills with time, spends one statement at a time."""

from datetime import timedelta

import pytest

from consults import budget
from consults.models import ClientBudget
from tests.builders import WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def spend(seconds: float = 0, client: str = "a") -> int:
    return budget.spend(client, limit=3, seconds=60, now=WEDNESDAY + timedelta(seconds=seconds))


def test_a_budget_is_spent_and_refills_with_time():
    assert [spend() for _ in range(4)] == [0, 0, 0, 20]
    assert spend(10) == 10
    assert spend(20) == 0
    assert spend(20) == 20
    assert [spend(1000) for _ in range(4)] == [0, 0, 0, 20]


def test_a_clock_that_goes_back_gives_nothing():
    assert [spend(100) for _ in range(3)] == [0, 0, 0]
    assert spend(0) > 0


def test_clients_have_their_own_budgets_and_idle_ones_are_forgotten():
    assert [spend(client="a") for _ in range(3)] == [0, 0, 0]
    assert spend(client="b") == 0
    assert budget.forget_idle_clients(now=WEDNESDAY + timedelta(hours=23)) == 0
    assert budget.forget_idle_clients(now=WEDNESDAY + timedelta(hours=25)) == 2
    assert not ClientBudget.objects.exists()
