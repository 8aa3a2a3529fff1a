"""What many tests start from, kept as plain rows: to write them again costs a fiftieth of loading the content that ships."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction


class KeptRows:
    """Table -> its columns and rows, in the order in which they can be written. One for each kind of database."""

    def __init__(self, tables: dict[str, tuple[list[str], list[tuple]]]):
        self._tables = tables

    @classmethod
    def read_once(cls, make: Callable[[], None]) -> "KeptRows":
        """What `make` writes into an empty database."""
        return _read(connection.vendor, make)

    def write(self) -> None:
        with connection.cursor() as cursor:
            for table, (columns, rows) in self._tables.items():
                names = ", ".join(map(connection.ops.quote_name, columns))
                places = ", ".join(["%s"] * len(columns))
                # Triggers wrote some rows already, as they did when the content was loaded.
                statement = f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING"
                cursor.executemany(statement, rows)


def shipped_content() -> KeptRows:
    """As `load_content` leaves it."""
    return KeptRows.read_once(_load)


def _load() -> None:
    call_command("load_content", verbosity=0)
    # The first test that needs it may have moved the clock: what another one saves is later than this on any day.
    for model in apps.get_models():
        if hasattr(model, "history_date"):
            model.objects.update(history_date=datetime(2020, 1, 1, tzinfo=UTC))


@cache
def _read(vendor: str, make: Callable[[], None]) -> KeptRows:
    """Made for real in a transaction that is undone."""
    with transaction.atomic():
        before = _rows()
        assert not before["pages_clinic"][1], "`clinic` and `content` come before other rows"
        make()
        after = _rows()
        transaction.set_rollback(True)
    changed = {}
    for table, (columns, rows) in after.items():
        if new := [row for row in rows if row not in before[table][1]]:
            changed[table] = (columns, new)
    return KeptRows(changed)


def _rows() -> dict[str, tuple[list[str], list[tuple]]]:
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = ([column[0] for column in cursor.description], [_as_stored(row) for row in cursor])
    return found


def _as_stored(row: tuple) -> tuple:
    """SQLite keeps dates and times as text; its driver reads them as objects that it does not take back."""
    if connection.vendor != "sqlite":
        return row
    return tuple(str(value) if isinstance(value, date | time) else value for value in row)
