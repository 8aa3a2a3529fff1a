"""The search index: one entry for every searchable text, on SQLite (FTS5) and PostgreSQL (tsvector).

An entry exists exactly while it is true. Triggers on the tables of texts delete the entry of every row that changes, in the
same transaction and however it was changed; `fill` adds the missing ones before a search and after `load_content`.
The search decides what visitors may see, so that a scheduled article needs no new entry.
"""

import html
import re

from django.db import connection, transaction
from django.db.models import F

from . import triggers
from .models import Text, kinds
from .placeholders import as_words

TABLE = "content_search"
# The entries of all kinds share one table: the entry of row 7 has the number 7 * 16 + the kind's number.
_STEP = 16
_TAG = re.compile(r"<[^>]*>")
# A tag within a sentence parts no words. The end of a cell, an item or a heading parts more than words.
_INLINE_TAG = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|span|strong|sub|sup)\b[^>]*>")
_CELL_END = re.compile(r"\s*</t[hd]>(?!\s*</tr>)")
_ITEM_END = re.compile(r"(?<![.?!,;:>])\s*(?:</p>\s*)?</li>(?=\s*<li)")
_LAST_END = re.compile(r"(?<![.?!,;:>])\s*(?:</t[hd]>\s*</tr>|(?:</p>\s*)?</li>|</h\d>)")
_CITATION = re.compile(r"\s*\[@[^\]]*\]")
_UNSEEN = re.compile(r"[\x00-\x1f\s]+")
# FTS5 keeps the numbers of its entries in this small table of its own.
_NUMBERS = {"sqlite": ("content_search_docsize", "id"), "postgresql": (TABLE, "rowid")}


def searched_kinds() -> list[type[Text]]:
    return [kind for kind in kinds() if kind.SEARCH_NUMBER is not None]


def entry_number(kind: type[Text]):
    """The number of a row's entry, as a query expression."""
    return F("pk") * _STEP + kind.SEARCH_NUMBER


def fill() -> int:
    """Adds the missing entries. Returns how many."""
    return sum(_add(kind, keys) for kind, keys in _missing().items())


def _missing() -> dict[type[Text], list[int]]:
    """The rows without an entry. Asked before every search, for all kinds at once."""
    table, column = _NUMBERS[connection.vendor]
    by_number = {kind.SEARCH_NUMBER: kind for kind in searched_kinds()}
    parts = [
        f"SELECT {number}, id FROM {kind._meta.db_table}"  # noqa: S608
        f" WHERE {_STEP} * id + {number} NOT IN (SELECT {column} FROM {table})"
        for number, kind in by_number.items()
    ]
    missing: dict[type[Text], list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        for number, key in cursor.fetchall():
            missing.setdefault(by_number[number], []).append(key)
    return missing


def _add(kind: type[Text], keys: list[int]) -> int:
    insert = f"INSERT INTO {TABLE} (rowid, url, title, text, words) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608
    if connection.vendor == "postgresql":
        columns = ("url", "title", "text", "words")
        insert += " ON CONFLICT (rowid) DO UPDATE SET " + ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
    else:
        insert = insert.replace("INSERT", "INSERT OR REPLACE")
    with transaction.atomic(), connection.cursor() as cursor:
        # Rows are locked, so that none changes between being read and being indexed.
        rows = kind.objects.select_for_update().filter(pk__in=keys).annotate(entry=entry_number(kind))
        entries = [
            (row.entry, row.get_absolute_url(), str(row), _plain_text(*row.search_texts()), row.search_words()) for row in rows
        ]
        cursor.executemany(insert, entries)
    return len(entries)


def _plain_text(*texts: str) -> str:
    text = _CITATION.sub("", as_words(" ".join(texts)))
    text = _INLINE_TAG.sub("", _CELL_END.sub(" · ", _LAST_END.sub(". ", _ITEM_END.sub("; ", text))))
    return _UNSEEN.sub(" ", html.unescape(_TAG.sub(" ", text))).strip()


def install_search_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers and empties the index, so that every text is indexed again (post_migrate)."""
    tables = {kind._meta.db_table: kind.SEARCH_NUMBER for kind in kinds() if kind.SEARCH_NUMBER is not None}
    empty = f"DELETE FROM {TABLE}"  # noqa: S608
    statements = {"sqlite": [*_sqlite(tables), empty], "postgresql": [*_postgresql(tables), empty]}
    triggers.install(using, [*tables, TABLE], statements)


def _sqlite(tables: dict[str, int]):
    for table, kind in tables.items():
        for event in ("update", "delete"):
            delete = f"DELETE FROM {TABLE} WHERE rowid = OLD.id * {_STEP} + {kind}"  # noqa: S608
            yield f"DROP TRIGGER IF EXISTS search_{table}_{event}"
            yield f"CREATE TRIGGER search_{table}_{event} AFTER {event} ON {table} BEGIN {delete}; END"


def _postgresql(tables: dict[str, int]):
    delete = f"DELETE FROM {TABLE} WHERE rowid"  # noqa: S608
    yield (
        "CREATE OR REPLACE FUNCTION forget_search_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'TRUNCATE' THEN {delete} % {_STEP} = TG_ARGV[0]::int;"
        f" ELSE {delete} = OLD.id * {_STEP} + TG_ARGV[0]::int; END IF; RETURN NULL; END $$"
    )
    for table, kind in tables.items():
        for name, event, each in (
            ("search_entry", "UPDATE OR DELETE", "ROW"),
            ("search_entries", "TRUNCATE", "STATEMENT"),
        ):
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
            yield (f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH {each} EXECUTE FUNCTION forget_search_entry({kind})")
