"""The word that a visitor who searches may have meant, from the words of what may be read: “adictive” finds “addictive”."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from .everyday_words import everyday_patterns, everyday_words
from .kept import KeptOfTexts
from .query_words import WORD, is_one_mistake, plain, words_of
from .search import Result, find, words_on_the_site

# Of shorter words too many are alike.
_SHORTEST = 5
_ALIKE = 0.8
# So are many of middle length that nobody mistyped, “crying” and “caring”: in these, one letter is wrong, or two are swapped.
# Names of medicines end alike: “clonapin” is no misspelled “clozapine”. Of a long word, one mistake leaves more than this.
_LONG = 8
_ALIKE_LONG = 0.86


@dataclass(frozen=True)
class _Vocabulary:
    """The longer words by first letter. Only those of `shown` may be shown; the others are hidden words, or everyday ones."""

    by_letter: dict[str, set[str]]
    shown: frozenset[str]


_kept = KeptOfTexts[_Vocabulary]()


@dataclass(frozen=True)
class Answers:
    """What a search found. `meant`: the query that it was found for instead, as it may be shown; "" when there is none."""

    results: list[Result]
    meant: str = ""

    @property
    def how_many_have_all_words(self) -> int:
        return sum(result.has_all_words for result in self.results)

    @property
    def how_many_come_near(self) -> int:
        return len(self.results) - self.how_many_have_all_words


def find_or_correct(query: str, *, at: datetime) -> Answers:
    """The results; or, if no text has all words and one of them is misspelled, those of what was probably meant."""
    results = find(query, at=at)
    if any(result.has_all_words for result in results) or not (meant := corrected(query, at=at)):
        return Answers(results)
    if not (better := find(meant, at=at)):
        return Answers(results)
    changed = {word for word in words_of(meant) if word not in words_of(query)}
    # Hidden words are searched, and never shown.
    return Answers(better, meant if changed <= _vocabulary(at).shown else "")


def corrected(query: str, *, at: datetime) -> str:
    """The query with each word that begins no word of the site, even without a last “s”, replaced by the one most like it.

    "" when there is none.

    A word keeps its first letter, which is seldom the wrong one.
    """
    words, vocabulary = words_of(query), _vocabulary(at)
    found: dict[str, str] = {}
    for word in words:
        known = vocabulary.by_letter.get(word[0], set())
        if len(word) >= _SHORTEST and not any(other.startswith(word.removesuffix("s")) for other in known):
            alike = _ALIKE if len(word) < _LONG else _ALIKE_LONG
            close = get_close_matches(word, known, n=3, cutoff=alike)
            for best in [other for other in close if len(word) >= _LONG or is_one_mistake(word, other)][:1]:
                found[word] = best
    return " ".join(found.get(word, word) for word in plain(query).split()) if found else ""


def _vocabulary(at: datetime) -> _Vocabulary:
    """Kept, because reading it costs as much as three searches."""
    return _kept.get(lambda: _read_vocabulary(at), at=at)


def _read_vocabulary(at: datetime) -> _Vocabulary:
    shown, hidden = words_on_the_site(at=at)
    typed = {word for table in everyday_words().values() for phrase in table for word in WORD.findall(phrase)}
    typed |= {word for table in everyday_patterns().values() for said in table for word in WORD.findall(said.pattern)}
    by_letter = defaultdict(set)
    for word in shown | hidden | typed:
        if len(word) >= _SHORTEST:
            by_letter[word[0]].add(word)
    return _Vocabulary(dict(by_letter), frozenset(shown))
