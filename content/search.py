"""Site search: one function over SQLite FTS5 and PostgreSQL full-text search."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .placeholders import from_words
from .search_index import TABLE, entry_number, fill, searched_kinds

MOST_RESULTS = 20
LONGEST_QUERY = 100
_MOST_WORDS = 8
# A title counts for more than a mention, and a text's hidden words for more than any title: they were put there for this search.
_SQLITE_WEIGHTS = "bm25(0, 8.0, 1.0, 100.0)"  # url, title, text, words
_POSTGRESQL_WEIGHTS = "{0.01, 0.01, 0.1, 1}"  # text, nothing, title, words
_WORD = re.compile(r"[^\W_]+")
# Mark a match before the text is escaped. No text contains these characters.
_BEGIN, _END = "\x02", "\x03"
# Frequent words of questions, which match everywhere.
_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about an and are as at be by can could do does for from get has have how i if in is it its me my of on or our
        should so that the their there they this to was we what when where which who why will with would you your""",
    )
)


@dataclass(frozen=True)
class Result:
    """`title` and `snippet` are safe HTML with the matching words in <mark>. The snippet has its placeholders unfilled."""

    url: str
    title: SafeString
    snippet: SafeString


def find(query: str, *, at: datetime) -> list[Result]:
    """The texts that visitors may read at the instant `at` and that match, best first.

    All words must match, each as the beginning of a word; if nothing matches them all, any of them is enough.
    """
    words = words_of(query)
    if not words:
        return []
    fill()
    search = _in_sqlite if connection.vendor == "sqlite" else _in_postgresql
    rows = search(words, True, at) or (search(words, False, at) if len(words) > 1 else [])
    return [Result(url, _marked(title), _marked(from_words(snippet))) for url, title, snippet in rows]


def words_of(query: str) -> list[str]:
    """The words that are searched for: without the small ones, unless there are no others."""
    words = list(dict.fromkeys(_WORD.findall(query[:LONGEST_QUERY].lower())))
    return ([word for word in words if word not in _SMALL_WORDS] or words)[:_MOST_WORDS]


def words_on_the_site(*, at: datetime) -> set[str]:
    """Every word of what visitors may read at the instant `at`, in small letters."""
    fill()
    visible, parameters = _visible(at)
    # Not the hidden words: a correction is shown.
    rows = _rows(f"SELECT title, text FROM {TABLE} WHERE rowid IN ({visible})", parameters)  # noqa: S608
    return {word for row in rows for text in row for word in _WORD.findall(text.lower())}


def _visible(at: datetime) -> tuple[str, tuple]:
    """SQL for the numbers of the entries that visitors may see, with its parameters."""
    numbers = [
        kind.objects.public(at=at).order_by().annotate(entry=entry_number(kind)).values("entry") for kind in searched_kinds()
    ]
    # Django 6 compiles a raw union only after an explicit ordering, even an empty one.
    return numbers[0].union(*numbers[1:], all=True).order_by().query.sql_with_params()


def _in_sqlite(words: list[str], all_words: bool, at: datetime) -> list[tuple]:
    match = (" AND " if all_words else " OR ").join(f'"{word}"*' for word in words)
    visible, parameters = _visible(at)
    # The plus keeps SQLite from running the search once for every visible number.
    sql = (
        f"SELECT url, highlight({TABLE}, 1, %s, %s), snippet({TABLE}, 2, %s, %s, '…', 30) FROM {TABLE}"  # noqa: S608
        f" WHERE {TABLE} MATCH %s AND rank MATCH '{_SQLITE_WEIGHTS}' AND +rowid IN ({visible})"
        f" ORDER BY rank LIMIT {MOST_RESULTS}"
    )
    return _rows(sql, (_BEGIN, _END, _BEGIN, _END, match, *parameters))


def _in_postgresql(words: list[str], all_words: bool, at: datetime) -> list[tuple]:
    match = (" & " if all_words else " | ").join(f"{word}:*" for word in words)
    visible, parameters = _visible(at)
    marks = f"StartSel={_BEGIN}, StopSel={_END}"
    sql = (
        "SELECT url, ts_headline('english', title, query, %s), ts_headline('english', text, query, %s) FROM"  # noqa: S608
        f" (SELECT url, title, text, query, ts_rank_cd('{_POSTGRESQL_WEIGHTS}', search_vector, query) AS rank"
        f" FROM {TABLE}, to_tsquery('english', %s) AS query"
        f" WHERE search_vector @@ query AND rowid IN ({visible}) ORDER BY rank DESC, rowid LIMIT {MOST_RESULTS}) AS best"
        " ORDER BY rank DESC"
    )
    whole, part = f"{marks}, HighlightAll=true", f"{marks}, MaxFragments=1, MinWords=15, MaxWords=30"
    return _rows(sql, (whole, part, match, *parameters))


def _rows(sql: str, parameters: tuple) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _marked(text: str) -> SafeString:
    return mark_safe(escape(text).replace(_BEGIN, "<mark>").replace(_END, "</mark>"))  # noqa: S308  escaped here
