"""How a text refers to the numbers of studies.

`{number: key.part}` in a sentence becomes that number as `figures.toml` spells it. `{figure: key}` alone in a paragraph is
drawn. Both happen when a text is rendered; `load_content` renders every text again after a change of the file.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from .figures import FIGURES, Figure

_MARK = re.compile(r"\{\s*(figure|number)\b[^{}\n]*\}")
_FIGURE = re.compile(r"\{figure: ([a-z0-9-]+)\}")
_NUMBER = re.compile(r"\{number: ([a-z0-9-]+)\.([a-z0-9-]+)\}")


def with_numbers(text: str) -> str:
    """The text with the numbers that it refers to. A mark that is not understood stays as it is; see `mistakes`."""

    def spelled(match: re.Match) -> str:
        figure = FIGURES.get(match[1])
        return figure.parts.get(match[2], match[0]) if figure else match[0]

    return _NUMBER.sub(spelled, text)


def in_words(text: str) -> str:
    """The text as it is read, with every number, and every figure told on its one line: for checks of what it says."""
    told = _FIGURE.sub(lambda match: FIGURES[match[1]].in_words if match[1] in FIGURES else match[0], text)
    return with_numbers(told)


def mistakes(text: str, *, is_markdown: bool) -> Iterator[str]:
    """What is wrong with the marks of a text, each with its line and the names that are known. Only Markdown may have any."""
    lines = text.splitlines()
    drawn: set[str] = set()
    for number, line in enumerate(lines):
        for mark in _MARK.finditer(line):
            unread = "" if is_markdown else "this field is not Markdown, so write no figure and no number of a study here."
            if wrong := unread or _mistake(mark[0], drawn) or _not_alone(mark, lines, number):
                yield f"Line {number + 1}, {mark[0]}: {wrong}"


def _mistake(mark: str, drawn: set[str]) -> str:
    match = _FIGURE.fullmatch(mark) or _NUMBER.fullmatch(mark)
    if match is None:
        return "write {figure: key} or {number: key.part}."
    figure = FIGURES.get(match[1])
    if figure is None:
        return f"there is no figure {match[1]}; known are {', '.join(sorted(FIGURES))}."
    if match.re is _NUMBER and match[2] not in figure.parts:
        return f"{match[1]} has no {match[2]}; known are {', '.join(sorted(figure.parts))}."
    if match.re is _FIGURE and match[1] in drawn:
        return "a text draws a figure once."
    if match.re is _FIGURE:
        drawn.add(match[1])
    return ""


def _not_alone(mark: re.Match, lines: list[str], number: int) -> str:
    if mark[1] != "figure":
        return ""
    around = [lines[near] for near in (number - 1, number + 1) if 0 <= near < len(lines)]
    alone = lines[number].rstrip() == mark[0] and all(not line.strip() or line.startswith((":::", "#")) for line in around)
    return "" if alone else "a figure is a paragraph of its own."


def with_drawings(html: str, draw: Callable[[Figure], str]) -> str:
    """The rendered HTML with each paragraph that is a figure's mark replaced by what `draw` makes of the figure."""

    def drawn(match: re.Match) -> str:
        return draw(FIGURES[match[1]]) if match[1] in FIGURES else match[0]

    return re.sub(rf"<p>{_FIGURE.pattern}</p>", drawn, html)


SOURCE = Path(__file__).read_bytes()
