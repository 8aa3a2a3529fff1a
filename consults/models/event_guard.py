"""Triggers that let events be added and nothing else."""

from django.db import connections

_TABLE = "consults_event"


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces them. After every migrate, because SQLite drops triggers when it rebuilds a table."""
    connection = connections[using]
    if _TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


_SQLITE = [
    statement
    for event in ("update", "delete")
    for statement in (
        f"DROP TRIGGER IF EXISTS events_never_{event}",
        f"CREATE TRIGGER events_never_{event} BEFORE {event} ON {_TABLE} BEGIN SELECT RAISE(ABORT, 'events never change'); END",
    )
]
_POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'events never change' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"DROP TRIGGER IF EXISTS events_never_change ON {_TABLE}",
    f"CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION refuse_event_change()",
]
