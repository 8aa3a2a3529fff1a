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
