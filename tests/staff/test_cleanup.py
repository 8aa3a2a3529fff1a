"""What strangers leave at the sign-in."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt

from staff import cleanup
from tests.builders import WEDNESDAY

pytestmark = pytest.mark.django_db


def test_failed_sign_ins_are_kept_for_an_hour_and_never_more_than_a_bound(monkeypatch):
    monkeypatch.setattr(cleanup, "MOST_FAILURES", 3)
    for minutes in (90, 50, 40, 30, 20, 10):
        attempt = AccessAttempt.objects.create(username=f"{minutes}", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=WEDNESDAY - timedelta(minutes=minutes))
    cleanup.delete_failed_sign_ins(now=WEDNESDAY)
    assert sorted(AccessAttempt.objects.values_list("username", flat=True)) == ["10", "20", "30"]
