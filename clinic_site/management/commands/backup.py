"""Makes a backup of the database and the uploads now, in addition to those that the worker makes."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic_site import backups, second_place
from clinic_site.database_copy import BackupFailed
from pages.models import Clinic


class Command(BaseCommand):
    help = "Write a backup of database and uploads to DATA_DIR/backups and BACKUP_DIR. The site may keep running."
    requires_system_checks = []

    def handle(self, *args, **options):
        now = timezone.now()
        try:
            self.stdout.write(str(backups.back_up(now=now)))
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        try:
            second_place.copy_missing(now=now, zone=Clinic.objects.current().zone)
        except second_place.CopyFailed as error:
            self.stderr.write(f"It is not in BACKUP_DIR: {error}")
