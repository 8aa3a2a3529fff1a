"""Liveness and readiness checks for monitors, as JSON without personal data.

`warnings` are for a person to read: they do not make the site less ready. Both answer before the host name and the scheme are
checked, so that a probe on the same machine needs neither.
"""

from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone

from clinic_site import backups, delivery_reports, erased_list, key_check, second_place, uploads
from clinic_site.models import Hold
from consults.models import OutboxMessage, WorkerHeartbeat
from consults.unanswered import read_held_unanswered
from guard import client_address

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
        checks["worker"] = is_running
    except DatabaseError:
        pass
    return checks


def _warnings(now: datetime) -> list[str]:
    warnings = []
    if backups.is_late(now=now):
        warnings.append(f"backup: the last good one is of {backups.last_made(now=now) or 'never'}")
    if problem := uploads.problem():
        warnings.append(f"uploads: {problem}")
    held = list(Hold.objects.open())
    warnings += [f"hold: {hold}" for hold in held]
    warnings += [f"clock: {hold.report}" for hold in held if hold.reason == Hold.Reason.CLOCK and hold.report]
    if closed := key_check.closed_rows(now=now):
        warnings.append(f"keys: FIELD_KEYS do not open all {closed}; is a key missing?")
    if problem := second_place.problem():
        warnings.append(f"second place of backups: {problem}")
    if problem := erased_list.problem(now=now):
        warnings.append(f"list of erased requests: {problem}")
    if failed := OutboxMessage.objects.failed().count():
        warnings.append(f"mail: {failed} messages could not be sent")
    if ahead := OutboxMessage.objects.sent_by_the_worker().dated_ahead(now=now).count():
        warnings.append(f"mail: {ahead} messages are dated in the future, by a clock that was ahead")
    if since := mail_late_since(now=now):
        warnings.append(f"mail: the oldest message has been waiting since {since}")
    if problem := delivery_reports.problem(now=now):
        warnings.append(f"delivery reports: {problem}")
    warnings += [f"proxies: {problem}" for problem in sorted(client_address.problems)]
    if warning := read_held_unanswered(now=now).warning:
        warnings.append(f"booking: {warning}; is a bot sending them?")
    return warnings
