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


def append_only(table: str, *, name: str, deletes_where: str = "FALSE") -> dict[str, list[str]]:
    """The statements that forbid to change and to delete rows of `table`. `name`: of its rows, in the plural.

    `deletes_where`: a condition on OLD under which a row may be deleted all the same. It may ask its own table alone: SQLite
    rebuilds no table that the trigger of another one asks.
    """
    says = f"{name.replace('_', ' ')} never change"
    sqlite = [
        statement
        for event, when in (("update", ""), ("delete", f"WHEN NOT ({deletes_where}) "))
        for statement in (
            f"DROP TRIGGER IF EXISTS {name}_never_{event}",
            f"CREATE TRIGGER {name}_never_{event} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{says}'); END",
        )
    ]
    postgresql = [
        f"CREATE OR REPLACE FUNCTION refuse_{name}_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF TG_OP = 'DELETE' AND ({deletes_where}) THEN RETURN OLD; END IF;"
        f" RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"DROP TRIGGER IF EXISTS {name}_never_change ON {table}",
        f"CREATE TRIGGER {name}_never_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_{name}_change()",
    ]
    return {"sqlite": sqlite, "postgresql": postgresql}
