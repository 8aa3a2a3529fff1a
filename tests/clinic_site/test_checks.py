"""What may leave this machine in clear is said at the start, with a number."""

from types import SimpleNamespace

import pytest
from django.core.checks import run_checks

from clinic_site import env, env_database

# Variable, value, the number of the warning.
SETTINGS = [
    ("EMAIL_URL", "smtp://me:secret@mail.example", "clinic_site.W001"),
    ("EMAIL_URL", "smtp://mail.example:25", "clinic_site.W001"),
    ("EMAIL_URL", "smtp://me:secret@192.0.2.7", "clinic_site.W001"),
    ("EMAIL_URL", "smtp://me:secret@127.0.0.1", ""),
    ("EMAIL_URL", "smtp://localhost", ""),
    ("EMAIL_URL", "smtp://[::1]:2525", ""),
    ("EMAIL_URL", "smtp+tls://me:secret@mail.example", ""),
    ("EMAIL_URL", "smtps://me:secret@mail.example", ""),
    ("EMAIL_URL", "", ""),
    ("CACHE_URL", "redis://cache.example:6379/0", "clinic_site.W002"),
    ("CACHE_URL", "valkey://:secret@cache.example:6379/0", "clinic_site.W002"),
    ("CACHE_URL", "rediss://cache.example:6379/0", "clinic_site.W002"),
    ("CACHE_URL", "valkeys://:secret@cache.example:6379/0", ""),
    ("CACHE_URL", "redis://127.0.0.1:6379/0", ""),
    ("CACHE_URL", "unix:///run/redis.sock", ""),
    ("CACHE_URL", "", ""),
    ("DATABASE_URL", "postgresql://me:secret@db.example/clinic", "clinic_site.W003"),
    ("DATABASE_URL", "postgresql://me:secret@db.example/clinic?sslmode=prefer", "clinic_site.W003"),
    ("DATABASE_URL", "postgresql://me:secret@db.example/clinic?sslmode=verify-full", ""),
    ("DATABASE_URL", "postgresql://me:secret@db.example/clinic?sslmode=require", ""),
    ("DATABASE_URL", "postgresql://me:secret@127.0.0.1/clinic", ""),
    ("DATABASE_URL", "", ""),
]


def warnings(monkeypatch, **variables: str) -> list:
    """The warnings of a site that was started with these variables alone."""
    for variable in ("EMAIL_URL", "CACHE_URL", "DATABASE_URL", "PGSSLMODE"):
        monkeypatch.setenv(variable, variables.get(variable, ""))
    read = SimpleNamespace(
        MAILERS={"default": env.mailer("EMAIL_URL", "/data/mail")},
        CACHES={"default": env.cache("CACHE_URL")},
        DATABASES={"default": env_database.database("DATABASE_URL", "/data/clinic.sqlite3")},
    )
    monkeypatch.setattr("clinic_site.checks.settings", read)
    return [message for message in run_checks(tags=["security"]) if (message.id or "").startswith("clinic_site.")]


@pytest.mark.parametrize(("name", "value", "warning"), SETTINGS, ids=[f"{name}={value}" for name, value, _ in SETTINGS])
def test_what_travels_in_clear_is_a_numbered_warning(monkeypatch, name, value, warning):
    found = warnings(monkeypatch, **{name: value})
    assert [message.id for message in found] == ([warning] if warning else [])
    assert all(name in message.msg and "secret" not in str(message) for message in found)


def test_the_variable_of_the_postgresql_library_counts(monkeypatch):
    assert warnings(monkeypatch, DATABASE_URL="postgresql://db.example/clinic", PGSSLMODE="verify-full") == []
