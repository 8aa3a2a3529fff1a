"""Installs database triggers after every migrate, because SQLite drops them when it rebuilds a table to alter it."""

from collections.abc import Iterable, Mapping

from django.db import connections


def install(using: str, tables: Iterable[str], statements: Mapping[str, Iterable[str]]) -> bool:
    """Runs the statements for the database's vendor, each of which creates or replaces something. Safe to run again.

    Returns False and does nothing while a table is missing, because another app's migrations have yet to run.
    """
    connection = connections[using]
    if not set(connection.introspection.table_names()).issuperset(tables):
        return False
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
    return True


def append_only(table: str, *, name: str) -> dict[str, list[str]]:
    """The statements that forbid to change and to delete rows of `table`. `name`: of its rows, in the plural."""
    says = f"{name.replace('_', ' ')} never change"
    sqlite = [
        statement
        for event in ("update", "delete")
        for statement in (
            f"DROP TRIGGER IF EXISTS {name}_never_{event}",
            f"CREATE TRIGGER {name}_never_{event} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{says}'); END",
        )
    ]
    postgresql = [
        f"CREATE OR REPLACE FUNCTION refuse_{name}_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"DROP TRIGGER IF EXISTS {name}_never_change ON {table}",
        f"CREATE TRIGGER {name}_never_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_{name}_change()",
    ]
    return {"sqlite": sqlite, "postgresql": postgresql}
