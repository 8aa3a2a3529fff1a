"""Liveness and readiness checks for monitors, as JSON without personal data.

They answer before the host name and the scheme are checked, so that a probe on the same machine needs neither.
"""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone

from consults.models import WorkerHeartbeat

WORKER_IS_WELL_FOR = timedelta(seconds=30)


class HealthMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path in {"/health/live", "/health/live/"}:
            return _answer({"process": True})
        if request.path in {"/health/ready", "/health/ready/"}:
            return _answer(_checks(timezone.now()))
        return self.get_response(request)


def _answer(checks: dict[str, bool]) -> JsonResponse:
    well = all(checks.values())
    response = JsonResponse({"status": "ok" if well else "not ready", "checks": checks}, status=200 if well else 503)
    response["Cache-Control"] = "no-store"
    return response


def _checks(now) -> dict[str, bool]:
    checks = {"database": False, "migrations": False, "worker": False}
    try:
        connection.ensure_connection()
        beat = WorkerHeartbeat.objects.filter(id=1).values_list("beat_at", flat=True).first()
        checks["database"] = True
        executor = MigrationExecutor(connection)
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        checks["worker"] = beat is not None and now - beat <= WORKER_IS_WELL_FOR
    except DatabaseError:
        pass
    return checks
