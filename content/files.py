"""Starting content as files: Markdown with TOML front matter between `+++` lines."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


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
    before, found, rest = path.read_text(encoding="utf-8").partition("+++\n")
    front, found_end, body = rest.partition("\n+++\n")
    if before.strip() or not found or not found_end:
        raise UnreadableContent(f"{path.name}: must begin with TOML between two +++ lines")
    try:
        # A line before it, as in the file, so that a mistake is told with the line that an editor shows.
        facts = tomllib.loads("\n" + front)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableContent(f"{path.name}: {error}") from error
    return ContentFile(path.stem, facts, body.strip() + "\n")


def read_toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableContent(f"{path.name}: {error}") from error
