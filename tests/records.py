"""A look into a site's database behind its back."""

import sqlite3

import psycopg

from tests.server import Site


class Records:
    """The site's database, read and written without its code."""

    def __init__(self, site: Site):
        if url := site.settings.get("DATABASE_URL"):
            self._connection = psycopg.connect(url, autocommit=True)
        else:
            self._connection = sqlite3.connect(
                site.data / "clinic.sqlite3", isolation_level=None, timeout=30, check_same_thread=False
            )

    def rows(self, statement: str) -> list[tuple]:
        return self._connection.execute(statement).fetchall()

    def value(self, statement: str):
        return self.rows(statement)[0][0]

    def run(self, statement: str) -> None:
        self._connection.execute(statement)

    def close(self) -> None:
        self._connection.close()

    @property
    def last_request(self) -> int:
        return self.value("SELECT coalesce(max(id), 0) FROM consults_consultrequest")

    @property
    def is_postgresql(self) -> bool:
        return isinstance(self._connection, psycopg.Connection)
