"""Writes a folder for CLINIC_DIR, to be filled in."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic_site.clinic_example import written
from clinic_site.clinic_folder import FACTS_FILE, FOLDERS


class Command(BaseCommand):
    help = "Write the folder of another clinic for CLINIC_DIR: every key, what it is for, and an invented value."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *args, folder: Path, **options):
        file = folder.expanduser().resolve() / FACTS_FILE
        try:
            for name in ("", *FOLDERS):
                (file.parent / name).mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as opened:
                opened.write(written())
        except FileExistsError as error:
            raise CommandError(f"{error.filename} is there already, and nothing was changed.") from error
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"Wrote {file}. Fill it in, then start the site with CLINIC_DIR={file.parent}")
