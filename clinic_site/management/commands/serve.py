"""Prepares the site, then becomes gunicorn."""

import hashlib
import os
import sys

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from clinic_site import empty_database, newer_database, stale_journal
from clinic_site.private_files import make_private
from clinic_site.unfinished_restore import refuse_to_start
from staff import first_owner


class Command(BaseCommand):
    help = "Run the site: migrations, starting content and static files if something changed, then gunicorn."

    def add_arguments(self, parser):
        parser.add_argument(
            "--new-site", action="store_true", help="Begin with an empty database although a site was here, or left backups."
        )

    def handle(self, *args, new_site: bool, **options):
        refuse_to_start()
        stale_journal.refuse_to_start()
        if not new_site:
            empty_database.refuse_to_start()
        try:
            make_private(settings.DATA_DIR)
        except PermissionError as error:
            raise CommandError(
                f"{error.filename} belongs to another account than {settings.DATA_DIR}: as root, give all of that folder to the "
                "account of the site (chown -R)."
            ) from error
        for folder in ("tmp", "mail", "uploads"):
            (settings.DATA_DIR / folder).mkdir(parents=True, exist_ok=True)
        if self._has_migrations_to_run():
            call_command("migrate", verbosity=0, interactive=False)
        call_command("load_content", verbosity=0)
        if not settings.DEBUG:
            self._collect_static()
        first_owner_url = first_owner.make_url(now=timezone.now())
        connections.close_all()
        self.stdout.write(f"The site: {settings.PUBLIC_URL}/")
        self.stdout.write(f"Staff login: {settings.PUBLIC_URL}/admin/ (create one: {sys.executable} manage.py createsuperuser)")
        if first_owner_url:
            self.stdout.write(
                f"Nobody owns this site yet. This link makes its first owner, once, for 24 hours: {first_owner_url}"
            )
        self.stdout.flush()
        os.environ.update(PYTHONDONTWRITEBYTECODE="1", DJANGO_SETTINGS_MODULE="clinic_site.settings")
        # gunicorn changes to the checkout, where a relative path would lead elsewhere.
        os.environ["DATA_DIR"] = str(settings.DATA_DIR)
        if settings.CLINIC_FOLDER.is_own:
            os.environ["CLINIC_DIR"] = str(settings.CLINIC_FOLDER.path)
        configuration = str(settings.BASE_DIR / "gunicorn.conf.py")
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", configuration])  # noqa: S606

    def _has_migrations_to_run(self) -> bool:
        executor = MigrationExecutor(connection)
        newer_database.refuse_to_start(executor.loader)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def _collect_static(self) -> None:
        """Collects and compresses static files, which takes seconds, unless the sources are those collected last."""
        mark = settings.DATA_DIR / "static.sha256"
        digest = _static_digest()
        if mark.exists() and mark.read_text() == digest and settings.STATIC_ROOT.is_dir():
            return
        mark.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        mark.write_text(digest)


def _static_digest() -> str:
    sha = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    sha.update((settings.BASE_DIR / "clinic_site" / "static_files.py").read_bytes())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda entry: entry[0]):
            sha.update(path.encode() + b"\0")
            with storage.open(path) as file:
                sha.update(file.read())
    return sha.hexdigest()
