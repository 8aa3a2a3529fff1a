"""Re-encrypts everything with the first of FIELD_KEYS, so that the others can be removed (docs/operations.md)."""

from django.core.management.base import BaseCommand, CommandError

from guard.rotation import rotate


class Command(BaseCommand):
    help = "Re-encrypt patients' data and the keys of phones with the first of FIELD_KEYS. The site may keep running."

    def handle(self, *args, **options):
        rotation = rotate()
        self.stdout.write(f"{rotation.resealed} rows re-encrypted with the first of FIELD_KEYS.")
        if rotation.cannot_be_opened:
            raise CommandError(f"No key of FIELD_KEYS opens: {', '.join(rotation.cannot_be_opened)}. Keep the key they need.")
