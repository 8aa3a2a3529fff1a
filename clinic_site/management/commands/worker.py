"""The background worker: expires unanswered requests, sends messages, erases personal data and makes backups.

`serve` starts one; running several is safe.
"""

import os
import signal
import time
from contextlib import suppress

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from clinic_site import stale_journal
from clinic_site.background_work import BackgroundWork
from clinic_site.clock_watch import steady_seconds
from clinic_site.parent import end_with_parent
from clinic_site.unfinished_restore import refuse_to_start
from consults.models import WorkerHeartbeat


class Command(BaseCommand):
    help = "Expire unanswered requests, send waiting mail, delete expired data and make backups until stopped."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--parent", type=int, help="Exit when this process is no longer the parent.")
        parser.add_argument("--once", action="store_true", help="Do what is due now, then exit.")

    def handle(self, *args, parent: int | None, once: bool, **options):
        refuse_to_start()
        stale_journal.refuse_to_start()
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        if parent is not None:
            # Closing the terminal tells every process, and the parent goes on.
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            end_with_parent(parent)
        work = BackgroundWork(once=once, is_stopping=lambda: self.stopping)
        while not self.stopping and (parent is None or os.getppid() == parent):
            sent = work.turn(now=timezone.now(), steady=steady_seconds(), read_clock=timezone.now)
            if once and not sent and not work.awaits_answers:
                work.finish()
                return
            close_old_connections()
            if not sent:
                time.sleep(0.5)
        # After a clean shutdown `restore` sees at once that the site is down.
        with suppress(DatabaseError):
            WorkerHeartbeat.objects.end()

    def _stop(self, *_):
        self.stopping = True
