"""The numbers of the studies, each written once, in `figures.toml`, which is read as the site starts.

Texts refer to them (`figures_in_texts`), and pages draw them (`figures_drawn`).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from .files import UnreadableContent

PATH = Path(__file__).with_name("figures.toml")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# As a number may be spelled: in Markdown none of this means anything.
_SPELLED = re.compile(r"[0-9A-Za-z][0-9A-Za-z.,%/ ()'’-]*")
_MOST = 100


@dataclass(frozen=True)
class Group:
    """One of the groups a study compared: `count` people out of `of`.

    `low` and `high`: the range that the study gives, out of `of`. `studied`: how many people the study had in this group, 0
    where it does not say.
    """

    key: str
    name: str
    count: int
    of: int = 100
    low: int = 0
    high: int = 0
    studied: int = 0

    @property
    def spelled(self) -> str:
        """45 of 100; 48 to 61 of 100 where the study gives a range alone."""
        return (
            f"{self.count} to {self.high} of {self.of}" if self.low == self.count and self.high else f"{self.count} of {self.of}"
        )


@dataclass(frozen=True)
class Figure:
    """What one study found. `counted` completes "those who …"; `range` completes "the lowest and highest number …".

    `no_count`: where the source says nothing that can be told as a number of people, the sentence that says so.
    """

    key: str
    title: str
    study: str
    comparison: str
    people: str
    duration: str
    uncertain: str
    source: str
    counted: str = ""
    range: str = ""
    no_count: str = ""
    groups: tuple[Group, ...] = ()
    numbers: Mapping[str, str] | None = None

    @cached_property
    def parts(self) -> dict[str, str]:
        """What `{number: key.part}` may name, with its spelling."""
        return {"people": self.people, **{group.key: group.spelled for group in self.groups}, **(self.numbers or {})}

    @property
    def asks(self) -> str:
        """The sentence above the people, or the one that says why there are none."""
        sizes = {group.of for group in self.groups}
        whom = f"Of {sizes.pop()} people" if len(sizes) == 1 else "Of the people in each group"
        return self.no_count or f"{whom}, those who {self.counted}:"

    @property
    def explains(self) -> str:
        """What was compared, in whom, for how long, what is uncertain; with the citation."""
        ranged = f" The line shows the lowest and highest number {self.range}." if self.range else ""
        whom = f"{self.study}: {self.people}, {self.duration}."
        return f"{self.comparison} {whom}{ranged} {self.uncertain} [@{self.source}]"

    @property
    def in_words(self) -> str:
        """All of it on one line, as Markdown."""
        told = " ".join(f"{told_of(group)}." for group in self.groups)
        return " ".join(filter(None, (f"{self.title}.", self.asks, told, self.explains)))


def told_of(group: Group) -> str:
    return f"{group.spelled} {group.name}" + (f" (range {group.low} to {group.high})" if group.low != group.count else "")


def read_figures(path: Path, sources: set[str]) -> dict[str, Figure]:
    """The figures of the file by key. Raises UnreadableContent with the line of the first mistake."""
    text = path.read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableContent(f"{path.name}: {error}") from error
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.strip() == "[[figure]]"]
    found: dict[str, Figure] = {}
    try:
        if tables.keys() != {"figure"}:
            raise _Mistake(0, "must hold [[figure]] tables and nothing else")
        for (start, end), table in zip(pairwise([*starts, len(lines)]), tables["figure"], strict=True):
            figure = _figure(table, _Block(lines, start, end), sources)
            if figure.key in found:
                raise _Mistake(start, f"{figure.key} is there twice")
            found[figure.key] = figure
    except _Mistake as mistake:
        raise UnreadableContent(f"{path.name}, line {mistake.line + 1}: {mistake}") from None
    return found


class _Mistake(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class _Block:
    """The lines of one table, to name the one that is wrong."""

    lines: list[str]
    start: int
    end: int

    def mistake(self, key: str, message: str) -> _Mistake:
        named = (
            number for number in range(self.start, self.end) if re.match(rf"{re.escape(key)}\s*=", self.lines[number].strip())
        )
        return _Mistake(next(named, self.start), message)

    def below(self, header: str) -> list["_Block"]:
        starts = [number for number in range(self.start, self.end) if self.lines[number].strip() == header]
        return [_Block(self.lines, start, end) for start, end in pairwise([*starts, self.end])]


_TEXTS = {"key", "title", "study", "comparison", "people", "duration", "uncertain", "source"}
_TEXTS_OR_NOT = {"counted", "range", "no_count"}
_GROUP = {"key": str, "name": str, "count": int, "of": int, "low": int, "high": int, "studied": int}


def _figure(table: dict, block: _Block, sources: set[str]) -> Figure:
    groups, numbers = table.pop("group", []), table.pop("number", {})
    _check_keys(table, block, dict.fromkeys(_TEXTS | _TEXTS_OR_NOT, str), _TEXTS)
    if not _KEY.fullmatch(table["key"]):
        raise block.mistake("key", "a key is small letters and digits, with hyphens between")
    if table["source"] not in sources:
        raise block.mistake("source", f"{table['source']} is not in references.toml")
    if bool(groups) == bool(table.get("no_count")) or bool(groups) != bool(table.get("counted")):
        raise block.mistake("no_count", "has either groups and what was counted, or no_count, which says why there is no number")
    read = tuple(_group(group, part) for group, part in zip(groups, block.below("[[figure.group]]"), strict=True))
    if any(group.high for group in read) != bool(table.get("range")):
        raise block.mistake("range", "range says what low and high of the groups mean, and is there when they are")
    names = [*(group.key for group in read), *numbers, "people"]
    for name, spelled in {**numbers, "people": table["people"]}.items():
        if not (isinstance(spelled, str) and _KEY.fullmatch(name) and _SPELLED.fullmatch(spelled)):
            raise block.mistake(name, f"{name} must be a number in quotation marks, spelled as a sentence has it")
    if len(set(names)) < len(names):
        raise block.mistake("key", f"two parts have one name: {', '.join(sorted(names))}")
    return Figure(**table, groups=read, numbers=numbers)


def _group(table: dict, block: _Block) -> Group:
    _check_keys(table, block, _GROUP, {"key", "name"})
    table.setdefault("count", table.get("low", -1))
    group = Group(**table)
    low, high = (group.low, group.high) if group.high else (group.count, group.count)
    if not (0 <= low <= group.count <= high <= group.of and 0 < group.of <= _MOST and _KEY.fullmatch(group.key)):
        raise block.mistake("count", f"must be 0 to {_MOST}, at most what it is out of, and inside its range")
    return group if group.high else Group(**table | {"low": group.count})


def _check_keys(table: dict, block: _Block, types: Mapping[str, type], required: set[str]) -> None:
    for key, value in table.items():
        if key not in types:
            raise block.mistake(key, f"{key} is not known here; known are {', '.join(sorted(types))}")
        if not isinstance(value, types[key]) or isinstance(value, bool) or value == "":
            raise block.mistake(key, f"{key} must be {'a whole number' if types[key] is int else 'a text that is not empty'}")
    if missing := sorted(required - table.keys()):
        raise block.mistake("", f"{', '.join(missing)} missing")


def _shipped() -> dict[str, Figure]:
    """As the site starts: a mistake in the file ends the process with its one line."""
    references = tomllib.loads(PATH.with_name("references.toml").read_text(encoding="utf-8"))["reference"]
    try:
        return read_figures(PATH, {reference["key"] for reference in references})
    except UnreadableContent as error:
        raise SystemExit(str(error)) from error


FIGURES = _shipped()
SOURCE = Path(__file__).read_bytes() + PATH.read_bytes()
