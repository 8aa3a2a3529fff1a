"""What is read from all texts and costs too much to read for every search."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from .models import ContentVersion

T = TypeVar("T")
_KEPT = timedelta(minutes=1)


class KeptOfTexts(Generic[T]):
    """One value in a process: kept for a minute, because texts appear at an instant of their own, or until a text changes."""

    def __init__(self) -> None:
        self._kept: tuple[int, datetime, T] | None = None

    def get(self, read: Callable[[], T], *, at: datetime) -> T:
        """`read` reads it as of the instant `at`. One query while nothing changed."""
        version = ContentVersion.current()
        if (kept := self._kept) and kept[0] == version and timedelta(0) <= at - kept[1] < _KEPT:
            return kept[2]
        value = read()
        self._kept = version, at, value
        return value
