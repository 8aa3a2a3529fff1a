"""What of a PostgreSQL dump is the site's, from the list that `pg_restore --list` prints. Pure.

A database may hold much else: other schemas, tables of other roles beside the site's, publications, comments and rights of the
schema itself. Nothing of it may be touched by a restore, and most of it a restore may not touch.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# What a restore drops and makes, with all that is a part of it.
_KINDS = (
    *("TABLE", "TABLE DATA", "TABLE ATTACH", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "MATERIALIZED VIEW DATA"),
    *("SEQUENCE", "SEQUENCE OWNED BY", "SEQUENCE SET", "FUNCTION", "PROCEDURE", "AGGREGATE", "TYPE", "SHELL TYPE", "DOMAIN"),
    *("DEFAULT", "CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT", "INDEX", "INDEX ATTACH", "TRIGGER", "RULE"),
    *("POLICY", "ROW SECURITY", "STATISTICS", "STATISTICS DATA", "COMMENT"),
)
# Those of other roles are left out of a dump.
_RELATIONS = ("TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE")
_ENTRY = re.compile(r"[0-9]+; [0-9]+ [0-9]+ (.*\n?)", re.DOTALL)
_MIGRATIONS = re.compile(r"TABLE (.+) django_migrations .+\n?")


@dataclass(frozen=True)
class Contents:
    """`schema`: that of the site when the dump was made. Lines of the list: `rights` are those on the site's tables, `rest` is
    everything else of the site.
    """

    schema: str
    rest: list[str]
    rights: list[str]


def contents(lines: Iterable[str]) -> Contents | None:
    """None if no table of the site is in it."""
    entries = {line: found[1] for line in lines if (found := _ENTRY.fullmatch(line))}
    schema = next((found[1] for entry in entries.values() if (found := _MIGRATIONS.fullmatch(entry))), None)
    if schema is None:
        return None
    # Their functions cannot be left out of it.
    relations = tuple(f"{kind} {schema} " for kind in _RELATIONS)
    owners = {_owner(entry) for entry in entries.values() if entry.startswith(relations)}
    ours = {line: entry for line, entry in entries.items() if _owner(entry) in owners}
    kinds = tuple(f"{kind} {schema} " for kind in _KINDS)
    return Contents(
        schema,
        [line for line, entry in ours.items() if entry.startswith(kinds)],
        [line for line, entry in ours.items() if entry.startswith(f"ACL {schema} ")],
    )


def _owner(entry: str) -> str:
    return entry.split()[-1]
