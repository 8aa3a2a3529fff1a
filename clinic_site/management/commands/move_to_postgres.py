"""Copies the site from its SQLite file to PostgreSQL."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from clinic_site.env import WrongSetting
from clinic_site.env_database import postgresql
from clinic_site.move import MoveFailed, move
from consults.models import WorkerHeartbeat

_REHEARSED = (
    "The site is running, so this was a rehearsal: what comes in from now on is not in the copy. To move, stop the site, run the "
    "same command again, and start the site with DATABASE_URL."
)
_MOVED = (
    "Moved. Start the site with DATABASE_URL set to that address. Keep the SQLite file until you have seen the site run, and do "
    "not start a site on it again: it would answer the same requests."
)


class Command(BaseCommand):
    help = "Copy everything from the SQLite file to the PostgreSQL database at URL, whole or not at all. Repeat it as you like."

    def add_arguments(self, parser):
        parser.add_argument(
            "url",
            metavar="URL",
            help="postgresql://user@host:port/name, as DATABASE_URL will be. Leave the password to PGPASSWORD or ~/.pgpass: "
            "other users of this machine can read a command line.",
        )

    def handle(self, *args, url: str, **options):
        if connection.vendor != "sqlite":
            raise CommandError("The site is on PostgreSQL already: unset DATABASE_URL to move what is in the SQLite file.")
        try:
            target = postgresql("URL", url)
        except WrongSetting as error:
            raise CommandError(str(error).replace(", or empty for SQLite in DATA_DIR", "")) from error
        is_running = WorkerHeartbeat.objects.is_running(now=timezone.now())
        try:
            rows = move(target, is_running=is_running)
        except MoveFailed as error:
            raise CommandError(f"Nothing was moved. {error}") from error
        self.stdout.write(f"{sum(rows.values())} rows of {len(rows)} tables copied and compared.")
        self.stdout.write(_REHEARSED if is_running else _MOVED)
