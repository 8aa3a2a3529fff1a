"""The sentences that make a text hard to read, by line, for an editor who wants to make it easier."""

import heapq
import re
from typing import NamedTuple

from .claim_sentences import plain, read_paragraphs, read_sentences
from .readability import count_syllables, grade_of

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
# A heading or a cell of fewer words is not made easier by a full stop.
_FEWEST_WORDS = 12


class HardSentence(NamedTuple):
    """`line` counts from 1 in the given text; `grade` is Flesch-Kincaid's, of this sentence alone."""

    grade: float
    line: int
    words: int


def hardest(text: str, *, most: int) -> list[HardSentence]:
    """The hardest sentences of a Markdown text, hardest first."""
    return heapq.nlargest(most, _graded(text))


def _graded(text: str):
    for first, lines in read_paragraphs(plain(text)):
        for sentence in read_sentences(tuple(lines)):
            words = _WORD.findall(sentence.text)
            if len(words) >= _FEWEST_WORDS:
                yield HardSentence(grade_of([[count_syllables(word) for word in words]]), first + sentence.line, len(words))
