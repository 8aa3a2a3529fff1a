"""Whether the database failed over one row alone, so that the next one may be tried."""

from django.db import DatabaseError, OperationalError, connection

# Each may be waited for, and other work waits meanwhile; several in a row are no row's fault.
MOST_IN_A_RUN = 3


def is_of_one_row(error: DatabaseError) -> bool:
    """A row that another program has locked, on PostgreSQL, or a page that is damaged."""
    if connection.vendor == "sqlite" and isinstance(error, OperationalError):
        return False
    return connection.connection is not None and connection.is_usable()
