"""The table that search reads. See pages/search_index.py, which also installs its triggers after every migrate."""

from django.db import migrations

_SQLITE = """
CREATE VIRTUAL TABLE pages_search USING fts5(
    url UNINDEXED, title, text, tokenize = "porter unicode61 remove_diacritics 2", prefix = '3 5'
)
"""
_POSTGRESQL = """
CREATE TABLE pages_search (
    rowid bigint PRIMARY KEY,
    url text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', text), 'D')
    ) STORED
);
CREATE INDEX pages_search_words ON pages_search USING gin (words);
"""


def make_table(apps, schema_editor):
    schema_editor.execute(_SQLITE if schema_editor.connection.vendor == "sqlite" else _POSTGRESQL)


def drop_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE pages_search")


class Migration(migrations.Migration):
    dependencies = [("pages", "0004_editing")]
    operations = [migrations.RunPython(make_table, drop_table)]
