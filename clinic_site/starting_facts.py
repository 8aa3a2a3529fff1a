"""The clinic's facts, hours and policy of its folder, as the starting content that `load_content` loads."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from clinic_site import clinic_keys
from consults.erasure import due_for_erasure
from consults.models import ConsultPolicy, OpeningHours
from content.files import UnreadableContent
from content.models import LoadedContent
from content.sync import Report, digest_of, sync_row
from pages.models import Clinic
from pages.zone_names import american_name

_ERASE = "erase_after_days"
_WEEK = {"kind": "consults.openinghours", "key": "week"}


def load_facts(report: Report, *, now: datetime) -> None:
    """The row of the clinic and of its policy, each fact as long as nobody edited it."""
    folder = settings.CLINIC_FOLDER
    facts = _all(Clinic, clinic_keys.FACTS, folder.facts, defaults=["country"])
    facts["time_zone_label"] = facts["time_zone_label"] or _zone_in_words(facts["time_zone"])
    facts["summary"] = facts["summary"] or _summary(facts)
    _sync(Clinic, facts, report)
    policy = _all(ConsultPolicy, clinic_keys.POLICY, folder.policy, defaults=clinic_keys.POLICY)
    if problem := _erases_sooner(policy, now=now):
        del policy[_ERASE]
        report.told.append(problem)
    _sync(ConsultPolicy, policy, report, table=("policy",))


def _erases_sooner(policy: dict, *, now: datetime) -> str:
    """What to tell where fewer days would erase requests, for good; empty otherwise.

    The desk takes a password and a yes for that, and a start of the site has nobody to ask. It is tried, and undone.
    """
    days = ConsultPolicy.objects.current().erase_after_days
    if policy[_ERASE] >= days:
        return ""
    with transaction.atomic():
        due = due_for_erasure(now=now).count()
        _sync(ConsultPolicy, policy, Report(), table=("policy",))
        count = due_for_erasure(now=now).count() - due
        transaction.set_rollback(True)
    if not count:
        return ""
    requests = "1 request" if count == 1 else f"{count} requests"
    return (
        f"{_ERASE} stays {days}: {policy[_ERASE]}, as the clinic's folder has it, would erase {requests} for good."
        " An owner can lower it in Consult policy."
    )


def load_hours(report: Report) -> None:
    """The week as a whole: it follows the folder until staff change any of it."""
    ConsultPolicy.objects.lock()
    wanted = list(settings.CLINIC_FOLDER.hours)
    posted = sorted(OpeningHours.objects.values_list("weekday", "opens", "closes"))
    loaded = LoadedContent.objects.filter(**_WEEK).values_list("digest", flat=True).first()
    is_untouched = loaded == _digest(posted) if loaded else not posted
    if posted != wanted and not is_untouched:
        report.kept.append("consults.openinghours")
        return
    if posted != wanted:
        OpeningHours.objects.all().delete()
        for weekday, opens, closes in wanted:
            OpeningHours.objects.create(weekday=weekday, opens=opens, closes=closes)
        (report.updated if posted else report.created).append("consults.openinghours")
    if loaded != _digest(wanted):
        LoadedContent.objects.update_or_create(defaults={"digest": _digest(wanted)}, kind=_WEEK["kind"], key=_WEEK["key"])


def _digest(week: Iterable[tuple]) -> str:
    return digest_of({"week": [tuple(map(str, row)) for row in week]})


def _all(model: type[models.Model], names: Iterable[str], given: dict, *, defaults: Iterable[str] = ()) -> dict:
    """A value for every name: as given; else the model's default for `defaults` and what may be null, and empty for the rest."""
    fresh, values = model(), {}
    for name in names:
        value = given.get(name)
        has_default = name in defaults or getattr(fresh, name) is None
        values[name] = (getattr(fresh, name) if has_default else "") if value in (None, "") else value
    return values


def _zone_in_words(zone: str) -> str:
    """`Eastern Time`; for a zone elsewhere, its own name."""
    american = american_name(ZoneInfo(zone))
    return f"{american} Time" if american else zone.rpartition("/")[2].replace("_", " ") + " time"


def _summary(facts: dict) -> str:
    place = ", ".join(part for part in (facts["city"], facts["state"]) if part)
    return (
        f"Ketamine clinic{f' in {place}' if place else ''}. Ketamine is not FDA-approved for depression; its use for depression"
        " is off-label."
    )


def _sync(model: type[models.Model], facts: dict, report: Report, *, table: tuple[str, ...] = ()) -> None:
    """Raises UnreadableContent with the line of the first fact that the model refuses."""
    try:
        sync_row(model, facts, report=report)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            if name in facts:
                variable = "CLINIC_DIR: " if settings.CLINIC_FOLDER.is_own else ""
                where = settings.CLINIC_FOLDER.where(*table, name)
                raise UnreadableContent(f"{variable}{where}: {name}: {messages[0]}") from error
        raise
