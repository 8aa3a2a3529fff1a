"""Fills a new site with invented life."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic_site.demo import DemoRefused, load


class Command(BaseCommand):
    help = "Fill a new site, over http alone, with forty invented requests, invented people and a month of figures."

    def handle(self, *args, **options):
        try:
            number = load(now=timezone.now())
        except DemoRefused as refused:
            raise CommandError(f"Nothing was made. {refused}") from refused
        self.stdout.write(
            f"{number} invented requests, of people with addresses at example.com. Profiles say that they are invented."
        )
