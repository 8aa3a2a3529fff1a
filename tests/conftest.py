"""Shared by every test: what Hypothesis may take, and the clinic as it opens."""

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings

from tests.builders import post_clinic_hours

# Without a deadline: two cores shared with a browser and two databases. Derandomised, so that CI repeats what a laptop saw.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, max_examples=200, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


def pytest_configure(config):
    # In-process tests read static files by their plain names; the tests of the real server collect and hash them.
    django_settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def clinic(db):
    """The clinic's facts, posted hours and policy in the database."""
    post_clinic_hours()
