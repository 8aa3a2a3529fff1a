"""A connection that works, for what asks the database in front of Django's requests.

Django looks after its connections as a request begins. A thread that answers finished pages alone begins none, and would keep
one that a restart of PostgreSQL has dropped.
"""

from django.db import close_old_connections, connection


def drop_what_is_broken() -> None:
    """As before a request: what is asked next connects again where that is needed. A transaction is not interrupted."""
    if not connection.in_atomic_block:
        close_old_connections()
