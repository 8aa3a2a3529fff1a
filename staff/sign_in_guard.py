"""Database triggers that allow sign-ins to be added and nothing else."""

from content import triggers

from .models import SignIn


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers (post_migrate)."""
    triggers.install(using, [SignIn.TABLE], triggers.append_only(SignIn.TABLE, name="sign_ins"))
