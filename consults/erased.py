"""Tells those who keep a list outside the database that a request was erased.

A backup from before still has the person's data.
"""

from collections.abc import Callable

from django.db import transaction

_keepers: list[Callable[[str], None]] = []


def keep_with(keeper: Callable[[str], None]) -> None:
    """`keeper` is given the reference of each request once its erasure is stored."""
    _keepers.append(keeper)


def tell(reference: str) -> None:
    """At the end of the current transaction. A keeper that fails does not undo the erasure."""
    for keeper in _keepers:
        transaction.on_commit(_telling(keeper, reference), robust=True)


def _telling(keeper: Callable[[str], None], reference: str) -> Callable[[], None]:
    """A plain function: where a robust hook fails, Django logs its name, and a partial has none."""

    def tell_keeper() -> None:
        keeper(reference)

    return tell_keeper
