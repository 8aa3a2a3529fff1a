"""The clinic's name without a query, for pages that must work when the database does not."""

from django.conf import settings

from pages.models import Clinic

_remembered_name = ""


def remember(clinic: Clinic) -> None:
    """Keeps the name in this process."""
    global _remembered_name
    _remembered_name = clinic.name


def remembered() -> str:
    """The name; the site's host while this process has not read it yet."""
    return _remembered_name or settings.PUBLIC.host
