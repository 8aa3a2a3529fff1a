"""The clinic's name without a query, for pages that must work when the database does not."""

from django.conf import settings

from pages.models import Clinic

_remembered_name = ""


def remember(clinic: Clinic) -> None:
    """Remembers the name in this process."""
    global _remembered_name
    _remembered_name = clinic.name


def remembered() -> str:
    """The name, or the site's host until this process has read the name."""
    return _remembered_name or settings.PUBLIC.host
