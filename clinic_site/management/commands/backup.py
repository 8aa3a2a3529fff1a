"""Makes a backup of the database and the uploads now, in addition to the nightly ones."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic_site import backups


class Command(BaseCommand):
    help = "Write a backup of database and uploads to DATA_DIR/backups. The site may keep running."
    requires_system_checks = []

    def handle(self, *args, **options):
        try:
            self.stdout.write(str(backups.back_up(now=timezone.now())))
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
