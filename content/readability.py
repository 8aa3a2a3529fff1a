"""Measures how hard a text is to read: the Flesch-Kincaid grade (Kincaid and others, 1975).

grade = 0.39 * words per sentence + 11.8 * syllables per word - 15.59. A syllable is a group of vowels, except a silent e at
the end, as in most tools; the grade is accurate to about one. List items, headings and table cells count as sentences.
"""

import html
import re
from dataclasses import dataclass

_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|td|th|blockquote|div)>", re.I)
_TAG = re.compile(r"<[^>]*>")
_CITATION = re.compile(r"\s*\[@[^\]]*\]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_SENTENCE_END = re.compile(r"[.!?]+[\"”’)]*(?:\s|$)|\n")


@dataclass(frozen=True)
class Readability:
    """`grade`: years of US school; 0.0 for a text without words."""

    words: int
    sentences: int
    grade: float


def measure(rendered: str) -> Readability:
    """Measures rendered HTML as visitors see it."""
    text = html.unescape(_TAG.sub(" ", _BLOCK_END.sub("\n", _CITATION.sub("", rendered.replace("\n", " ")))))
    sentences = [words for part in _SENTENCE_END.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return Readability(0, 0, 0.0)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59
    return Readability(len(words), len(sentences), round(max(grade, 0.0), 1))


def _syllables(word: str) -> int:
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", letters))
    if count > 1 and letters.endswith("e") and not letters.endswith(("le", "ee")):
        count -= 1
    return max(count, 1)
