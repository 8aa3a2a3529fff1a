"""Lists what has to be settled before launch."""

from itertools import groupby

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from content.prelaunch import findings


class Command(BaseCommand):
    help = "List what is unset, unconfirmed, unreviewed or broken, and where to fix it. Exit status 1 while anything is left."

    def handle(self, *args, **options):
        found = findings(now=timezone.now())
        for group, members in groupby(found, key=lambda blocker: blocker.group):
            self.stdout.write(f"{group}")
            for blocker in members:
                where = settings.PUBLIC_URL + blocker.where if blocker.where.startswith("/") else blocker.where
                self.stdout.write(f"  {blocker.what}  [{where}]")
                if blocker.why:
                    self.stdout.write(f"    {blocker.why}")
        if count := sum(blocker.blocks for blocker in found):
            self.stdout.write(f"{count} to settle before launch.")
            raise SystemExit(1)
        self.stdout.write("Nothing blocks the launch.")
