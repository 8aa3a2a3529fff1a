"""An owner, and a site that asks for the second step."""

import pytest
from django.contrib.auth.models import User

from tests.staff.signing_in import PASSWORD


@pytest.fixture
def owner():
    return User.objects.create_superuser("olga", "olga@clinic.example", PASSWORD)


@pytest.fixture
def two_steps(settings):
    settings.STAFF_SECOND_FACTOR = True
