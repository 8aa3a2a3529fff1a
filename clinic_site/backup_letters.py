"""Writes to the staff inbox what is wrong with backups: not everybody watches /health/ready."""

from datetime import datetime

from django.conf import settings

from clinic_site import backups, room, second_place
from consults.messages.outbox import write_to_staff_once_a_day

LATE, ROOM = "late_backup", "room_for_backups"

_LATE = """\
The last good backup of the website {site} was made {when}.
One is made every night, so something is wrong.
"""
_ROOM = """\
The website {site} lacks room for its backups.
"""
_END = """
Please tell the person who looks after the server. What they need to know is in docs/operations.md, "{section}".
This letter comes at most once a day, for as long as that is so.
"""


def write_letter_if_needed(*, now: datetime) -> bool:
    """Writes about the worst, and adds the rest: at most one letter a day of a kind, and only if there is an inbox.

    Returns whether it wrote one.
    """
    if not settings.STAFF_INBOX:
        return False
    lacking = room.problems(now=now)
    if backups.is_late(now=now):
        kind, subject, section = LATE, "The website has no new backup", "When a backup is late"
        made_at = backups.last_made(now=now)
        text = _LATE.format(site=settings.PUBLIC_URL, when=f"on {made_at:%B} {made_at.day}, {made_at:%Y}" if made_at else "never")
    elif lacking:
        kind, subject, section = ROOM, "The website lacks room for backups", "Backups"
        text = _ROOM.format(site=settings.PUBLIC_URL)
    else:
        return False
    text += "".join(f"\n{problem}\n" for problem in lacking)
    if problem := second_place.problem():
        text += f"\nBackups are not reaching their second location: {problem}\n"
    text += _END.format(section=section)
    return write_to_staff_once_a_day(kind, to=settings.STAFF_INBOX, subject=subject, text=text, now=now)
