"""Liveness and readiness checks for monitors, as JSON without personal data.

`warnings` are for a person to read: they do not make the site less ready. Both answer before the host name and the scheme are
checked, so that a probe on the same machine needs neither.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone

from clinic_site import backups, delivery_reports, erased_list, failing_backups, jobs, key_check, room, second_place, uploads
from clinic_site.models import Hold
from consults import set_aside
from consults.messages.delivery import first_letters_wait
from consults.models import OutboxMessage, WorkerHeartbeat
from consults.unanswered import read_held_unanswered
from guard import client_address
from pages.models import Clinic
from pages.models.time_zone import find_zone

logger = logging.getLogger("clinic.health")

# A mail server that is down for less is nothing to be woken for.
_MAIL_IS_LATE_AFTER = timedelta(hours=1)


class HealthMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path in {"/health/live", "/health/live/"}:
            return _answer({"process": True})
        if request.path in {"/health/ready", "/health/ready/"}:
            now = timezone.now()
            checks = _checks(now)
            return _answer(checks, warnings=_warnings(now) if checks["migrations"] else [])
        return self.get_response(request)


def _answer(checks: dict[str, bool], **more: list[str]) -> JsonResponse:
    well = all(checks.values())
    response = JsonResponse({"status": "ok" if well else "not ready", "checks": checks} | more, status=200 if well else 503)
    response["Cache-Control"] = "no-store"
    return response


def mail_late_since(*, now: datetime) -> datetime | None:
    """Since when the oldest message has been waiting, if that is too long."""
    since = OutboxMessage.objects.waiting_since(now=now)
    return since if since and now - since > _MAIL_IS_LATE_AFTER else None


def _checks(now) -> dict[str, bool]:
    checks = {"database": False, "migrations": False, "worker": False}
    try:
        connection.ensure_connection()
        is_running = WorkerHeartbeat.objects.is_running(now=now)
        checks["database"] = True
        executor = MigrationExecutor(connection)
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        checks["worker"] = is_running and not jobs.are_letters_stopped(now=now)
    except DatabaseError:
        pass
    return checks


def _warnings(now: datetime) -> list[str]:
    """One that fails, as by a row that somebody changed by hand, keeps no other from being told."""
    warnings = []
    for name, find in _WARNINGS:
        try:
            warnings += [f"{name}: {problem}" for problem in find(now) if problem]
        except Exception as error:
            logger.error("the warnings about %s cannot be found: %s", name, type(error).__name__)
            warnings.append(f"{name}: cannot be read ({type(error).__name__})")
    return warnings


def _about_backups(now: datetime) -> list[str]:
    late = [f"the last good one is of {backups.last_made(now=now) or 'never'}"] if backups.is_late(now=now) else []
    return [*late, failing_backups.problem(now=now)]


def _about_time_zone(now: datetime) -> list[str]:
    clinic = Clinic.objects.current()
    if find_zone(clinic.time_zone):
        return []
    return [f"{clinic.time_zone!r} is unknown here, and {clinic.zone} is used: are all times right?"]


def _about_clocks(now: datetime) -> list[str]:
    return [hold.report for hold in Hold.objects.open() if hold.reason == Hold.Reason.CLOCK]


def _about_keys(now: datetime) -> list[str]:
    closed = key_check.closed_rows(now=now)
    return [f"FIELD_KEYS do not open all {closed}; is a key missing?"] if closed else []


def _about_failed_mail(now: datetime) -> list[str]:
    failed = OutboxMessage.objects.failed().count()
    return [f"{failed} messages could not be sent"] if failed else []


def _about_mail_ahead(now: datetime) -> list[str]:
    ahead = OutboxMessage.objects.sent_by_the_worker().dated_ahead(now=now).count()
    return [f"{ahead} messages are dated in the future, by a clock that was ahead"] if ahead else []


def _about_late_mail(now: datetime) -> list[str]:
    since = mail_late_since(now=now)
    return [f"the oldest message has been waiting since {since}"] if since else []


def _about_first_letters(now: datetime) -> list[str]:
    waits = "as many first letters as may leave within an hour have left, and the next ones wait; is a bot asking?"
    return [waits] if first_letters_wait(now=now) else []


def _about_booking(now: datetime) -> list[str]:
    warning = read_held_unanswered(now=now).warning
    found = [f"{warning}; is a bot sending them?"] if warning else []
    if set_aside.count_set_aside(now=now).are_too_many:
        found.append("as many requests as may be are set aside; more that look like spam are asked to call. Look through them")
    return found


# What each is about, and the problems that it finds.
_WARNINGS: list[tuple[str, Callable[[datetime], Iterable[object]]]] = [
    ("backup", _about_backups),
    ("room for backups", lambda now: room.problems(now=now)),
    ("uploads", lambda now: [uploads.problem()]),
    ("worker", lambda now: jobs.problems(now=now)),
    ("hold", lambda now: Hold.objects.open()),
    ("clock", _about_clocks),
    ("time zone", _about_time_zone),
    ("keys", _about_keys),
    ("second place of backups", lambda now: [second_place.problem()]),
    ("list of erased requests", lambda now: [erased_list.problem(now=now)]),
    ("mail", _about_failed_mail),
    ("mail", _about_mail_ahead),
    ("mail", _about_late_mail),
    ("mail", _about_first_letters),
    ("delivery reports", lambda now: [delivery_reports.problem(now=now)]),
    ("proxies", lambda now: sorted(client_address.problems)),
    ("booking", _about_booking),
]
