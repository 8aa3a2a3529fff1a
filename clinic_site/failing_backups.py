"""Since when no backup could be made, and why: beside the backups, until one is made, or nothing had changed.

That the database itself is damaged is told at once, before more is written to it; what may pass within minutes, after an hour.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from clinic_site import told_beside
from clinic_site.database_copy import BackupFailed, DatabaseDamaged
from clinic_site.whole_files import replace_if_there_is_room

TOLD_AFTER = timedelta(hours=1)
_FILE = "backup-problem.txt"
_DAMAGED, _FAILED = "damaged", "failed"
_LONGEST = 300


class Failing(NamedTuple):
    since: datetime
    is_damage: bool
    reason: str


def remember(error: BackupFailed, *, now: datetime) -> None:
    """Another failure after a damage does not say that the database is whole."""
    before, is_damage, reason = _read(), isinstance(error, DatabaseDamaged), " ".join(str(error).split())[:_LONGEST]
    if before and before.is_damage and not is_damage:
        is_damage, reason = True, before.reason
    since = min(before.since, now) if before else now
    path = told_beside.folder() / _FILE
    replace_if_there_is_room(path, f"{since.isoformat()} {_DAMAGED if is_damage else _FAILED} {reason}")


def forget() -> None:
    told_beside.forget(_FILE)


def last_reason() -> str:
    """Why the last attempt failed, whether or not that is to be told yet; empty when it did not."""
    failing = _read()
    return failing.reason if failing else ""


def damage() -> str:
    """What is wrong with the database; empty as far as the last backup knows."""
    failing = _read()
    return failing.reason if failing and failing.is_damage else ""


def problem(*, now: datetime) -> str:
    """What is to be told to people by now; empty when nothing is."""
    failing = _read()
    if failing is None:
        return ""
    if failing.is_damage:
        return f"none can be made, because the database is damaged ({failing.reason})"
    if now - failing.since < TOLD_AFTER:
        return ""
    return f"none could be made since {failing.since:%Y-%m-%d %H:%M} UTC: {failing.reason}"


def _read() -> Failing | None:
    try:
        since, kind, reason = told_beside.told(_FILE).split(" ", 2)
        return Failing(datetime.fromisoformat(since), kind == _DAMAGED, reason)
    except ValueError:
        return None
