"""Makes a backup of the database and the uploads now, in addition to those that the worker makes."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic_site import backups
from clinic_site.database_copy import BackupFailed


class Command(BaseCommand):
    help = "Write a backup of database and uploads to DATA_DIR/backups. The site may keep running."
    requires_system_checks = []

    def handle(self, *args, **options):
        try:
            self.stdout.write(str(backups.back_up(now=timezone.now())))
        except BackupFailed as error:
            raise CommandError(str(error)) from error
