"""The database of a site on PostgreSQL as one dump, and back, with PostgreSQL's own programs."""

import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, cast

from django.conf import settings
from psycopg.conninfo import make_conninfo

from clinic_site.env import libpq_parameters

# What the role owns in the schema of the site, also what an update added since the dump: pg_restore drops only what is in the
# dump, and not what something else refers to. Piece by piece: DROP OWNED would take the rights away that the role was granted,
# and a role without more rights cannot make the schema again. An extension and its members stay. 10 is the role of initdb, the
# one owner that PostgreSQL does not write down.
_DROP = """\
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '30s';
DO $$
DECLARE old record;
BEGIN
    FOR old IN
        SELECT object.type, object.identity
        FROM pg_depend AS place
        CROSS JOIN pg_identify_object(place.classid, place.objid, 0) AS object
        LEFT JOIN pg_shdepend AS owner ON (owner.classid, owner.objid, owner.deptype) = (place.classid, place.objid, 'o')
            AND owner.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        WHERE place.refclassid = 'pg_namespace'::regclass AND place.refobjid = current_schema()::regnamespace
        AND object.type IN (
            'table', 'foreign table', 'view', 'materialized view', 'sequence', 'function', 'procedure', 'aggregate', 'type'
        )
        AND pg_has_role(coalesce(owner.refobjid, 10), 'USAGE')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS member
            WHERE (member.classid, member.objid, member.deptype) = (place.classid, place.objid, 'e')
        )
        ORDER BY object.type <> 'table'
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', old.type, old.identity);
    END LOOP;
END $$;
"""
# Fails for a dump of another schema, and undoes it all.
_COMMIT = "RESET search_path;\nSELECT 'django_migrations'::regclass;\nCOMMIT;\n"


class BackupFailed(Exception):
    """The backup could not be made or read; the message says why."""


def write(dump: Path, *, left_out: Iterable[str]) -> None:
    """`left_out`: tables without their rows. Raises BackupFailed."""
    rows_left_out = [f"--exclude-table-data={table}" for table in left_out]
    _run(["pg_dump", "--format=custom", "--no-owner", *rows_left_out, f"--file={dump}", f"--dbname={conninfo()}"])


def read_to_the_end(dump: Path) -> None:
    """A list alone would not read what is in the tables. Raises BackupFailed."""
    _run(["pg_restore", f"--file={os.devnull}", str(dump)])


def restore(dump: Path, target: str) -> None:
    """Replaces the tables of the database that the conninfo `target` names, whole or not at all. Raises BackupFailed.

    psql commits only what pg_restore has written to its end. Extensions stay as they are: they are often another role's, and the
    site uses none.
    """
    contents = dump.with_name("contents")
    contents.write_text("".join(line for line in _run(["pg_restore", "--list", str(dump)]) if " EXTENSION " not in line))
    script = ["pg_restore", "--clean", "--if-exists", "--no-owner", f"--use-list={contents}", "--file=-", str(dump)]
    psql = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={target}"]
    with tempfile.TemporaryFile("w+") as errors:
        with _started(psql, stdin=PIPE, stdout=DEVNULL, stderr=errors, bufsize=0) as reader:
            into = cast(IO[bytes], reader.stdin)
            try:
                into.write(_DROP.encode())
                writer = _started(script, stdout=into, stderr=PIPE, text=True)
                _, complaint = writer.communicate()
                if writer.returncode == 0:
                    into.write(_COMMIT.encode())
            except BrokenPipeError:
                pass  # psql has ended, and says why
        errors.seek(0)
        if reader.returncode:
            raise BackupFailed(f"psql: {errors.read().strip()}")
        if writer.returncode:
            raise BackupFailed(f"pg_restore: {complaint.strip()}")


def conninfo(**changed: str) -> str:
    """All that DATABASE_URL says but the password, TLS included, for libpq. `changed`: parameters of its own, as `dbname`."""
    parameters = libpq_parameters(settings.DATABASES["default"])
    parameters.pop("password", None)
    # A server that is busy with what it has got takes no more for a while, in the middle of a restore.
    parameters["tcp_user_timeout"] = 0
    return make_conninfo(**parameters | changed)


def _run(command: list[str]) -> list[str]:
    """The lines that it prints. Raises BackupFailed."""
    program = _started(command, stdout=PIPE, stderr=PIPE, text=True)
    printed, complaint = program.communicate()
    if program.returncode:
        raise BackupFailed(f"{command[0]}: {complaint.strip()}")
    return printed.splitlines(keepends=True)


def _started(command: list[str], **options) -> subprocess.Popen:
    """A program of PostgreSQL. The password stays off its command line."""
    environment = os.environ | {"PGPASSWORD": settings.DATABASES["default"]["PASSWORD"]}
    try:
        return subprocess.Popen(command, env=environment, **options)  # noqa: S603
    except FileNotFoundError:
        raise BackupFailed(f"{command[0]} was not found: install PostgreSQL's client programs") from None
