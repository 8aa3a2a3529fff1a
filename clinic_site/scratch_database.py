"""A backup's database in a place of its own, beside the site's, for as long as somebody looks at it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from django.db import connection, connections
from psycopg import sql

from clinic_site import postgresql_dump
from clinic_site.left_behind import scratch_name

ALIAS = "drill"


class MayNotMakeOne(Exception):
    """The site's role may not create databases, which no site needs."""


@contextmanager
def scratch_database(path: Path, *, now: datetime) -> Iterator[str]:
    """The alias of a connection to what `find` found: SQLite's file itself, or a new database on the same PostgreSQL.

    Raises BackupFailed, or MayNotMakeOne.
    """
    if connection.vendor == "sqlite":
        with _connected_like_ours(str(path)):
            yield ALIAS
        return
    name = scratch_name(secrets.token_hex(4), now=now)
    with psycopg.connect(autocommit=True, **postgresql_dump.parameters()) as server:
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise MayNotMakeOne from None
        try:
            postgresql_dump.restore(path, postgresql_dump.conninfo(dbname=name))
            with _connected_like_ours(name):
                yield ALIAS
        finally:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _connected_like_ours(name: str):
    return connected(ALIAS, connections.databases["default"] | {"NAME": name})


@contextmanager
def connected(alias: str, database: dict) -> Iterator[None]:
    """A connection under this alias for a while. `database`: complete, as Django keeps its own."""
    connections.databases[alias] = database
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias], connections.databases[alias]
