"""Seals everything again under the first of FIELD_KEYS; afterwards the others can be taken out (docs/operations.md)."""

from django.core.management.base import BaseCommand, CommandError

from consults.rotation import rotate


class Command(BaseCommand):
    help = "Seals what patients gave again, under the first of FIELD_KEYS. The site may run meanwhile."

    def handle(self, *args, **options):
        rotation = rotate()
        self.stdout.write(f"{rotation.resealed} rows sealed again under the first of FIELD_KEYS.")
        if rotation.cannot_be_opened:
            raise CommandError(f"No key of FIELD_KEYS opens: {', '.join(rotation.cannot_be_opened)}. Keep the key they need.")
