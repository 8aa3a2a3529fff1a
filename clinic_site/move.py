"""Moves a clinic from its SQLite file to PostgreSQL: every row of every table, whole or not at all, and compared afterwards."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import zip_longest
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connections, models, transaction

from clinic_site.database_copy import LEFT_OUT, copy_live
from clinic_site.left_behind import DRILL
from clinic_site.scratch_database import connected
from consults.models import WorkerHeartbeat

# The file as it was when the move began, and the new database.
FROM, TO = "move_from", "move_to"
_HEARTBEAT = WorkerHeartbeat._meta.db_table
# Sessions and limits begin again, as after a restore. What an owner has still to see of a restore goes along.
_LEFT_OUT = {*LEFT_OUT, "django_migrations"} - {"clinic_site_hold"}
_INDEX = "content_search"
# The comment on the table of signs of life: how many had been given when it was filled.
_MOVED_WITH = "moved with {} signs of life"
_AT_ONCE = 2000


class MoveFailed(Exception):
    """Nothing was moved; the message says why."""


def move(target: dict, *, is_running: bool) -> dict[str, int]:
    """Replaces what `target` holds, as in Django's DATABASES, with what the site's SQLite file holds now. Rows by table.

    While the site runs (`is_running`) the copy has no sign of life: a site that is started on it holds all mail until an owner
    has looked, as after a restore. Raises MoveFailed.
    """
    with tempfile.TemporaryDirectory(prefix=DRILL, dir=settings.DATA_DIR) as folder, _connected(Path(folder), target):
        try:
            _refuse_a_foreign_database()
            call_command("migrate", database=TO, verbosity=0, interactive=False)
            _refuse_a_database_in_use()
            moved = [model for model in _tables() if not (is_running and model is WorkerHeartbeat)]
            with transaction.atomic(using=TO):
                _fill(moved)
                _remember(WorkerHeartbeat.objects.using(TO).beats())
            return {model._meta.db_table: _compare(model) for model in moved}
        except (DatabaseError, psycopg.Error) as error:
            raise MoveFailed(f"PostgreSQL: {str(error).strip()}") from error


@contextmanager
def _connected(folder: Path, target: dict) -> Iterator[None]:
    copy = folder / "clinic.sqlite3"
    try:
        with closing(sqlite3.connect(copy)) as file:
            copy_live(file)
    except sqlite3.Error as error:
        # Most likely a full disk, or another process that has locked it.
        raise MoveFailed(f"The SQLite file could not be copied into DATA_DIR: {error}") from error
    complete = connections.configure_settings({"default": target})["default"]
    with connected(FROM, connections.databases["default"] | {"NAME": str(copy)}), connected(TO, complete):
        yield


def _tables() -> list[type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    kept = [model for model in every if model._meta.managed and not model._meta.proxy and model._meta.db_table not in _LEFT_OUT]
    return [*kept, WorkerHeartbeat]


def _refuse_a_foreign_database() -> None:
    tables = set(connections[TO].introspection.table_names())
    if tables and _HEARTBEAT not in tables:
        raise MoveFailed("That database has tables of something else. Make a new, empty one for the site.")


def _refuse_a_database_in_use() -> None:
    """A site that ran there has given a sign of life since the last move."""
    with connections[TO].cursor() as cursor:
        cursor.execute("SELECT obj_description(%s::regclass)", [_HEARTBEAT])
        moved = cursor.fetchone()[0] or _MOVED_WITH.format(0)
    if moved != _MOVED_WITH.format(WorkerHeartbeat.objects.using(TO).beats()):
        raise MoveFailed("A site has run on that database, and what it took in would be lost. Make a new, empty one.")


def _fill(moved: Iterable[type[models.Model]]) -> None:
    """In one transaction. Triggers would refuse, count and index what was refused, counted and indexed before."""
    every = [*_tables(), *(model for model in apps.get_models() if model._meta.db_table in _LEFT_OUT)]
    quoted = [connections[TO].ops.quote_name(model._meta.db_table) for model in every]
    with connections[TO].cursor() as cursor:
        for table in quoted:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join([*quoted, _INDEX])}")
        for model in moved:
            _copy(model, cursor)
        for statement in connections[TO].ops.sequence_reset_sql(no_style(), list(moved)):
            cursor.execute(statement)
        # References are checked here: a table with checks to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in quoted:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _remember(beats: int) -> None:
    with connections[TO].cursor() as cursor:
        cursor.execute(f"COMMENT ON TABLE {_HEARTBEAT} IS '{_MOVED_WITH.format(beats)}'")


def _copy(model: type[models.Model], cursor) -> None:
    quote, fields = connections[TO].ops.quote_name, model._meta.concrete_fields
    columns = ", ".join(quote(field.get_attname_column()[1] or "") for field in fields)
    try:
        with cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy:
            for row in _rows(model, FROM):
                prepared = zip(fields, row, strict=True)
                copy.write_row([field.get_db_prep_save(value, connections[TO]) for field, value in prepared])
    except psycopg.Error as error:
        raise MoveFailed(f"{model._meta.db_table}: {str(error).strip()}") from error


def _rows(model: type[models.Model], alias: str) -> Iterator[tuple]:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*names)
    yield from rows.iterator(chunk_size=_AT_ONCE)


def _compare(model: type[models.Model]) -> int:
    """How many rows the table has, each the same in both."""
    count = 0
    for one, other in zip_longest(_rows(model, FROM), _rows(model, TO)):
        count += 1
        if one is None or other is None or [*map(_plain, one)] != [*map(_plain, other)]:
            raise MoveFailed(f"{model._meta.db_table}: row {count} arrived as another one.")
    return count


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value
