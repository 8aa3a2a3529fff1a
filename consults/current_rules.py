"""The rules in force: clinic, posted hours and policy, read again only after one of their rows changed."""

from dataclasses import dataclass
from datetime import date, datetime

from content.models import ContentVersion
from pages.models import Clinic

from .models import ConsultPolicy
from .posted_hours import read_posted_hours
from .scheduling import Interval, Policy, PostedHours


@dataclass(frozen=True)
class Rules:
    """`version`: the content version under which they were read."""

    version: int
    clinic: Clinic
    posted: PostedHours
    policy: Policy

    def covers(self, visit: Interval) -> bool:
        """Whether the posted hours still carry the visit. Of a time that is past nobody asks: old special hours are not read."""
        return self.posted.covers(visit.start, visit.end)


_remembered: tuple[date, Rules] | None = None


def read_rules(now: datetime) -> Rules:
    """The rules at the instant `now`. One query while nothing changed.

    The database moves the content version in the same transaction as any change to such a row, so while the version is the
    same, so are the rules.
    """
    global _remembered
    version = ContentVersion.current()
    if remembered := _remembered:
        of_day, rules = remembered
        if version == rules.version and rules.clinic.local_date(now) == of_day:
            return rules
    clinic = Clinic.objects.current()
    today = clinic.local_date(now)
    rules = Rules(version, clinic, read_posted_hours(clinic, since=today), ConsultPolicy.objects.current().as_value())
    if version:
        _remembered = today, rules
    return rules


def lock_rules(now: datetime) -> Rules:
    """The same rules, locked against every other decision and every change of hours until this transaction ends.

    The lock is a separate, earlier query, so that the rules read after it include what its last holder wrote.
    """
    ConsultPolicy.objects.lock()
    return read_rules(now)
