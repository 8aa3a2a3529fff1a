"""The background worker: ends what nobody answered, sends what the outbox holds, erases what is over, makes the nightly backup.

`serve` starts one; more do no harm.
"""

import logging
import os
import signal
import sqlite3
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from clinic_site import backups
from consults import expiry
from consults.budget import forget_idle_clients
from consults.delivery import deliver_due
from consults.erasure import erase_due
from consults.models import WorkerHeartbeat
from consults.spam import forget_clients
from pages.models import Clinic
from pages.review_mail import mail_stale_content
from staff.tidy import forget_what_is_over

logger = logging.getLogger("clinic.worker")

BEAT_EVERY = timedelta(seconds=5)
TIDY_EVERY = timedelta(minutes=10)


class Command(BaseCommand):
    help = "Expires what nobody answered, sends waiting mail, deletes what is no longer needed; until it is told to stop."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--parent", type=int, help="End when this process is no longer the parent.")
        parser.add_argument("--once", action="store_true", help="Do what is due now, then end.")

    def handle(self, *args, parent: int | None, once: bool, **options):
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        last_beat = last_tidy = datetime.min.replace(tzinfo=timezone.get_default_timezone())
        while not self.stopping and (parent is None or os.getppid() == parent):
            now = timezone.now()
            try:
                if now - last_beat >= BEAT_EVERY:
                    WorkerHeartbeat.objects.update_or_create(id=1, defaults={"beat_at": now})
                    last_beat = now
                if now - last_tidy >= TIDY_EVERY:
                    forget_idle_clients(now=now)
                    forget_clients(now=now)
                    forget_what_is_over(now=now)
                    while erase_due(now=now) and not self.stopping:
                        continue
                    mail_stale_content(now=now)
                    self._back_up(now)
                    last_tidy = now
                expiry.expire_overdue(now=now)
                sent = deliver_due(now=now, stop=lambda since=now: self.stopping or timezone.now() - since >= BEAT_EVERY)
            except DatabaseError as error:
                logger.warning("database: %s; trying again", type(error).__name__)
                connection.close()
                sent = 0
            if once and not sent:
                return
            close_old_connections()
            if not sent:
                Event().wait(0.5)  # time.sleep fails where libfaketime moves the clock
        # A worker that was told to stop is not looked for: `restore` sees at once that the site is down.
        with suppress(DatabaseError):
            WorkerHeartbeat.objects.all().delete()

    def _back_up(self, now: datetime) -> None:
        try:
            backups.back_up_if_due(now=now, zone=Clinic.objects.current().zone)
        except (backups.BackupFailed, OSError, sqlite3.Error) as error:
            logger.error("no backup was made: %s", error)

    def _stop(self, *_):
        # Not an Event that the wait above looks at: a handler that sets one can wait for the lock its own thread holds.
        self.stopping = True
