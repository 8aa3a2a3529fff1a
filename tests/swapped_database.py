"""PostgreSQL in the place of the default connection, for tests that run on both databases."""

from functools import cache

from django.db import connection, connections
from django.db.utils import load_backend

from clinic_site import env_database
from tests import postgresql


@cache
def postgresql_connection():
    """A connection to a database of this process, a copy of the template with tables; made when a test asks first."""
    settings = env_database.postgresql("DATABASE_URL", postgresql.new_database(postgresql.with_tables()))
    settings = connections.configure_settings({"default": settings})["default"]
    return load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")


def drop_connection() -> None:
    """As a restart of PostgreSQL drops the default connection. SQLite has none to drop."""
    if connection.vendor != "postgresql":
        return
    other = connection.copy()
    with connection.cursor() as dropped, other.cursor() as cursor:
        pid = dropped.execute("SELECT pg_backend_pid()").fetchone()[0]
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    other.close()
