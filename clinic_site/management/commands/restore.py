"""Restores the site from a backup."""

from pathlib import Path

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from clinic_site import backups
from clinic_site.database_copy import BackupFailed
from consults.models import WorkerHeartbeat


class Command(BaseCommand):
    help = "Replace database and uploads with those of a backup. The site must be stopped."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("backup", type=Path, nargs="?", help="A file in DATA_DIR/backups. Leave out to list them.")
        parser.add_argument("--yes", action="store_true", help="Confirm that the current data is replaced.")

    def handle(self, *args, backup: Path | None, yes: bool, **options):
        if backup is None:
            for made_at, path in backups.existing(now=timezone.now()):
                self.stdout.write(f"{made_at:%Y-%m-%d %H:%M} UTC  {path}")
            return
        if self._site_runs():
            raise CommandError("The site is running. Stop it first, then restore.")
        if not yes:
            raise CommandError("This replaces the current data with the backup. Run it again with --yes.")
        try:
            backups.restore(backup)
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        # Those of the time of the backup: some were ended since.
        Session.objects.all().delete()
        self.stdout.write(f"Restored {backup}. The worker will erase again what is due for erasure.")

    def _site_runs(self) -> bool:
        try:
            return WorkerHeartbeat.objects.is_running(now=timezone.now())
        except DatabaseError:
            return False
