"""Starting content as files: Markdown with TOML front matter between `+++` lines."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class UnreadableContent(Exception):
    """A content file cannot be loaded; the message says which and why."""


@dataclass(frozen=True)
class ContentFile:
    """`name` is the file's stem, `facts` the front matter, `body` the Markdown below it."""

    name: str
    facts: dict
    body: str


def read_content_files(folder: Path) -> list[ContentFile]:
    """Every Markdown file of the folder, sorted by name. Raises UnreadableContent."""
    return [read_content_file(path) for path in sorted(folder.glob("*.md"))]


def read_content_file(path: Path) -> ContentFile:
    before, found, rest = _read(path).partition("+++\n")
    front, found_end, body = rest.partition("\n+++\n")
    if before.strip() or not found or not found_end:
        raise UnreadableContent(f"{path.name}: must begin with TOML between two +++ lines")
    try:
        # A line before it, as in the file, so that a mistake is told with the line that an editor shows.
        facts = tomllib.loads("\n" + front)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableContent(f"{path.name}: {error}") from error
    for name, value in facts.items():
        # Near the first and the last year that Python knows, sums of dates overflow.
        if isinstance(value, date) and not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            raise UnreadableContent(f"{path.name}: {name} must be a date from {_FIRST_YEAR} to {_LAST_YEAR}, got {value}")
    return ContentFile(path.stem, facts, body.strip() + "\n")


def _read(path: Path) -> str:
    """Also as Windows writes it, with a mark at its beginning. Raises UnreadableContent."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableContent(f"{path.name}: must be text in UTF-8") from error
    except OSError as error:
        raise UnreadableContent(f"{path.name}: {error.strerror}") from error


def read_toml(path: Path) -> dict:
    try:
        return tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableContent(f"{path.name}: {error}") from error
