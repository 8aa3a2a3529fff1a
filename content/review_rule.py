"""The owner's rule that medical changes go live only after review. The app that has the switch registers it."""

from collections.abc import Callable

from .models import Text

_switches: list[Callable[[], bool]] = []


def register(is_on: Callable[[], bool]) -> None:
    """`is_on` is asked each time a text is saved or published."""
    _switches.append(is_on)


def is_on() -> bool:
    return any(switch() for switch in _switches)


def needs_review(before: Text | None, after: Text) -> bool:
    """Whether the save would show visitors medical words that they do not see now, or take the rule off a text.

    `before` is the row as stored, None for a new one.
    """
    if not after.is_published:
        return False
    if before is None or not before.is_published:
        return after.medical
    return (before.medical or after.medical) and (before.texts() != after.texts() or before.medical != after.medical)
