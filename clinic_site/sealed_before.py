"""Whether the database has sealed rows already: then a field key that is missing was lost, and a new one would open none of them.

Asked while the settings are read, so without Django.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from clinic_site.env import WrongSetting
from clinic_site.env_database import libpq_parameters

TABLES = ("consults_consultrequest", "consults_outboxmessage", "staff_phone", "staff_forgottenpassword", "staff_keptwords")


def refuse_a_new_key(database: dict[str, Any]) -> None:
    """Raises WrongSetting when `database`, as in Django's DATABASES, has sealed rows, or does not answer."""
    try:
        is_sealed = _on_sqlite(database["NAME"]) if database["ENGINE"].endswith("sqlite3") else _on_postgresql(database)
    except (psycopg.OperationalError, sqlite3.OperationalError) as error:
        reason = str(error).partition("\n")[0]
        problem = (
            f"must be set, because a new key is made only where nothing is sealed yet, and the database does not say: {reason}"
        )
        raise WrongSetting("FIELD_KEYS", problem) from None
    if is_sealed:
        raise WrongSetting(
            "FIELD_KEYS",
            "must be the key that sealed what is in the database, and is missing here and in DATA_DIR/keys: put it back. If it "
            "is lost for good, set a new one, made as the README says; what patients typed stays unreadable then",
        )


def _on_sqlite(path: str) -> bool:
    if not Path(path).is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            return _any_row(names, lambda query: connection.execute(query).fetchone())
    except sqlite3.OperationalError:
        raise  # a lock, or a disk that fails: there may be rows
    except sqlite3.DatabaseError:
        return False  # no database any more: a restore brings one, and needs its key


def _on_postgresql(database: dict[str, Any]) -> bool:
    with psycopg.connect(**libpq_parameters(database)) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false))")
        return _any_row({name for (name,) in rows}, lambda query: connection.execute(query).fetchone())


def _any_row(there: set[str], first: Callable[[str], Any]) -> bool:
    return any(first(f"SELECT 1 FROM {table} WHERE length(sealed) > 0 LIMIT 1") for table in TABLES if table in there)  # noqa: S608
