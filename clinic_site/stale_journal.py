"""Notices a copy that was put in place of clinic.sqlite3 beside the journal (-wal) of the file before it.

A process that was killed leaves its journal, and SQLite replays that over whatever file lies beside it: a mixture of both, in
which requests are gone. So the worker's signs of life are also counted in the file alone, as it is without its journal. That
number only grows, and it goes back with the file whatever the journal says.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from clinic_site import gone_back

_BEATS = "SELECT coalesce(max(beats), 0) FROM consults_workerheartbeat"


def beats_of_file() -> int | None:
    """How many signs of life the file alone counts; None where it does not tell, or another server has the database."""
    return _beats(journal=False)


def refuse_to_start() -> None:
    """Raises CommandError for such a copy. To be asked before anything opens the database: that writes the journal into it.

    A copy that brought its own journal is whole. It is older than what is remembered, and holds.
    """
    remembered, alone = gone_back.remembered(), beats_of_file()
    if remembered is None or remembered.of_file is None or alone is None or alone >= remembered.of_file:
        return
    file = Path(settings.DATABASES["default"]["NAME"])
    journal = file.with_name(f"{file.name}-wal")
    if not journal.is_file() or not journal.stat().st_size:
        return
    together = _beats(journal=True)
    if together is None or together >= remembered.beats:
        raise CommandError(
            f"{file.name} is an older file than {journal.name} beside it, and together they would be a mixture. Move "
            f"{journal.name} and {file.name}-shm out of {file.parent}, keep them, and run manage.py restore --hold; then start "
            "the site."
        )


def _beats(*, journal: bool) -> int | None:
    """Read without writing anything: `immutable` leaves the journal unread."""
    if connection.vendor != "sqlite":
        return None
    try:
        file = Path(settings.DATABASES["default"]["NAME"]).as_uri()
        with closing(sqlite3.connect(f"{file}?{'mode=ro' if journal else 'immutable=1'}", uri=True)) as database:
            return database.execute(_BEATS).fetchone()[0]
    except (ValueError, sqlite3.Error):
        return None
