"""The clock, an owner, and a site that asks for the second step."""

import pytest
from django.contrib.auth.models import User

from tests.builders import WEDNESDAY
from tests.staff.signing_in import PASSWORD


@pytest.fixture
def clock(monkeypatch):
    now = [WEDNESDAY]
    for name in ("django.utils.timezone.now", "axes.handlers.proxy.now"):
        monkeypatch.setattr(name, lambda: now[0])
    return lambda instant: now.__setitem__(0, instant)


@pytest.fixture
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner():
    return User.objects.create_superuser("olga", "olga@clinic.example", PASSWORD)


@pytest.fixture
def two_steps(settings):
    settings.STAFF_SECOND_FACTOR = True
