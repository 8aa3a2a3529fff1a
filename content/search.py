"""Site search: one function over SQLite FTS5 and PostgreSQL full-text search."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .everyday_words import in_words_of_the_site
from .placeholders import from_words
from .query_words import LONGEST_QUERY, WORD, asks_something, plain, telling_words, words_of
from .search_index import TABLE, entry_number, fill, searched_kinds
from .search_titles import titles_of

MOST_RESULTS = 20
# With fewer that hold all words, those that hold any of them follow, up to this many.
_FEW = 5
# A shorter word is no beginning of a longer one: “cps” is not “CPAP”, and “pot” not “potential”.
_SHORTEST_BEGINNING = 4
# A title counts for more than a mention, and a text's hidden words for more than any title: they were put there for this search.
_SQLITE_WEIGHTS = "bm25(0, 8.0, 1.0, 100.0)"  # url, title, text, words
_POSTGRESQL_WEIGHTS = "{0.01, 0.01, 0.1, 1}"  # text, nothing, title, words
# Mark a match before the text is escaped. No text contains these characters.
_BEGIN, _END = "\x02", "\x03"


@dataclass(frozen=True)
class Result:
    """`title` and `snippet` are safe HTML with the matching words in <mark>. The snippet has its placeholders unfilled.

    `has_all_words`: every word of the query is in it, as far as the search looked, or it answers one of several questions.
    """

    url: str
    title: SafeString
    snippet: SafeString
    has_all_words: bool = True


def find(query: str, *, at: datetime) -> list[Result]:
    """The texts that visitors may read at the instant `at` and that match, best first.

    Everyday words count as the site's own. What the query names by its title comes first; of questions that are asked
    together, the best of each. Then come those that hold all words, a longer one also as the beginning of a word. If these
    are few, those that hold any follow: until there are a few, or as many as there are if none holds all.
    """
    questions = [words for part in in_words_of_the_site(query[:LONGEST_QUERY]).split(";") if (words := words_of(part))]
    if not questions:
        return []
    words = list(dict.fromkeys(word for question in questions for word in question))
    fill()
    search = _in_sqlite if connection.vendor == "sqlite" else _in_postgresql
    visible = _visible(at)
    named = titles_of(lambda: _titles(visible), at=at).named_by_each(questions)
    # Sorting keeps the order of the rank among those that are named equally well.
    first = sorted(search(words, False, visible, list(named)), key=lambda row: -named[row[0]]) if named else []
    # Questions that are asked together are never all in one text.
    rows = search(words, True, visible) if len(questions) == 1 else []
    complete = {row[0] for row in rows} | (named.keys() if len(questions) > 1 else set())
    others = search(words, False, visible) if len(rows) < _FEW and len(words) > 1 else []
    # What is searched for in the site's words may also be there in the visitor's own.
    typed = words_of(query)
    own = search(typed, True, visible) if len(rows) < _FEW and typed != words and asks_something(query) else []
    complete |= {row[0] for row in own}
    kept = complete | named.keys()
    near = [row[0] for row in others if row[0] not in kept]
    shown = kept.union(near[: max(_FEW - len(kept), 0)] if complete else near)
    best = [row for row in {row[0]: row for row in (*first, *rows, *others, *own)}.values() if row[0] in shown]
    return [
        Result(url, _marked(title), _marked(from_words(snippet)), number in complete)
        for number, url, title, snippet in best[:MOST_RESULTS]
    ]


def _titles(visible: tuple[str, tuple]):
    """Number, words of the title and hidden words of every visible entry."""
    sql, parameters = visible
    for number, title, words in _rows(f"SELECT rowid, title, words FROM {TABLE} WHERE rowid IN ({sql})", parameters):  # noqa: S608
        yield number, words_of(title), telling_words(WORD.findall(plain(words)))


def words_on_the_site(*, at: datetime) -> tuple[set[str], set[str]]:
    """Every word of what visitors may read at the instant `at`, and of its hidden words, in small letters."""
    fill()
    visible, parameters = _visible(at)
    rows = _rows(f"SELECT title || ' ' || text, words FROM {TABLE} WHERE rowid IN ({visible})", parameters)  # noqa: S608
    shown, hidden = ({word for row in rows for word in WORD.findall(row[column].lower())} for column in (0, 1))
    return shown, hidden


def _visible(at: datetime) -> tuple[str, tuple]:
    """SQL for the numbers of the entries that visitors may see, with its parameters."""
    numbers = [
        kind.objects.public(at=at).order_by().annotate(entry=entry_number(kind)).values("entry") for kind in searched_kinds()
    ]
    # Django 6 compiles a raw union only after an explicit ordering, even an empty one.
    return numbers[0].union(*numbers[1:], all=True).order_by().query.sql_with_params()


def _in_sqlite(words: list[str], all_words: bool, visible: tuple[str, tuple], only: list[int] | None = None) -> list[tuple]:
    terms = [f'"{word}"' + "*" * (len(word) >= _SHORTEST_BEGINNING) for word in words]
    match = (" AND " if all_words else " OR ").join(terms)
    sql, parameters = visible
    among = f" AND rowid IN ({', '.join(map(str, only))})" if only else ""
    # The plus keeps SQLite from running the search once for every visible number.
    sql = (
        f"SELECT rowid, url, highlight({TABLE}, 1, %s, %s), snippet({TABLE}, 2, %s, %s, '…', 30) FROM {TABLE}"  # noqa: S608
        f" WHERE {TABLE} MATCH %s AND rank MATCH '{_SQLITE_WEIGHTS}' AND +rowid IN ({sql}){among}"
        f" ORDER BY rank LIMIT {MOST_RESULTS}"
    )
    return _rows(sql, (_BEGIN, _END, _BEGIN, _END, match, *parameters))


def _in_postgresql(words: list[str], all_words: bool, visible: tuple[str, tuple], only: list[int] | None = None) -> list[tuple]:
    terms = [word + ":*" * (len(word) >= _SHORTEST_BEGINNING) for word in words]
    match = (" & " if all_words else " | ").join(terms)
    sql, parameters = visible
    marks = f"StartSel={_BEGIN}, StopSel={_END}"
    # The dictionary of PostgreSQL has no “not”: a text that is named by it, such as “Who should not have it?”, needs no match.
    which = f"rowid IN ({', '.join(map(str, only))})" if only else "search_vector @@ query"
    sql = (
        "SELECT rowid, url, ts_headline('english', title, query, %s), ts_headline('english', text, query, %s) FROM"  # noqa: S608
        f" (SELECT rowid, url, title, text, query, ts_rank_cd('{_POSTGRESQL_WEIGHTS}', search_vector, query) AS rank"
        f" FROM {TABLE}, to_tsquery('english', %s) AS query"
        f" WHERE {which} AND rowid IN ({sql}) ORDER BY rank DESC, rowid LIMIT {MOST_RESULTS}) AS best ORDER BY rank DESC, rowid"
    )
    whole, part = f"{marks}, HighlightAll=true", f"{marks}, MaxFragments=1, MinWords=15, MaxWords=30"
    return _rows(sql, (whole, part, match, *parameters))


def _rows(sql: str, parameters: tuple) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _marked(text: str) -> SafeString:
    return mark_safe(escape(text).replace(_BEGIN, "<mark>").replace(_END, "</mark>"))  # noqa: S308  escaped here
