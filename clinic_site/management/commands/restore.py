"""Puts the site back to where a copy has it."""

from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from clinic_site import backups
from clinic_site.health import WORKER_IS_WELL_FOR
from consults.models import WorkerHeartbeat


class Command(BaseCommand):
    help = "Replaces database and uploads by those of a copy. The site has to be stopped."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("copy", type=Path, nargs="?", help="A file of DATA_DIR/backups; without it they are listed.")
        parser.add_argument("--yes", action="store_true", help="Do not ask: what is stored now is replaced.")

    def handle(self, *args, copy: Path | None, yes: bool, **options):
        if copy is None:
            for made_at, path in backups.existing():
                self.stdout.write(f"{made_at:%Y-%m-%d %H:%M} UTC  {path}")
            return
        if self._site_runs():
            raise CommandError("The site is running. Stop it first, then restore.")
        if not yes:
            raise CommandError("What is stored now is replaced by the copy. Run it again with --yes.")
        try:
            backups.restore(copy)
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write(f"Restored {copy}. What was erased since then is erased again by the worker when it is due.")

    def _site_runs(self) -> bool:
        try:
            beat = WorkerHeartbeat.objects.filter(id=1).values_list("beat_at", flat=True).first()
        except DatabaseError:
            return False
        return beat is not None and timezone.now() - beat <= WORKER_IS_WELL_FOR
