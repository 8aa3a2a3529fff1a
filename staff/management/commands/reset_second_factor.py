"""Resets the second step of an owner who lost phone, passkeys and recovery codes. Run it on the server."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from staff import second_factor


class Command(BaseCommand):
    help = "Remove the second step of one account. Its next sign-in sets up a new one. The removal is recorded."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *args, username: str, **options):
        model = get_user_model()
        try:
            user = model.objects.get_by_natural_key(username)
        except model.DoesNotExist:
            raise CommandError(f"there is no user {username!r}") from None
        message = "Second step removed on the server, by the command reset_second_factor."
        second_factor.remove(user, by=user, message=message, now=timezone.now())
        self.stdout.write(
            f"{username} will set up a new second step at the next sign-in. The removal is recorded in the user's history."
        )
