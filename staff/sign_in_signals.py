"""What follows a sign-in, wherever it happened: Django's own signals, which its sign-in views and commands send."""

from django.utils import timezone

from . import sessions
from .rate_limits import forget_password_tries


def signed_in(sender, request, user, **_) -> None:
    forget_password_tries(user)
    sessions.begin(request, user, now=timezone.now())


def signed_out(sender, request, user, **_) -> None:
    if user is not None:
        sessions.end_own(request, user)
