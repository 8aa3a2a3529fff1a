"""The rules in force: clinic, posted hours and policy, read again only after somebody changed one of their rows."""

from dataclasses import dataclass
from datetime import date, datetime

from content.models import ContentVersion
from pages.models import Clinic

from .models import ConsultPolicy
from .posted_hours import read_posted_hours
from .scheduling import Policy, PostedHours


@dataclass(frozen=True)
class Rules:
    clinic: Clinic
    posted: PostedHours
    policy: Policy


_remembered: tuple[int, date, Rules] | None = None


def read_rules(now: datetime) -> Rules:
    """The rules at the instant `now`. One query while nothing changed.

    The database moves the content version in the transaction that changes such a row, so a version that is still the
    remembered one proves the remembered rules.
    """
    global _remembered
    version = ContentVersion.current()
    if remembered := _remembered:
        of_version, of_day, rules = remembered
        if version == of_version and rules.clinic.local_date(now) == of_day:
            return rules
    clinic = Clinic.objects.current()
    today = clinic.local_date(now)
    rules = Rules(clinic, read_posted_hours(clinic, since=today), ConsultPolicy.objects.current().as_value())
    if version:
        _remembered = version, today, rules
    return rules


def lock_rules(now: datetime) -> Rules:
    """The same rules, which no decision and no change of hours in the admin can change until this transaction ends.

    The lock comes first and in a query of its own, so that what is read afterwards includes what its last holder wrote.
    """
    ConsultPolicy.objects.lock()
    return read_rules(now)
