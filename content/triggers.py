"""Installs database triggers. Connected to post_migrate, because SQLite rebuilds a table to alter it and drops its triggers."""

from collections.abc import Iterable, Mapping

from django.db import connections


def install(using: str, tables: Iterable[str], statements: Mapping[str, Iterable[str]]) -> bool:
    """Runs the statements of the database's vendor, each of which creates or replaces something. Safe to run again.

    False, and nothing done, while a table is missing: then migrations of another app have still to run.
    """
    connection = connections[using]
    if not set(connection.introspection.table_names()).issuperset(tables):
        return False
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
    return True
