"""The database of a site on PostgreSQL as one dump, and back, with PostgreSQL's own programs."""

import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any, cast

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from clinic_site.dump_contents import Contents, contents
from clinic_site.env_database import libpq_parameters

logger = logging.getLogger("clinic.worker")

# The schema of the site, and what others have in it, as options for pg_dump: one table that the role may not read would stop it.
_PLACE = """\
WITH place AS (SELECT current_schema() AS name)
SELECT '--schema="' || replace(name, '"', '""') || '"' FROM place WHERE name IS NOT NULL
UNION ALL
SELECT '--exclude-table="' || replace(name, '"', '""') || '"."' || replace(relname, '"', '""') || '"'
FROM place JOIN pg_class ON relnamespace = name::regnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT pg_has_role(relowner, 'USAGE')
"""
# Its tables, which a drill compares. Those of an extension are made by the extension.
OWN_TABLES = """\
SELECT relname FROM pg_class AS own
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'USAGE')
AND NOT EXISTS (SELECT FROM pg_depend WHERE (classid, objid, deptype) = ('pg_class'::regclass, own.oid, 'e'))
"""
# A new database may lack the schema.
_FIND = """\
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '30s';
SELECT set_config('clinic_site.schema', {schema}, true);
DO $$
DECLARE dumped text := current_setting('clinic_site.schema');
BEGIN
    IF to_regnamespace(quote_ident(dumped)) IS NULL THEN
        EXECUTE format('CREATE SCHEMA %I', dumped);
    END IF;
    IF current_schema() IS DISTINCT FROM dumped THEN
        RAISE EXCEPTION 'the backup is of the schema %, and DATABASE_URL names %', dumped, current_schema();
    END IF;
END $$;
"""
# What the role owns in the schema of the site, also what an update added since the dump. Piece by piece: DROP OWNED would take
# the rights away that the role was granted, and a role without more rights cannot make the schema again. An extension and its
# members stay. 10 is the role of initdb, the one owner that PostgreSQL does not write down.
_DROP = """\
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
# A role that is gone, or another's right, stops no restore: each statement may fail alone.
_BEGIN_RIGHTS = "\\set ON_ERROR_ROLLBACK on\n\\set ON_ERROR_STOP off\n"
_END_RIGHTS = "\\set ON_ERROR_ROLLBACK off\n\\set ON_ERROR_STOP on\n"
_COMMIT = "RESET search_path;\nSELECT 'django_migrations'::regclass;\nCOMMIT;\n"

# A program that takes longer hangs: the database of a clinic is dumped in seconds. The worker waits for it.
_MINUTES = 10
# They stay off every command line, which everybody on the machine can read.
_SECRETS = {"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"}
_SERVICE = "clinic_site"


class BackupFailed(Exception):
    """The backup could not be made or read; the message says why."""


def write(dump: Path, *, left_out: Iterable[str]) -> None:
    """What the role of the site owns in its schema. `left_out`: tables without their rows. Raises BackupFailed."""
    place = [line.rstrip("\n") for line in _run([*_psql(conninfo()), "--tuples-only", "--no-align", f"--command={_PLACE}"])]
    if not any(option.startswith("--schema=") for option in place):
        raise BackupFailed("DATABASE_URL names no schema that is there")
    rows_left_out = [f"--exclude-table-data={table}" for table in left_out]
    # Another program's lock on a table is waited for no longer than that.
    how = ["--format=custom", "--no-owner", "--no-password", "--lock-wait-timeout=30s"]
    _run(["pg_dump", *how, *place, *rows_left_out, f"--file={dump}", f"--dbname={conninfo()}"])


def read_to_the_end(dump: Path) -> None:
    """A list alone would not read what is in the tables. Raises BackupFailed."""
    _run(["pg_restore", f"--file={os.devnull}", str(dump)])


def obstacles(dump: Path) -> list[str]:
    """Why the database would refuse a restore of the dump, as far as can be told without a lock. Raises BackupFailed."""
    schema = _contents(dump).schema
    asked = "SELECT coalesce(current_schema(), ''), coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
    with psycopg.connect(**parameters()) as server:
        there, may_create = server.execute(asked).fetchone() or ("", False)
    found = [] if there == schema else [f"It is of the schema {schema}, and DATABASE_URL names {there or 'none'}"]
    return found + [f"The role of DATABASE_URL may not make tables in the schema {there}"] * (not may_create)


def restore(dump: Path, target: str) -> None:
    """Replaces the tables of the database that the conninfo `target` names, whole or not at all. Raises BackupFailed.

    psql commits only what pg_restore has written to its end. What is not the site's stays as it is. Rights that others had on its
    tables are given to them again as far as that is possible; what is not is told in the log.
    """
    found = _contents(dump)
    begin = _FIND.format(schema=sql.Literal(found.schema).as_string(None)) + _DROP
    problem, complaint = "", ""
    with tempfile.TemporaryFile("w+") as errors:
        with _started(_psql(target), stdin=PIPE, stdout=DEVNULL, stderr=errors, bufsize=0) as reader:
            into = cast(IO[bytes], reader.stdin)
            try:
                into.write(begin.encode())
                problem = _pass_on(dump, found.rest, into)
                into.write(_BEGIN_RIGHTS.encode())
                problem = problem or _pass_on(dump, found.rights, into)
                if not problem:
                    into.write((_END_RIGHTS + _COMMIT).encode())
            except BrokenPipeError:
                pass  # psql has ended, and says why
            _ended(reader, _psql(target))
        errors.seek(0)
        complaint = errors.read().strip()
    if reader.returncode:
        raise BackupFailed(f"psql: {complaint}")
    if problem:
        raise BackupFailed(f"pg_restore: {problem}")
    for line in filter(lambda line: "ERROR: " in line, complaint.splitlines()):
        logger.warning("a right on the site's tables was not given again: %s", line)


def _pass_on(dump: Path, entries: list[str], into: IO[bytes]) -> str:
    """Writes these entries as a script; why it did not come to its end, otherwise empty. Of no entries there is no script."""
    if not entries:
        return ""
    used = dump.with_name("contents")
    used.write_text("".join(entries))
    script = ["pg_restore", "--no-owner", f"--use-list={used}", "--file=-", str(dump)]
    with _started(script, stdin=DEVNULL, stdout=into, stderr=PIPE, text=True) as writer:
        _, complaint = _ended(writer, script)
    return (complaint.strip() or "failed") if writer.returncode else ""


def _contents(dump: Path) -> Contents:
    found = contents(_run(["pg_restore", "--list", str(dump)]))
    if found is None:
        raise BackupFailed("the dump has no table of the site")
    return found


def _psql(target: str) -> list[str]:
    return ["psql", "--no-psqlrc", "--no-password", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={target}"]


def parameters(**changed: str) -> dict[str, Any]:
    """All that DATABASE_URL says, TLS and secrets included, as libpq names it. `changed`: some of its own, as `dbname`."""
    # A server that is busy with what it has got takes no more for a while, in the middle of a restore.
    return libpq_parameters(settings.DATABASES["default"]) | {"tcp_user_timeout": 0} | changed


def conninfo(**changed: str) -> str:
    """The same but the secrets, for a command line."""
    return make_conninfo(**{name: value for name, value in parameters(**changed).items() if name not in _SECRETS})


def _run(command: list[str]) -> list[str]:
    """The lines that it prints. Raises BackupFailed."""
    with _started(command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, text=True) as program:
        printed, complaint = _ended(program, command)
    if program.returncode:
        raise BackupFailed(f"{command[0]}: {complaint.strip()}")
    return printed.splitlines(keepends=True)


def _ended(program: subprocess.Popen, command: list[str]) -> tuple[str, str]:
    """What it printed and what it complained of. Raises BackupFailed when it does not end."""
    try:
        return program.communicate(timeout=_MINUTES * 60)
    except subprocess.TimeoutExpired:
        raise BackupFailed(f"{command[0]}: ended after {_MINUTES} minutes in which it did not finish") from None


@contextmanager
def _started(command: list[str], **options) -> Iterator[subprocess.Popen]:
    """A program of PostgreSQL, without a terminal to ask anything on. It is killed if it is still there in the end."""
    with _environment() as environment:
        try:
            program = subprocess.Popen(command, env=environment, start_new_session=True, **options)  # noqa: S603
        except FileNotFoundError:
            raise BackupFailed(f"{command[0]} was not found: install PostgreSQL's client programs") from None
        with program:
            try:
                yield program
            finally:
                if program.poll() is None:
                    with suppress(ProcessLookupError):
                        os.killpg(program.pid, signal.SIGKILL)


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """The environment of a program, with the secrets. For all but the password libpq has no variable: they are in a file."""
    secrets = {name: str(value) for name, value in parameters().items() if name in _SECRETS and value}
    environment = dict(os.environ)
    # Without one of its own the site uses that of the environment, too.
    if password := secrets.pop("password", ""):
        environment["PGPASSWORD"] = password
    if not secrets:
        yield environment
        return
    if "service" in parameters() or "PGSERVICE" in environment:
        raise BackupFailed(f"{', '.join(secrets)}: must be in the file of the service that is named")
    with tempfile.NamedTemporaryFile("w", prefix="service-") as file:
        file.write("".join([f"[{_SERVICE}]\n", *(f"{name}={value}\n" for name, value in secrets.items())]))
        file.flush()
        yield environment | {"PGSERVICE": _SERVICE, "PGSERVICEFILE": file.name}
