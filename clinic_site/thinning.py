"""Which backups are no longer needed, from their times alone.

Kept are: every one of the last three hours; the last one of each hour of the last day; the last one of each night of the last
fourteen, a night being the day that begins at 3 AM local time; and the newest three, however old they are.

Where another machine left backups, as before a restore, or before somebody began with an empty disk, newer ones of this machine
do not stand for them: all of those stay for the fourteen nights.
"""

from collections.abc import Hashable, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

# What the privacy policy promises: for how long somebody's data may still be in a backup.
KEPT = timedelta(days=14)
# However old: when the site was down for weeks, or the clock was wrong, the last good ones are still there.
LEAST_KEPT = 3
EVERY_ONE_FOR, HOURLY_FOR = timedelta(hours=3), timedelta(hours=24)
NIGHT_BEGINS = time(3)


def night_of(instant: datetime, zone: tzinfo) -> date:
    """The local date on which the night of an aware instant began. Half past two belongs to the day before."""
    local = instant.astimezone(zone)
    return local.date() - timedelta(days=local.time() < NIGHT_BEGINS)


def surplus(made_at: Iterable[datetime], *, now: datetime, zone: tzinfo, ours_since: datetime | None = None) -> set[datetime]:
    """Which of these times (aware) are those of backups that may be deleted. Times that are yet to come are not judged.

    What was made before `ours_since` is another machine's; None where there is no other.
    """
    newest_first = sorted((at for at in made_at if at <= now), reverse=True)
    kept, seen = set(newest_first[:LEAST_KEPT]), set[Hashable]()
    for at in newest_first:
        age = now - at
        groups: list[Hashable] = [("night", night_of(at, zone))] if age <= KEPT else []
        if age <= HOURLY_FOR:
            groups.append(("hour", at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)))
        # The first of a group that is met is its newest.
        if age <= EVERY_ONE_FOR or not seen.issuperset(groups):
            kept.add(at)
        seen.update(groups)
    if ours_since:
        kept.update(at for at in newest_first if at < ours_since and now - at <= KEPT)
    return set(newest_first) - kept
