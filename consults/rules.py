"""The rules in force: clinic, posted hours and policy, read again only after somebody changed one of their rows."""

from dataclasses import dataclass
from datetime import date, datetime

from content.models import ContentVersion
from pages.models import Clinic

from .models import ConsultPolicy
from .posted_hours import policy_value, posted_hours
from .scheduling import Policy, PostedHours


@dataclass(frozen=True)
class Rules:
    clinic: Clinic
    posted: PostedHours
    policy: Policy


_remembered: tuple[int, date, Rules] | None = None


def rules_in_force(now: datetime, *, lock: bool = False) -> Rules:
    """The rules at the instant `now`. One query while nothing changed.

    The database moves the content version in the transaction that changes such a row, so a version that is still the
    remembered one proves the remembered rules. `lock` holds it until the transaction ends: on PostgreSQL that puts decisions
    and changes of hours in line (SQLite's IMMEDIATE does already).
    """
    global _remembered
    versions = ContentVersion.objects.filter(id=1)
    version = (versions.select_for_update() if lock else versions).values_list("number", flat=True).first()
    if remembered := _remembered:
        of_version, of_day, rules = remembered
        if version == of_version and now.astimezone(rules.clinic.zone).date() == of_day:
            return rules
    clinic = Clinic.objects.current()
    today = now.astimezone(clinic.zone).date()
    rules = Rules(clinic, posted_hours(clinic, since=today), policy_value(ConsultPolicy.objects.current()))
    if version:
        _remembered = version, today, rules
    return rules
