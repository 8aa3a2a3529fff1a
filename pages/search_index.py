"""The table that search reads: one entry for every page, question and article, on SQLite (FTS5) and PostgreSQL (tsvector).

An entry is there exactly while it is true. Triggers on the three tables delete the entry of every row that changes, in the
change's own transaction and whoever makes it; `fill` makes the missing ones anew, before a search and after `load_content`.
What may be seen is decided when searching, so that a scheduled article needs no new entry.
"""

import html
import re

from django.apps import apps
from django.db import connection, connections, models, transaction
from django.db.models import F

TABLE = "pages_search"
# The entries of the three tables share one table: the entry of row 7 has the number 7 * 4 + kind.
KINDS = {"pages.page": 0, "pages.question": 1, "blog.article": 2}
_STEP = 4
_TAG = re.compile(r"<[^>]*>")
_CITATION = re.compile(r"\s*\[@[^\]]*\]")
_UNSEEN = re.compile(r"[\x00-\x1f\s]+")
# FTS5 keeps the numbers of its entries in this small table of its own.
_NUMBERS = {"sqlite": ("pages_search_docsize", "id"), "postgresql": (TABLE, "rowid")}


def entry_number(model: type[models.Model]):
    """The number of a row's entry, as an expression over the row."""
    return F("pk") * _STEP + KINDS[model._meta.label_lower]


def fill() -> int:
    """Makes the entries that are missing. Returns how many."""
    made = 0
    for label in KINDS:
        model = apps.get_model(label)
        if missing := _missing(model):
            made += _add(model, missing)
    return made


def _missing(model: type[models.Model]) -> list[int]:
    table, column = _NUMBERS[connection.vendor]
    number = f"{_STEP} * id + {KINDS[model._meta.label_lower]}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {model._meta.db_table} WHERE {number} NOT IN (SELECT {column} FROM {table})"  # noqa: S608
        )
        return [row[0] for row in cursor.fetchall()]


def _add(model: type[models.Model], keys: list[int]) -> int:
    insert = f"INSERT INTO {TABLE} (rowid, url, title, text) VALUES (%s, %s, %s, %s)"  # noqa: S608
    if connection.vendor == "postgresql":
        insert += " ON CONFLICT (rowid) DO UPDATE SET url = EXCLUDED.url, title = EXCLUDED.title, text = EXCLUDED.text"
    else:
        insert = insert.replace("INSERT", "INSERT OR REPLACE")
    with transaction.atomic(), connection.cursor() as cursor:
        # Locked, so that no change slips in between reading a row and writing its entry.
        rows = model.objects.select_for_update().filter(pk__in=keys).annotate(entry=entry_number(model))
        entries = [(row.entry, *_entry(row)) for row in rows]
        cursor.executemany(insert, entries)
    return len(entries)


def _entry(row) -> tuple[str, str, str]:
    """(address, title, text) as visitors read them."""
    kind = row._meta.label_lower
    if kind == "pages.question":
        return f"/faqs/#{row.slug}", row.question, _plain(row.answer_html)
    if kind == "blog.article":
        return f"/blog/{row.slug}/", row.title, _plain(row.subtitle, row.summary, row.body_html)
    return "/" if row.key == "home" else f"/{row.key}/", row.title, _plain(row.lede, row.in_short_html, row.body_html)


def _plain(*texts: str) -> str:
    text = " ".join(texts)
    return _UNSEEN.sub(" ", html.unescape(_TAG.sub(" ", _CITATION.sub("", text)))).strip()


def install_search_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers, and empties the index: everything is read anew. Safe to run again (post_migrate)."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    tables = {apps.get_model(label)._meta.db_table: kind for label, kind in KINDS.items()}
    if not present.issuperset({*tables, TABLE}):
        return
    statements = _sqlite(tables) if connection.vendor == "sqlite" else _postgresql(tables)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608


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
