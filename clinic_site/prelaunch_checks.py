"""Prelaunch checks of the settings."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from content.prelaunch import Blocker, register


@register
def settings_reach_people(*, now: datetime) -> Iterator[Blocker]:
    if not settings.PUBLIC.is_https:
        yield Blocker("Settings", "The site's URL is not https.", "PUBLIC_URL")
    if not settings.STAFF_INBOX:
        yield Blocker("Settings", "Nobody is notified of new requests.", "STAFF_INBOX")
    if "smtp" not in settings.MAILERS["default"]["BACKEND"]:
        yield Blocker("Settings", "Mail is written to files and reaches nobody.", "EMAIL_URL")
