"""A letter's plain text as paragraphs and rows for its HTML part, which a telephone breaks where it likes."""

from dataclasses import dataclass
from itertools import pairwise

# The templates break their lines before this column.
COLUMNS = 60


@dataclass(frozen=True)
class Paragraph:
    """`lines` of running text, or `rows` of a label and its value."""

    lines: list[str]
    rows: list[tuple[str, str]]


def paragraphs(text: str) -> list[Paragraph]:
    return [_paragraph(part.split("\n")) for part in text.strip("\n").split("\n\n") if part.strip()]


def _paragraph(lines: list[str]) -> Paragraph:
    if all(line.startswith("  ") and ":" in line for line in lines):
        cells = (line.partition(":") for line in lines)
        return Paragraph([], [(label.strip(), value.strip()) for label, _, value in cells])
    joined = [lines[0].strip()]
    for before, line in pairwise(lines):
        first_word = line.split(" ", 1)[0]
        was_broken_to_fit = len(before) + 1 + len(first_word) > COLUMNS and not line.startswith("http")
        if was_broken_to_fit:
            joined[-1] += " " + line.strip()
        else:
            joined.append(line.strip())
    return Paragraph(joined, [])
