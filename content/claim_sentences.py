"""Sentences of a Markdown text, as the claims check reads them, and what makes one of them fair."""

import re
import string
import unicodedata
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .citation_marks import CITATION

_HEDGE = re.compile(
    r"\b(?:(?<!and )may(?! (?:\w+ )?(?:take|need|require)s? (?:\w+ )?(?:weeks|months|years))|might"
    r"|(?:in|for|to) (?:some|others)|some (?:\w+ )?(?:people|adults|patients|of (?:them|those))|others"
    r"|not (?:everyone|everybody|all)|thought to|hypothes\w+|unclear|uncertain|unsettled|unproven|open question"
    r"|not known|so far|often brief\w*|for a (?:short|few)\b"
    r"|whether|seems? to|low[- ]certainty)\b",
    re.I,
)
_LIMIT = re.compile(r"\b(?:fade[sd]?|wears? off|relaps\w+|not (?:everyone|everybody|all)|others)\b", re.I)
_STUDY = re.compile(
    r"\b(?:trials?|stud(?:y|ies)|STAR\*?D|randomi[sz]ed|open[- ]label|reviews?|meta-analys[ei]s|guidelines?|label)\b", re.I
)
_COUNT = r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PEOPLE = r"(?:people|persons?|adults?|patients?|participants?|veterans|inpatients|outpatients|volunteers|men|women)"
# A number of people, which the whole of a rate ("7 of 10 people") is not, unless it is no round one ("17 of 24 people").
_COUNTED = re.compile(
    rf"(?<!in )(?<!of )\b{_COUNT} (?:(?!of |in |out )[a-z-]+ ){{0,2}}?{_PEOPLE}\b"
    rf"|\b(?:in|of|among) (?!(?:[2-9]|10|20|50|100|1,?000|two|three|four|five|six|seven|eight|nine|ten)\b)\d[\d,]* "
    rf"|\b(?:trial|study|review|group)s? (?:in|of|with) {_COUNT} |\bn ?= ?\d",
    re.I,
)
# Questions that ask nothing: what they take for granted is the claim.
_ASKS_NOTHING = re.compile(
    r"^(?:[^\w]*)(?:ready|want|looking|tired|need|why (?!(?:might|may|do(?:es)? (?:some|this site|we))\b)|imagine"
    r"|who (?:wants|wouldn’t|doesn’t)"
    r"|what if|what (?:could|can) (?:possibly )?go wrong|what (?:have|do) you (?:got|have)|how (?:much longer|many more)"
    r"|tired of|fed up|sick of|worn out|had enough|tried everything|ever wish|do you (?:long|dream|deserve|miss|wish)"
    r"|remember when|could this|is today|isn’t|aren’t|don’t|wouldn’t"
    r"|did you know|suffering|struggling|curious|dreaming|longing|feeling)\b",
    re.I,
)
_REFERENCE = re.compile(r"\{(?:figure|number):\s*([^{}]*)\}")
# What stands for a citation, for a figure, and for a figure's number of people.
_CITED, _FIGURE, _FIGURE_OF_PEOPLE = "\ue000", "\ue001", "\ue001\ue002"
_UNMARKED = dict.fromkeys(map(ord, _CITED + _FIGURE_OF_PEOPLE))
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_MARKUP = (
    (CITATION, _CITED),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)|<[^<>]{1,200}>"), ""),
    (re.compile(r"^:::\s*\w*|^[#>\s-]+|^[*+]\s|^\d+\.\s|\{#[a-z0-9-]+\}"), ""),
)
_SENTENCE_END = re.compile(rf"(?<=[.!?…])[\"”’)]*(?:\s*{_CITED})*\s+|\s*\|\s*")
# What begins a block of its own; other lines continue the paragraph above them.
_OWN_LINE = re.compile(r"\s*(?:[#>|]|:::|[-*+]\s|\d+\.\s)")
# Longer lines are cut, at a comma or full stop if there is one, so that reading takes time in proportion to their length.
_LONGEST_LINE = 4000
_PIECE = re.compile(r".{1,4000}(?<=[.,;:!?])(?:\s|$)|.{1,4000}(?:\s|$)|\S{1,4000}")
_CONTRACTION = re.compile(r"\b(it|that|there|here|you|we|they|he|she|who|what)’(s|ll|re|ve)\b", re.I)
_WHOLE = {"s": "is", "ll": "will", "re": "are", "ve": "have"}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]")


@dataclass(frozen=True)
class Sentence:
    """A sentence without Markdown. `paragraph`: what it is in, with the marks of citations; `begin`: where in it."""

    line: int
    text: str
    paragraph: str
    begin: int

    @property
    def before(self) -> str:
        return self.paragraph[: self.begin]

    @cached_property
    def small(self) -> str:
        """The text in small letters, character by character, for patterns written in them."""
        return self.text.translate(_SMALL)

    @cached_property
    def asks(self) -> bool:
        return self.text.endswith("?") and not _ASKS_NOTHING.match(self.text)

    @cached_property
    def hedged(self) -> bool:
        return bool(_HEDGE.search(self.text))

    @cached_property
    def cited(self) -> bool:
        return _CITED in self.paragraph[self.begin :] or _FIGURE in self.paragraph[self.begin :]

    @cached_property
    def reported(self) -> bool:
        return self.cited and bool(_STUDY.search(self.before + self.text))

    @cached_property
    def limited(self) -> bool:
        return self.cited and bool(_LIMIT.search(self.paragraph, self.begin))

    @cached_property
    def counted(self) -> bool:
        return self.cited and (_FIGURE_OF_PEOPLE in self.paragraph or bool(_COUNTED.search(self.paragraph)))


def read_sentences(lines: tuple[str, ...]) -> Iterator[Sentence]:
    """A table cell and a heading each count as a sentence; a sentence may run over several lines of a paragraph."""
    paragraph, starts = "", []
    for line in lines:
        for pattern, kept in _MARKUP:
            line = pattern.sub(kept, line)
        starts.append(len(paragraph))
        paragraph += line.strip() + " "
    begin = 0
    for end, following in [*(gap.span() for gap in _SENTENCE_END.finditer(paragraph)), (len(paragraph), 0)]:
        if words := paragraph[begin:end].translate(_UNMARKED).split():
            yield Sentence(bisect(starts, begin) - 1, " ".join(words), paragraph, begin)
        begin = following


def plain(text: str) -> str:
    """The text as it reads: one kind of space and of apostrophe, nothing invisible, and figures as marks."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).replace("'", "’").replace("‑", "-")
    text = _CONTRACTION.sub(lambda found: f"{found[1]} {_WHOLE[found[2].lower()]}", text)
    return _REFERENCE.sub(lambda found: _FIGURE_OF_PEOPLE if found[1].strip().endswith(".people") else _FIGURE, text)


def read_paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the first line, lines) of each paragraph, heading, row and list item. A very long line is several."""
    first = 0
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        pieces = _PIECE.findall(line) if len(line) > _LONGEST_LINE else [line]
        if lines and (len(pieces) > 1 or not line.strip() or _OWN_LINE.match(line) or _ends(lines[0], before=line)):
            yield first, lines
            lines = []
        if len(pieces) > 1:
            yield from ((number, [piece]) for piece in pieces)
        elif line.strip():
            first = first if lines else number
            lines.append(line)
    if lines:
        yield first, lines


def _ends(first: str, *, before: str) -> bool:
    """Whether a heading, row or list item ends before this line, which an indented one continues."""
    return bool(_OWN_LINE.match(first)) and not before.startswith(" ")
