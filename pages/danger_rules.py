"""Rules that recognize what a query says, written in words: the files of `danger_words/` hold them, one on a line.

The words of a rule stand side by side, in this order: “WANT die”. In it

    a|b        either word; “_” is a blank inside of one: “go_on”
    stem*      any word that begins so
    18#        any number that has a digit there
    word?      may be missing
    WANT       any of the words of that name
    ..         up to three other words may stand here; “...” up to seven
    ^ $        the beginning and the end of the query
    one & two  both, in either order, anywhere
    one ! two  the one, unless the query also has the other

A query is compared without accents, signs and the small words of `words.toml`, and with its contractions written out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_GAPS = {"..": r"(?:\S+ ){0,3}?", "...": r"(?:\S+ ){0,7}?"}
_EDGES = {"^": r"\^ ", "$": r"\$ "}


@dataclass(frozen=True)
class _Place:
    """What may stand at one place of a phrase: words, and stems with their asterisks."""

    words: tuple[str, ...]
    may_be_missing: bool

    @classmethod
    def written(cls, part: str, names: dict[str, str]) -> "_Place":
        bare = part.removesuffix("?")
        words = [word for one in bare.split("|") for word in _words_of(one, names)]
        return cls(tuple(dict.fromkeys(words)), bare != part)

    @property
    def pattern(self) -> str:
        any_of = "|".join(re.escape(word).replace("_", " ").replace(r"\*", r"\w*").replace(r"\#", r"\d") for word in self.words)
        return f"(?:(?:{any_of}) )" + "?" * self.may_be_missing


class _Phrase:
    """Words side by side."""

    def __init__(self, written: str, names: dict[str, str]):
        self._parts = [_GAPS.get(part) or _EDGES.get(part) or _Place.written(part, names) for part in written.split()]
        self.needed = [part.words for part in self._parts if isinstance(part, _Place) and not part.may_be_missing]

    def is_in(self, said: str) -> bool:
        return self._pattern.search(said) is not None

    @cached_property
    def _pattern(self) -> re.Pattern:
        return re.compile(r"(?<!\S)" + "".join(part.pattern if isinstance(part, _Place) else part for part in self._parts))


class Rule:
    """`means` is what the rule tells of a query. Raises KeyError for a name that is none of `names`."""

    def __init__(self, written: str, names: dict[str, str], *, means: str):
        phrase, *others = written.split(" ! ")
        self.written, self.means = written, means
        self._all_of = [_Phrase(one, names) for one in phrase.split(" & ")]
        self._none_of = [_Phrase(one, names) for one in others]
        self.needed = {words for one in self._all_of for words in one.needed}

    def is_met_by(self, said: str) -> bool:
        return all(one.is_in(said) for one in self._all_of) and not any(one.is_in(said) for one in self._none_of)


class Rules:
    """Many rules. Only the few that have all their words in a query are compared with it."""

    def __init__(self, rules: Iterable[Rule]):
        self._places_of_words: dict[str, set[int]] = defaultdict(set)
        self._places_of_stems: dict[str, set[int]] = defaultdict(set)
        numbers: dict[tuple[str, ...], int] = {}
        self._rules = [(rule, {numbers.setdefault(words, len(numbers)) for words in rule.needed}) for rule in rules]
        for words, number in numbers.items():
            for word in words:
                first = word.partition("_")[0]
                (self._places_of_stems if first[-1] in "*#" else self._places_of_words)[first.rstrip("*#")].add(number)

    def met_by(self, words: list[str]) -> list[Rule]:
        places: set[int] = set()
        said = ["^", *words, "$"]
        for word in said:
            for stem in (word[:end] for end in range(1, len(word) + 1)):
                places |= self._places_of_stems.get(stem, set())
            places |= self._places_of_words.get(word, set())
        line = " ".join([*said, ""])
        return [rule for rule, needed in self._rules if needed <= places and rule.is_met_by(line)]


def _words_of(one: str, names: dict[str, str]) -> list[str]:
    """A name in capitals stands for its words, among which there may be names."""
    return [word for inner in names[one].split() for word in _words_of(inner, names)] if one.isupper() else [one]
