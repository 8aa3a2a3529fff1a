"""Makes a backup of the database and the uploads now, in addition to those that the worker makes."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic_site import backups, failing_backups, second_place, second_place_mark
from clinic_site.database_copy import BackupFailed
from pages.models import Clinic


class Command(BaseCommand):
    help = "Write a backup of database and uploads to DATA_DIR/backups and BACKUP_DIR. The site may keep running."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--use-second-place",
            action="store_true",
            help="BACKUP_DIR is to be the second place from now on, although it is not the folder that was used before.",
        )

    def handle(self, *args, use_second_place: bool, **options):
        now = timezone.now()
        if use_second_place:
            self._accept()
        try:
            self.stdout.write(str(backups.back_up(now=now)))
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        failing_backups.forget()
        try:
            # Deleting is the worker's: it knows whether something waits for an owner, and whether the clock is right.
            second_place.copy_missing(now=now, zone=Clinic.objects.current().zone, thin=False)
        except second_place.CopyFailed as error:
            self.stderr.write(f"It is not in BACKUP_DIR: {error}")

    def _accept(self) -> None:
        if settings.BACKUP_DIR is None:
            raise CommandError("BACKUP_DIR is not set: there is no second place.")
        try:
            second_place_mark.accept(settings.BACKUP_DIR)
        except OSError as error:
            raise CommandError(f"BACKUP_DIR cannot be used: {error}") from error
