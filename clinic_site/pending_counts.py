"""Counts in the memory of a web process, which are added to the clinic's month in the database at most once a minute.

A restart loses what was not added yet.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Generic, TypeVar

from django.db import DatabaseError, transaction

from pages.models import Clinic

WRITE_EVERY_SECONDS = 60.0
Key = TypeVar("Key")


class PendingCounts(Generic[Key]):
    """`store` adds counts to the month whose first date it gets, in a transaction."""

    def __init__(self, store: Callable[[Counter[Key], date], None]) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._next_write = 0.0

    def __len__(self) -> int:
        """How many different keys wait to be written."""
        return len(self._counts)

    @property
    def are_due(self) -> bool:
        return time.monotonic() >= self._next_write

    def add(self, key: Key, *, most: int) -> None:
        """Counts one more of the key, unless `most` others are counted already."""
        with self._lock:
            if key in self._counts or len(self._counts) < most:
                self._counts[key] += 1

    def write(self, *, now: datetime) -> None:
        """Adds what was counted to the clinic's month of the instant `now`. What the database refuses is tried again later."""
        with self._lock:
            self._next_write = time.monotonic() + WRITE_EVERY_SECONDS
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with transaction.atomic():
                self._store(counts, Clinic.objects.current().local_date(now).replace(day=1))
        except DatabaseError:
            with self._lock:
                self._counts.update(counts)
