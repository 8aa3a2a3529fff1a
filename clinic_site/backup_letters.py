"""Writes to the staff inbox what is wrong with backups: not everybody watches /health/ready."""

from datetime import datetime

from django.conf import settings

from clinic_site import backups, failing_backups, room, second_place
from consults.messages.outbox import write_to_staff_once_a_day

DAMAGED, LATE, FAILING, ROOM = "damaged_database", "late_backup", "failing_backups", "room_for_backups"

_DAMAGED = """\
The database of the website {site} is damaged, and no backup of it can be made.
What is entered from now on may be lost.
"""
_LATE = """\
The last good backup of the website {site} was made {when}.
One is made every night, so something is wrong.
"""
_FAILING = """\
No backup of the website {site} could be made for an hour.
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
    lacking, failing = room.problems(now=now), failing_backups.problem(now=now)
    if failing_backups.damage():
        kind, subject, section = DAMAGED, "The website's database is damaged", "When a backup is late"
        text = _DAMAGED.format(site=settings.PUBLIC_URL)
    elif backups.is_late(now=now):
        kind, subject, section = LATE, "The website has no new backup", "When a backup is late"
        made_at = backups.last_made(now=now)
        text = _LATE.format(site=settings.PUBLIC_URL, when=f"on {made_at:%B} {made_at.day}, {made_at:%Y}" if made_at else "never")
    elif failing:
        kind, subject, section = FAILING, "The website makes no backups", "When a backup is late"
        text = _FAILING.format(site=settings.PUBLIC_URL)
    elif lacking:
        kind, subject, section = ROOM, "The website lacks room for backups", "Backups"
        text = _ROOM.format(site=settings.PUBLIC_URL)
    else:
        return False
    if reason := failing_backups.last_reason():
        text += f"\nThe last attempt failed: {reason}\n"
    text += "".join(f"\n{problem}\n" for problem in lacking)
    if problem := second_place.problem():
        text += f"\nBackups are not reaching their second location: {problem}\n"
    text += _END.format(section=section)
    return write_to_staff_once_a_day(kind, to=settings.STAFF_INBOX, subject=subject, text=text, now=now)
