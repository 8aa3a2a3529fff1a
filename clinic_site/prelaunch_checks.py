"""Prelaunch checks of the settings, and of what was only tried out."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from clinic_site.demo import is_here
from content.prelaunch import Blocker, register


@register
def settings_reach_people(*, now: datetime) -> Iterator[Blocker]:
    if not settings.PUBLIC.is_https:
        yield Blocker("Settings", "The site's URL is not https.", "PUBLIC_URL")
    if not settings.STAFF_INBOX:
        yield Blocker("Settings", "Nobody is notified of new requests.", "STAFF_INBOX")
    if "smtp" not in settings.MAILERS["default"]["BACKEND"]:
        yield Blocker("Settings", "Mail is written to files and reaches nobody.", "EMAIL_URL")


@register
def nobody_is_invented(*, now: datetime) -> Iterator[Blocker]:
    if is_here():
        yield Blocker("Invented life", "load_demo filled this site: start again in an empty DATA_DIR.", "DATA_DIR")
