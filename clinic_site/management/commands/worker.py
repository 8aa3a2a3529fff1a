"""The background worker: expires unanswered requests, sends messages, erases personal data and makes the nightly backup.

`serve` starts one; running several is safe.
"""

import logging
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from clinic_site import backups
from clinic_site.database_copy import BackupFailed
from consults import expiry
from consults.erasure import erase_due
from consults.messages.delivery import deliver_due
from consults.messages.outbox import forget_letters_to_staff
from consults.models import WorkerHeartbeat
from consults.spam import forget_clients
from content.due_mail import send_due_mail
from guard.rate_limit import forget_idle_clients
from pages.models import Clinic
from staff.cleanup import delete_expired
from staff.password_reset import answer_forgotten

logger = logging.getLogger("clinic.worker")

BEAT_EVERY = timedelta(seconds=5)
TIDY_EVERY = timedelta(minutes=10)


class Command(BaseCommand):
    help = "Expire unanswered requests, send waiting mail and delete expired data until stopped."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--parent", type=int, help="Exit when this process is no longer the parent.")
        parser.add_argument("--once", action="store_true", help="Do what is due now, then exit.")

    def handle(self, *args, parent: int | None, once: bool, **options):
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        last_beat = last_tidy = datetime.min.replace(tzinfo=timezone.get_default_timezone())
        # Tried again every TIDY_EVERY only: each attempt is a traceback in the log.
        cannot_expire: set[int] = set()
        while not self.stopping and (parent is None or os.getppid() == parent):
            now = timezone.now()
            try:
                if now - last_beat >= BEAT_EVERY:
                    WorkerHeartbeat.objects.update_or_create(id=1, defaults={"beat_at": now})
                    last_beat = now
                if now - last_tidy >= TIDY_EVERY:
                    self._tidy(now)
                    cannot_expire.clear()
                    last_tidy = now
                self._do(expiry.expire_overdue, now=now, failed=cannot_expire)
                self._do(answer_forgotten, now=now)
                sent = self._do(deliver_due, now=now, stop=partial(self._has_something_else_to_do, since=now)) or 0
            except DatabaseError as error:
                logger.warning("database: %s; trying again", type(error).__name__)
                connection.close()
                sent = 0
            if once and not sent:
                return
            close_old_connections()
            if not sent:
                time.sleep(0.5)
        # A clean shutdown removes the heartbeat, so that `restore` sees at once that the site is down.
        with suppress(DatabaseError):
            WorkerHeartbeat.objects.all().delete()

    def _tidy(self, now: datetime) -> None:
        self._do(forget_idle_clients, now=now)
        self._do(forget_clients, now=now)
        self._do(delete_expired, now=now)
        self._do(forget_letters_to_staff, now=now)
        while self._do(erase_due, now=now) and not self.stopping:
            continue
        zone = Clinic.objects.current().zone
        self._do(send_due_mail, now=now, zone=zone)
        self._back_up(now, zone)

    def _do(self, job: Callable[..., Any], **arguments) -> Any:
        """What `job` answers; None when it failed. One that fails keeps no other waiting, and is tried again."""
        try:
            return job(**arguments)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("%s failed", job.__name__)
            return None

    def _has_something_else_to_do(self, *, since: datetime) -> bool:
        return self.stopping or timezone.now() - since >= BEAT_EVERY

    def _back_up(self, now: datetime, zone: ZoneInfo) -> None:
        try:
            backups.back_up_if_due(now=now, zone=zone)
        except (BackupFailed, OSError, sqlite3.Error) as error:
            logger.error("no backup was made: %s", error)

    def _stop(self, *_):
        self.stopping = True
