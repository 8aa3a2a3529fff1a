"""Database triggers by which SQLite refuses what PostgreSQL refuses: a value of another type than its column's.

SQLite keeps whatever somebody writes into the file by hand, text in a column of numbers and bytes in one of times. One such row
would stop everybody's letters and the front page of the desk. What is sealed is left out: some of it may not open, at any time.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connections, models

from content import triggers

_EVENTS = ("insert", "update")
_TEXT = "typeof({0}) = 'text'"
# The first that a field is one of.
_HOLDS: dict[type[models.Field], str] = {
    models.DateTimeField: f"{_TEXT} AND datetime({{0}}) IS NOT NULL",
    models.DateField: f"{_TEXT} AND date({{0}}) IS NOT NULL",
    models.TimeField: f"{_TEXT} AND time({{0}}) IS NOT NULL",
    models.UUIDField: f"{_TEXT} AND length({{0}}) = 32 AND {{0}} NOT GLOB '*[^0-9a-f]*'",
    models.IntegerField: "typeof({0}) = 'integer'",
    models.BooleanField: "typeof({0}) = 'integer'",
    models.CharField: _TEXT,
    models.TextField: _TEXT,
}


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers on every table of this app (post_migrate)."""
    for model in apps.get_app_config("consults").get_models():
        table = model._meta.db_table
        triggers.install(using, [table], {"sqlite": _statements(table, " AND ".join(_conditions(model))), "postgresql": []})


def drop_triggers(*, using: str = "default", **_) -> None:
    """SQLite removes no column that a trigger names, so none is there while tables change (pre_migrate)."""
    if connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            for model in apps.get_app_config("consults").get_models():
                for event in _EVENTS:
                    cursor.execute(_drop(model._meta.db_table, event))


def _drop(table: str, event: str) -> str:
    return f"DROP TRIGGER IF EXISTS {table}_types_{event}"


def _conditions(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        holds = next((holds for kind, holds in _HOLDS.items() if isinstance(field, kind)), None)
        if holds and not field.primary_key:
            column = f'NEW."{field.column}"'
            yield f"({column} IS NULL OR ({holds.format(column)}))"


def _statements(table: str, condition: str) -> Iterator[str]:
    for event in _EVENTS:
        yield _drop(table, event)
        yield (
            f"CREATE TRIGGER {table}_types_{event} BEFORE {event} ON {table} WHEN NOT ({condition or 'TRUE'})"
            " BEGIN SELECT RAISE(ABORT, 'a value of another type than its column'); END"
        )
