"""Writes to the staff inbox when the last backup is too old: not everybody watches /health/ready."""

from datetime import datetime

from django.conf import settings

from clinic_site import backups, second_place
from consults.messages.outbox import write_to_staff_once_a_day

KIND = "late_backup"

_TEXT = """\
The last good backup of the website {site} was made {when}.
One is made every night, so something is wrong: the disk may be full.

Please tell the person who looks after the server. What they need to know is in docs/operations.md, "When a backup is late".
This letter comes once a day until there is a new backup.
"""


def write_letter_if_late(*, now: datetime) -> bool:
    """Writes at most one letter a day, and only if there is an inbox. Returns whether it wrote one."""
    if not settings.STAFF_INBOX or not backups.is_late(now=now):
        return False
    made_at = backups.last_made(now=now)
    when = f"on {made_at:%B} {made_at.day}, {made_at:%Y}" if made_at else "never"
    text = _TEXT.format(site=settings.PUBLIC_URL, when=when)
    if problem := second_place.problem():
        text += f"\nBackups are not reaching their second location either: {problem}\n"
    return write_to_staff_once_a_day(KIND, to=settings.STAFF_INBOX, subject="The website has no new backup", text=text, now=now)
