"""The word that a visitor who searches may have meant, from the words of what may be read: “adictive” finds “addictive”."""

from collections import defaultdict
from datetime import datetime, timedelta
from difflib import get_close_matches

from .models import ContentVersion
from .search import words_of, words_on_the_site

# Of shorter words too many are alike.
_SHORTEST = 5
_ALIKE = 0.8
# Names of medicines end alike: “clonapin” is no misspelled “clozapine”. Of a long word, one mistake leaves more than this.
_LONG = 8
_ALIKE_LONG = 0.86
_KEPT = timedelta(minutes=1)
_remembered: tuple[int, datetime, dict[str, set[str]]] | None = None


def corrected(query: str, *, at: datetime) -> str:
    """The query with each word that begins no word of the site replaced by the one most like it; "" when there is none.

    A word keeps its first letter, which is seldom the wrong one.
    """
    words, by_letter = words_of(query), _vocabulary(at)
    found: dict[str, str] = {}
    for word in words:
        known = by_letter.get(word[0], set())
        if len(word) >= _SHORTEST and not any(other.startswith(word) for other in known):
            alike = _ALIKE if len(word) < _LONG else _ALIKE_LONG
            for best in get_close_matches(word, known, n=1, cutoff=alike):
                found[word] = best
    return " ".join(found.get(word, word) for word in words) if found else ""


def _vocabulary(at: datetime) -> dict[str, set[str]]:
    """The site's longer words by first letter. Kept for a minute, because reading it costs as much as three searches."""
    global _remembered
    version = ContentVersion.current()
    if (kept := _remembered) and kept[0] == version and timedelta(0) <= at - kept[1] < _KEPT:
        return kept[2]
    by_letter = defaultdict(set)
    for word in words_on_the_site(at=at):
        if len(word) >= _SHORTEST:
            by_letter[word[0]].add(word)
    _remembered = version, at, dict(by_letter)
    return _remembered[2]
