"""What follows a sign-in, wherever it happened: Django's own signals, which its sign-in views and commands send."""

from .rate_limits import forget_password_tries


def signed_in(sender, request, user, **_) -> None:
    forget_password_tries(user)
