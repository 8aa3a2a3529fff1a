"""Strict reader of the environment variable that names the database; see `env`."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from clinic_site.env import WrongSetting, secret

# Seconds a writer waits for another before the visitor gets a 503 page with what they typed.
_WRITER_WAITS = 10

# For how long a PostgreSQL whose machine is gone without a word is waited for: until a connection is made (seconds), until it has
# taken what was sent (milliseconds), and while it is asked whether it is still there (seconds).
_SILENT_SERVER = {
    "connect_timeout": 10,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}


def database(name: str, default_path: str) -> dict:
    """Django's DATABASES['default'] for a PostgreSQL URL, or for the SQLite file at `default_path`."""
    value = secret(name)
    if not value:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": default_path,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # IMMEDIATE: a writer takes the lock first, so it never has to upgrade a read lock, which SQLite refuses.
                "transaction_mode": "IMMEDIATE",
                "timeout": _WRITER_WAITS,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
                    "PRAGMA secure_delete=ON;"  # what is deleted is overwritten, however SQLite was built
                ),
            },
        }
    return postgresql(name, value)


def postgresql(name: str, value: str) -> dict:
    """Django's DATABASES['default'] for the PostgreSQL URL `value`; `name` is the variable to name in an error."""
    takes = "must be postgresql://user:password@host:port/name, or empty for SQLite in DATA_DIR"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise WrongSetting(name, takes) from None
    database_name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not database_name or not parts.hostname:
        raise WrongSetting(name, takes)
    more = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Theirs come last and win; what they do not name stays as it is here.
        "OPTIONS": _SILENT_SERVER | more | {"options": f"-c lock_timeout={_WRITER_WAITS}s {more.get('options', '')}".rstrip()},
    }


def libpq_parameters(database: dict[str, Any]) -> dict[str, Any]:
    """All that a PostgreSQL URL says, TLS and password included, as libpq names it. `database`: as in Django's DATABASES."""
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    # What is said twice counts as Django takes it: what stands before the ? wins.
    return database["OPTIONS"] | {name: database[key] for name, key in names.items() if database[key]}
