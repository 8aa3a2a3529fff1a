"""Which texts a query names: those whose title, or hidden words, hold most of what was typed.

Full-text ranking weighs words against the length of a text, and on PostgreSQL a rare word no more than a frequent one. A question
that is almost what was typed has to come first on both, so titles and hidden words are compared here. They are few and short.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from .kept import KeptOfTexts

_MOST_NAMED = 6
# The least share of the query, by weight of its words, that a title and its hidden words must hold.
_LEAST_SHARE = 0.5
# A word of more titles than this names none of them.
_MOST_HOLDERS = 100
# How much a title gains that holds nothing else than what was typed.
_WHOLE_TITLE = 0.5
# What a text gains whose hidden words hold one of the query's: they were put there for this search.
_HIDDEN_WORD = 0.5
# What a word weighs that is in no title. A rare word of titles weighs four times as much.
_UNKNOWN = 1.0
_SHORTEST_BEGINNING = 4
_ENDINGS = re.compile(r"(?<=...)(?:ings?|ed|ies|y|es|e|s|ly)$")


@dataclass(frozen=True)
class Titles:
    """The visible entries of the index by the stems of their titles and of their hidden words."""

    in_title: dict[int, frozenset[str]]
    hidden: dict[int, frozenset[str]]
    by_stem: dict[str, set[int]]

    def weight(self, stem: str) -> float:
        holders = self.by_stem.get(stem)
        return math.log(1 + len(self.in_title) / len(holders)) if holders else _UNKNOWN

    def known(self, word: str) -> str:
        """The stem of the word; or, if no title has it, the first stem of titles that it begins."""
        stem = stem_of(word)
        if stem in self.by_stem or len(stem) < _SHORTEST_BEGINNING:
            return stem
        return min((other for other in self.by_stem if other.startswith(stem)), default=stem)

    def named_by(self, words: list[str]) -> dict[int, float]:
        """Numbers of the entries that the words name, each with how well: the higher, the better."""
        stems = {self.known(word) for word in words}
        weights = {stem: self.weight(stem) for stem in stems}
        held: dict[int, float] = defaultdict(float)
        for stem, weight in weights.items():
            holders = self.by_stem.get(stem, ())
            if len(holders) <= _MOST_HOLDERS:
                for number in holders:
                    held[number] += weight
        whole = sum(weights.values())
        scores = {
            number: weight / whole * (1 + self._closeness(number, stems))
            for number, weight in held.items()
            if weight >= _LEAST_SHARE * whole
        }
        return {number: scores[number] for number in sorted(scores, key=lambda number: (-scores[number], number))[:_MOST_NAMED]}

    def named_by_each(self, questions: list[list[str]]) -> dict[int, float]:
        """As `named_by`, for questions that are asked together: the best of each first, in their order."""
        if len(questions) == 1:
            return self.named_by(questions[0])
        bests = [next(iter(self.named_by(words)), None) for words in questions]
        return {number: float(len(bests) - place) for place, number in reversed([*enumerate(bests)]) if number is not None}

    def _closeness(self, number: int, stems: set[str]) -> float:
        title = self.in_title[number]
        share = len(title & stems) / len(title) if title else 0
        return _WHOLE_TITLE * share + _HIDDEN_WORD * (not stems.isdisjoint(self.hidden[number]))


_kept = KeptOfTexts[Titles]()


def titles_of(read: Callable[[], Iterable[tuple[int, list[str], list[str]]]], *, at: datetime) -> Titles:
    """The titles that visitors may read at the instant `at`: kept for a minute, or until a text changes.

    `read` gives, for an entry, its number, the words of its title and its hidden words.
    """
    return _kept.get(lambda: _titles(read()), at=at)


def _titles(entries: Iterable[tuple[int, list[str], list[str]]]) -> Titles:
    in_title, in_hidden, by_stem = {}, {}, defaultdict(set)
    for number, title, hidden in entries:
        in_title[number], in_hidden[number] = frozenset(map(stem_of, title)), frozenset(map(stem_of, hidden))
        for stem in in_title[number] | in_hidden[number]:
            by_stem[stem].add(number)
    return Titles(in_title, in_hidden, dict(by_stem))


def stem_of(word: str) -> str:
    """The word without its commonest endings: the same for “drive” and “driving”, “treatments” and “treatment”."""
    return _ENDINGS.sub("", word)
