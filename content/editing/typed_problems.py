"""What saving would say of a text, found while it is typed: the same functions answer, and nothing is saved."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from content.claims import find_claims
from content.hard_sentences import hardest
from content.markdown import Heading
from content.models import ReviewedText, Text
from content.publishing import before_publishing, problems, told_of
from content.readability import Readability
from content.reading_limits import GRADE, measured, too_much

# Characters of all fields together, twelve times the longest text that ships: a longer one is checked when it is saved.
LONGEST = 250_000
# Brackets that are never closed take time in proportion to the square of a paragraph.
_LONGEST_PARAGRAPH = 10_000
_PARAGRAPH_END = re.compile(r"\n\s*\n")
# Statements are looked for in as many: three times the longest text.
_READ_FOR_CLAIMS = 60_000
_HARD_SENTENCES = 3
_ABOUT_A_LINE = re.compile(r"Line (\d+)(?=[,:])(.*)", re.DOTALL)


@dataclass(frozen=True)
class Told:
    """A sentence about a text. `line`: which one it is about, counted from 1; 0 for the whole field. `words` follow its name."""

    words: str
    line: int = 0


@dataclass
class InField:
    """What is told below a field. `stops` keeps the text from being saved, `later` from being published."""

    name: str
    stops: list[Told] = field(default_factory=list)
    later: list[Told] = field(default_factory=list)
    hard: list[Told] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """`is_long`: not all of it was read for statements that promise too much."""

    fields: list[InField]
    size: Readability
    above: list[str]
    is_page: bool
    is_long: bool

    @property
    def is_fine(self) -> bool:
        return not any(one.stops or one.later for one in self.fields)


def is_too_long(texts: Iterable[str]) -> bool:
    """Whether what was typed takes too long to be read after every pause."""
    texts = list(texts)
    return sum(map(len, texts)) > LONGEST or any(
        len(paragraph) > _LONGEST_PARAGRAPH
        for text in texts
        if len(text) > _LONGEST_PARAGRAPH
        for paragraph in _PARAGRAPH_END.split(text.replace("\r\n", "\n"))
    )


def read_typed(form, *, at: datetime) -> Found:
    """Reads what the form holds as of the instant `at`. It is bound, was cleaned, and is that of a text."""
    row: Text = form.as_filled_in()
    first = next(iter(row.MARKDOWN))
    told: dict[str, InField] = {name: InField(name) for name in row.TEXTS if name in form.fields}

    def place(name: str | None) -> InField:
        return told.get(name or first) or told[first]

    for problem in problems(row, at=at):
        place(problem.field).stops.append(_told(problem.message))
    if not row.is_published:
        for problem in before_publishing(row, at=at):
            place(problem.field).later.append(_told(problem.message))
    claims = list(_claims(row))
    if claims and not form.justifies(claims):
        for name, hit in claims:
            place(name).stops.append(_told(told_of(hit)))
    size = measured(row)
    above = too_much(row, size)
    for name in row.MARKDOWN.keys() & told.keys():
        told[name].headings = row.rendered[name].headings
        if above:
            told[name].hard = [
                Told(f": {one.words} words, grade {one.grade}", one.line)
                for one in sorted(hardest(getattr(row, name), most=_HARD_SENTENCES), key=attrgetter("line"))
                if one.grade > GRADE
            ]
    return Found(list(told.values()), size, above, isinstance(row, ReviewedText), _length(row) > _READ_FOR_CLAIMS)


def _told(message: str) -> Told:
    match = _ABOUT_A_LINE.fullmatch(message)
    return Told(match[2], int(match[1])) if match else Told(message)


def _length(row: Text) -> int:
    return sum(map(len, row.texts().values()))


def _claims(row: Text):
    """(field, statement) of what promises too much, in the first part of a very long text."""
    left = _READ_FOR_CLAIMS
    for name, text in row.texts().items():
        for hit in find_claims(text[:left]):
            yield name, hit
        left = max(left - len(text), 0)
